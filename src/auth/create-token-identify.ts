import type { Identify, Identity } from '../rpc/identity.ts';

import { missingTokenError, tokenError } from './credentials-error.ts';
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** What identifying by bearer token needs. */
export interface TokenIdentifyOptions {
  /** In the order in which they are asked; the first that accepts a token decides. */
  readonly verifiers: readonly TokenVerifier[];
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Identifies by the token of the `Authorization` header. As in the Go gateway the prefix `Bearer ` may be missing, but
 * when it is there, its letters and its one space must be exact.
 * What was verified once is not verified again until its time is over; refusals are not remembered.
 */
export function createTokenIdentify({ verifiers, now }: TokenIdentifyOptions): Identify {
  const verified = new VerifiedTokens();
  const remember = (authorization: string, token: VerifiedToken): Identity => {
    verified.keep(authorization, token);
    return token.identity;
  };
  return ({ authorization }) => {
    if (authorization === undefined || authorization === '') throw missingTokenError();
    const known = verified.find(authorization);
    if (known !== undefined && isValidAt(known, now())) return known.identity;
    const token = authorization.startsWith(prefix) ? authorization.slice(prefix.length) : authorization;
    const found = verify(token, verifiers);
    return found instanceof Promise
      ? found.then((token) => remember(authorization, token))
      : remember(authorization, found);
  };
}

const prefix = 'Bearer ';

/** A clock that was set back makes a known token too young again, hence both ends. */
function isValidAt({ validFromMs, validUntilMs }: VerifiedToken, nowMs: number): boolean {
  return validFromMs <= nowMs && nowMs < validUntilMs;
}

function verify(token: string, verifiers: readonly TokenVerifier[]): VerifiedToken | Promise<VerifiedToken> {
  for (const verifier of verifiers) {
    if (verifier.accepts(token)) return verifier.verify(token);
  }
  throw tokenError('TOKEN_UNVERIFIABLE', 'token is unverifiable: it is of no kind that is accepted here');
}
