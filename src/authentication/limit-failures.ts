import { createHash } from 'node:crypto';

import { GatewayError } from '../call/gateway-error.ts';

import { mayBeGuess } from './credentials-error.ts';
import type { FailureLimiter } from './failure-limiter.ts';
import { RecentlyUsed } from './recently-used.ts';
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts';

/** How a verifier is to be spared. */
export interface LimitFailuresOptions {
  /**
   * Whether to look at no token from an address that guesses, unless it was found good before: where guessing may succeed, or
   * each guess costs somebody else something. Otherwise all are looked at, so that nobody can lock others out who share
   * his address, and the bad ones are told to come later.
   */
  readonly isGuessable: boolean;
}

/** So many good tokens are known at once at least, by their hashes. */
const capacity = 1_000;

/** Slows down who shows a verifier many different bad tokens. */
export function limitFailures(
  verifier: TokenVerifier,
  limiter: FailureLimiter,
  { isGuessable }: LimitFailuresOptions,
): TokenVerifier {
  const known = new RecentlyUsed<true>(capacity);
  const pass = (token: string, found: VerifiedToken): VerifiedToken => {
    if (isGuessable) known.keep(hashOf(token), true);
    return found;
  };
  const fail = (token: string, remoteAddress: string | undefined, error: unknown): never => {
    if (!(error instanceof GatewayError && mayBeGuess(error))) throw error;
    limiter.assertOpen(remoteAddress);
    limiter.noteFailure(remoteAddress, hashOf(token));
    throw error;
  };
  return {
    ...verifier,
    verify: (token, credentials) => {
      const { remoteAddress } = credentials;
      if (isGuessable && limiter.isClosed(remoteAddress) && known.find(hashOf(token)) === undefined) {
        limiter.assertOpen(remoteAddress);
      }
      try {
        const found = verifier.verify(token, credentials);
        if (!(found instanceof Promise)) return pass(token, found);
        return found.then(
          (each) => pass(token, each),
          (error: unknown) => fail(token, remoteAddress, error),
        );
      } catch (error) {
        return fail(token, remoteAddress, error);
      }
    },
  };
}

/** What is kept must not be worth stealing. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
