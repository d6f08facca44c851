import type { AuthenticationSettings } from '../../src/authentication/verifiers.ts';
import { standardClaimNames } from '../../src/authentication/claims.ts';
import type { Logger } from '../../src/telemetry/logger.ts';

/** Settings that name no way to identify callers, but for what a test adds. */
export function settingsOf(more: Partial<AuthenticationSettings>): AuthenticationSettings {
  return {
    auth: 'jwt',
    jwtSecrets: [],
    allowWeakSecrets: false,
    issuers: [],
    offersLogin: false,
    jwksUri: undefined,
    audiences: [],
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    introspection: undefined,
    apiKeysFile: undefined,
    failuresPerMinute: 0,
    claimNames: standardClaimNames,
    allowHttpIssuers: false,
    publicUrl: undefined,
    ...more,
  };
}

/** A log that nobody reads. */
export const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
