import type { Identify } from '../rpc/identity.ts';

import { createAnonymousIdentify } from './create-anonymous-identify.ts';
import { createTokenIdentify } from './create-token-identify.ts';
import { createHmacVerifier } from './hmac-verifier.ts';

/** The settings that say how callers are identified. */
export interface IdentifyOptions {
  readonly auth: 'jwt' | 'none';
  /** The shared secret of the tokens; not looked at when `auth` is `none`. */
  readonly jwtSecret: string;
  /** The current time in milliseconds since 1970; the system's clock when not given. */
  readonly now?: () => number;
}

/** The gateway's way to tell who calls, as the settings want it. Throws TypeError when the secret is missing. */
export function createIdentify({ auth, jwtSecret, now = Date.now }: IdentifyOptions): Identify {
  if (auth === 'none') return createAnonymousIdentify();
  return createTokenIdentify({ verifiers: [], fallback: createHmacVerifier({ secrets: [jwtSecret], now }), now });
}
