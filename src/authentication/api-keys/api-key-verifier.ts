import { timingSafeEqual } from 'node:crypto';

import { type IpNetwork, networkHas, parseIpAddress } from '../../http/ip-network.ts';

import { bearerError } from '../credentials-error.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import { apiKeyPrefix, hashSecret, parseApiKey } from './api-key.ts';
import type { ApiKeyEntry } from './read-api-keys.ts';

/** What the verifier of API keys needs. */
export interface ApiKeyVerifierOptions {
  /** The keys as they are now, by their ids; asked at every request, so that a withdrawn key ends at once. */
  readonly entries: () => ReadonlyMap<string, ApiKeyEntry>;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** What unknown keys are compared with, so that they take as long as known ones. No secret has this hash. */
const nobody = Buffer.alloc(32);

/**
 * Verifies API keys. Who shows a key that does not exist, one with a wrong secret or one with a typing mistake learns the same
 * of all of them; that a key has expired or is bound to networks learns only who has it.
 */
export function createApiKeyVerifier({ entries, now }: ApiKeyVerifierOptions): TokenVerifier {
  return {
    // It depends on where the request comes from, and costs one hash.
    isRemembered: false,
    accepts: (token) => token.startsWith(apiKeyPrefix),
    verify(token, { remoteAddress }) {
      const key = parseApiKey(token);
      if (key === undefined) throw bearerError('API_KEY_INVALID', 'it is malformed');
      const { id, secret } = key;
      const entry = entries().get(id);
      const isRight = timingSafeEqual(hashSecret(secret), entry?.hash ?? nobody);
      if (entry === undefined || !isRight) throw bearerError('API_KEY_INVALID', { id });
      const { identity, networks } = entry;
      if (now() >= identity.expiresAtMs) throw bearerError('API_KEY_EXPIRED', { id });
      if (networks !== undefined && !isInside(networks, remoteAddress)) {
        throw bearerError('API_KEY_NETWORK', { id, remoteAddress });
      }
      return { identity, validFromMs: Number.NEGATIVE_INFINITY, validUntilMs: identity.expiresAtMs };
    },
  };
}

function isInside(networks: readonly IpNetwork[], remoteAddress: string | undefined): boolean {
  const address = remoteAddress === undefined ? undefined : parseIpAddress(remoteAddress);
  return address !== undefined && networks.some((network) => networkHas(network, address));
}
