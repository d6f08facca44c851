import { array, check, description, type InferOutput, optional, pipe, regex, strictObject, string } from 'valibot';

import type { Identity, PeerCredentials } from '../call/identity.ts';
import { compileNetworks, parseIpNetwork } from '../http/ip-network.ts';

const subject = pipe(
  string(),
  check((text) => text.trim() !== '', 'must say something'),
  description('Under which name these callers are known, in records and in requests.'),
);

const scopes = pipe(
  string(),
  regex(/^\s*\S+(?:\s+\S+)*\s*$/, 'names no scope'),
  description('Scopes, separated by spaces, e.g. cue:read cue:operate. They are worth what the section "scopes" says.'),
);

/** The section `networks` of a policy file: who calls by gRPC from some addresses, without showing anything. */
export const networksSchema = array(
  strictObject({
    cidr: pipe(
      string(),
      check(
        (text) => parseIpNetwork(text) !== undefined,
        'is no network; expected an address such as 10.1.2.3, or one such as 10.1.0.0/16',
      ),
      description('Addresses as gRPC connections show them; of several that match, the smallest network counts.'),
    ),
    subject,
    scopes,
    why: optional(string()),
  }),
);

/** The section `certificates`: who calls by gRPC with a client certificate of an authority that the site trusts. */
export const certificatesSchema = array(
  strictObject({
    san: pipe(
      string(),
      regex(/^(?:DNS|URI|email):\S+$/, 'is no name of a certificate; expected e.g. DNS:wrangler.studio.example'),
      description('A subject alternative name of the certificate, with its kind: DNS:…, URI:… or email:….'),
    ),
    subject,
    scopes,
    why: optional(string()),
  }),
);

/** What a policy file says of connections. */
export interface PeerEntries {
  readonly networks: InferOutput<typeof networksSchema>;
  readonly certificates: InferOutput<typeof certificatesSchema>;
}

/** Tells who calls by what their connection is; undefined when the site says nothing of it. */
export type IdentityOfPeer = (
  credentials: Pick<PeerCredentials, 'remoteAddress' | 'certificateNames'>,
) => Identity | undefined;

/**
 * Compiles who calls by gRPC without a token: a certificate counts before a network, and of several networks the smallest. pycue and
 * CueGUI can show neither tokens nor certificates, so their networks are all that a site can tell them by.
 */
export function compilePeers({ networks, certificates }: PeerEntries): IdentityOfPeer {
  const byName = new Map(certificates.map((entry) => [entry.san, identityOf('certificate', entry)]));
  const byNetwork = networks
    .map((entry) => ({ entry, network: parseIpNetwork(entry.cidr)! }))
    // IPv6 has four times as many bits, and no address is in networks of both kinds.
    .toSorted((one, other) => other.network.prefix - one.network.prefix)
    .map(({ entry, network }) => ({ has: compileNetworks([network]), identity: identityOf('network', entry) }));
  return ({ remoteAddress, certificateNames }) => {
    for (const name of certificateNames) {
      const identity = byName.get(name);
      if (identity !== undefined) return identity;
    }
    if (remoteAddress === undefined) return undefined;
    return byNetwork.find(({ has }) => has(remoteAddress))?.identity;
  };
}

function identityOf(
  method: 'network' | 'certificate',
  entry: { readonly subject: string; readonly scopes: string },
): Identity {
  return Object.freeze({
    subject: entry.subject,
    isNamed: true,
    method,
    claims: Object.freeze({}),
    scopes: Object.freeze(entry.scopes.trim().split(/\s+/)),
    groups: Object.freeze([]),
    issuer: undefined,
    tokenId: '',
    expiresAtMs: Number.POSITIVE_INFINITY,
  });
}
