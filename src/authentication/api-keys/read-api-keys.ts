import { UserError } from '../../errors/user-error.ts';
import { type IpNetwork, parseIpNetwork } from '../../http/ip-network.ts';
import { nearestName } from '../../errors/did-you-mean.ts';
import type { Identity } from '../../call/identity.ts';

/** One entry of the file of API keys. */
export interface ApiKeyEntry {
  readonly id: string;
  /** The SHA-256 of the secret. */
  readonly hash: Buffer;
  /** Whoever shows the key. */
  readonly identity: Identity;
  /** The networks that it may be used from; undefined: any. */
  readonly networks: readonly IpNetwork[] | undefined;
}

/** Everything that is wrong with a file of API keys, at once. */
export class ApiKeysError extends UserError {
  override readonly name = 'ApiKeysError';

  constructor(fileName: string, problems: readonly string[]) {
    super(`${fileName} is no list of API keys:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

const members = ['id', 'sha256', 'subject', 'scopes', 'groups', 'expires', 'networks'] as const;

/**
 * Reads the file of API keys: `{"keys": [{"id", "sha256", "subject", "scopes", "groups", "expires", "networks"}]}`, the last three of
 * which may be missing. Throws ApiKeysError with every problem that it found, by entry.
 */
export function parseApiKeys(fileName: string, text: string): ReadonlyMap<string, ApiKeyEntry> {
  const problems: string[] = [];
  const entries = new Map<string, ApiKeyEntry>();
  for (const [index, raw] of readList(fileName, text).entries()) {
    const entry = parseEntry(raw, (problem) => void problems.push(`keys[${index}]${problem}`));
    if (entry === undefined) continue;
    if (entries.has(entry.id)) problems.push(`keys[${index}].id is "${entry.id}", as of an entry before it`);
    entries.set(entry.id, entry);
  }
  if (problems.length > 0) throw new ApiKeysError(fileName, problems);
  return entries;
}

function readList(fileName: string, text: string): readonly unknown[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ApiKeysError(fileName, [`it is not JSON: ${(error as Error).message}`]);
  }
  const keys = (document as { readonly keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new ApiKeysError(fileName, ['expected an object with a list "keys"']);
  return keys;
}

type Report = (problem: string) => void;

/** Undefined after something was reported. */
function parseEntry(raw: unknown, report: Report): ApiKeyEntry | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return void report(' is no object');
  const entry = raw as Readonly<Record<string, unknown>>;
  let isFine = true;
  const fail = (problem: string): void => {
    isFine = false;
    report(problem);
  };
  for (const name of Object.keys(entry)) {
    if (!(members as readonly string[]).includes(name)) fail(`.${name} is no member of an entry${didYouMean(name)}`);
  }
  const text = (name: string, pattern: RegExp, expected: string): string => {
    const value = entry[name];
    if (typeof value === 'string' && pattern.test(value)) return value;
    fail(`.${name} ${value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`}; expected ${expected}`);
    return '';
  };
  const words = (name: string): readonly string[] | undefined => {
    const value = entry[name];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((word) => typeof word === 'string' && word !== '')) return value;
    fail(`.${name} is ${JSON.stringify(value)}; expected a list of texts`);
    return [];
  };
  const id = text('id', /^[0-9a-f]{10}$/, '10 hex digits in lower case, the part of the key between its underscores');
  const sha256 = text('sha256', /^[0-9a-f]{64}$/, 'the SHA-256 of the secret, 64 hex digits in lower case');
  const subject = text('subject', /^\P{C}{1,255}$/u, 'the user whom the key stands for');
  const scopes = words('scopes');
  // Without a list a key would have whatever a token without scopes has, and nobody would have said so.
  if (scopes === undefined) fail('.scopes is missing; expected a list of scopes, which may be empty');
  const groups = words('groups') ?? [];
  const expiresAtMs = entry['expires'] === undefined ? Number.POSITIVE_INFINITY : Date.parse(String(entry['expires']));
  if ((entry['expires'] !== undefined && !isoTime.test(String(entry['expires']))) || Number.isNaN(expiresAtMs)) {
    fail(`.expires is ${JSON.stringify(entry['expires'])}; expected a time in UTC such as "2027-01-31T00:00:00Z"`);
  }
  const networks = words('networks')?.map((each, index) => {
    const network = parseIpNetwork(each);
    if (network === undefined)
      fail(`.networks[${index}] is "${each}"; expected a network such as "10.1.0.0/16" or "2001:db8::/32"`);
    return network;
  });
  if (!isFine) return undefined;
  const identity: Identity = Object.freeze({
    subject,
    method: 'api-key',
    claims: noClaims,
    scopes: Object.freeze([...(scopes ?? [])]),
    groups: Object.freeze([...groups]),
    issuer: undefined,
    tokenId: id,
    expiresAtMs,
  });
  return { id, hash: Buffer.from(sha256, 'hex'), identity, networks: networks as readonly IpNetwork[] | undefined };
}

const noClaims = Object.freeze(Object.create(null));

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;

function didYouMean(found: string): string {
  const nearest = nearestName(found, members);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
