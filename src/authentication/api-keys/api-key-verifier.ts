import { timingSafeEqual } from 'node:crypto';

import { bearerError } from '../credentials-error.ts';
import type { TokenVerifier, VerifierKind } from '../token-verifier.ts';
import { apiKeyPrefix, hashSecret, parseApiKey } from './api-key.ts';
import { ApiKeyFile } from './api-key-file.ts';
import type { ApiKeyEntry } from './read-api-keys.ts';

/** What the settings say about API keys. */
export interface ApiKeySettings {
  /** Undefined: there are none. */
  readonly apiKeysFile: string | undefined;
}

/** API keys of a file, for scripts. */
export const apiKeys: VerifierKind<ApiKeySettings> = {
  read: (read) => ({ apiKeysFile: read.text('API_KEYS_FILE') || undefined }),
  // Whether the file can be read is seen when it is opened.
  findProblems: () => [],
  isOn: ({ apiKeysFile }) => apiKeysFile !== undefined,
  takesAnyJwt: false,
  holdsSecret: false,
  open: ({ apiKeysFile: path = '' }, { now, schedule, logger }) => {
    const file = new ApiKeyFile({ path, schedule, logger });
    return {
      verifier: createApiKeyVerifier({ entries: () => file.entries, now }),
      sentAs: 'api-key',
      // Random secrets of 256 bits are not.
      isGuessable: false,
      close: () => file.close(),
      apiKeyFile: () => file.state,
    };
  },
};

/** What the verifier of API keys needs. */
export interface ApiKeyVerifierOptions {
  /** The keys as they are now, by their ids; asked at every request, so that a withdrawn key ends at once. */
  readonly entries: () => ReadonlyMap<string, ApiKeyEntry>;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** What unknown keys are compared with, so that they take as long as known ones. No secret has this hash. */
const noHash = Buffer.alloc(32);

/**
 * Verifies API keys. A key that does not exist, one with a wrong secret and one with a typing mistake are answered alike. Only
 * whoever has a key learns that it has expired, or is bound to networks.
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
      const isRight = timingSafeEqual(hashSecret(secret), entry?.hash ?? noHash);
      if (entry === undefined || !isRight) throw bearerError('API_KEY_INVALID', { id });
      const { identity, isInNetworks } = entry;
      if (now() >= identity.expiresAtMs) throw bearerError('API_KEY_EXPIRED', { id });
      if (isInNetworks !== undefined && !isInNetworks(remoteAddress ?? '')) {
        throw bearerError('API_KEY_NETWORK', { id, remoteAddress });
      }
      return { identity, validFromMs: Number.NEGATIVE_INFINITY, validUntilMs: identity.expiresAtMs };
    },
  };
}
