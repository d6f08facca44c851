import { array, check, type InferOutput, optional, pipe, regex, strictObject, string } from 'valibot';

import { type Mistake, readDocument, type SourceText } from '../../documents/read-document.ts';

import type { Identity } from '../../call/identity.ts';
import { compileNetworks, parseIpNetwork } from '../../http/ip-network.ts';

/** One entry of the file of API keys. */
export interface ApiKeyEntry {
  readonly id: string;
  /** The SHA-256 of the secret. */
  readonly hash: Buffer;
  /** Whoever shows the key. */
  readonly identity: Identity;
  /** Whether the key may be used from an address; undefined: from any. */
  readonly isInNetworks: ((address: string) => boolean) | undefined;
}

const name = pipe(string(), regex(/./s, 'expected a name'));
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;

const entrySchema = strictObject({
  id: pipe(
    string(),
    regex(/^[0-9a-f]{10}$/, 'expected 10 hex digits in lower case, the part of the key between its underscores'),
  ),
  sha256: pipe(string(), regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the secret, 64 hex digits in lower case')),
  subject: pipe(string(), regex(/^\P{C}{1,255}$/u, 'expected the user whom the key stands for')),
  // Without a list a key would have whatever a token without scopes has, and nobody would have said so.
  scopes: array(name),
  groups: optional(array(name), []),
  expires: optional(
    pipe(
      string(),
      check(
        (text) => isoTime.test(text) && !Number.isNaN(Date.parse(text)),
        'expected a time in UTC such as "2027-01-31T00:00:00Z"',
      ),
    ),
  ),
  networks: optional(
    array(
      pipe(
        string(),
        check(
          (text) => parseIpNetwork(text) !== undefined,
          'expected a network such as "10.1.0.0/16" or "2001:db8::/32"',
        ),
      ),
    ),
  ),
});

const fileSchema = strictObject({ keys: array(entrySchema) });

/**
 * Reads the file of API keys, by their ids: `{"keys": [{"id", "sha256", "subject", "scopes", "groups", "expires", "networks"}]}`, the last
 * three of which may be missing. JSON is what `cuegate api-key` prints; YAML of that form will do, too.
 * Throws a DocumentError with every mistake, by line and column.
 */
export function readApiKeys(source: SourceText): ReadonlyMap<string, ApiKeyEntry> {
  const { value, throwIfWrong } = readDocument(source, fileSchema);
  const entries = new Map<string, ApiKeyEntry>();
  const mistakes: Mistake[] = [];
  for (const [index, entry] of value.keys.entries()) {
    if (entries.has(entry.id)) {
      mistakes.push({
        path: ['keys', index, 'id'],
        text: `keys[${index}].id: is "${entry.id}", as of an entry before it`,
      });
    }
    entries.set(entry.id, compileEntry(entry));
  }
  throwIfWrong(mistakes);
  return entries;
}

function compileEntry({
  id,
  sha256,
  subject,
  scopes,
  groups,
  expires,
  networks,
}: InferOutput<typeof entrySchema>): ApiKeyEntry {
  const identity: Identity = Object.freeze({
    subject,
    isNamed: true,
    method: 'api-key',
    claims: noClaims,
    scopes: Object.freeze(scopes),
    groups: Object.freeze(groups),
    issuer: undefined,
    tokenId: id,
    expiresAtMs: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
  });
  const isInNetworks = networks && compileNetworks(networks.map((network) => parseIpNetwork(network)!));
  return { id, hash: Buffer.from(sha256, 'hex'), identity, isInNetworks };
}

const noClaims = Object.freeze(Object.create(null));
