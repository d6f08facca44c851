import { LRUCache } from 'lru-cache';

import { GatewayError } from '../call/gateway-error.ts';

import { mayBeGuess } from './credentials-error.ts';
import { sha256Of } from './derive-identity.ts';
import type { FailureLimiter } from './failure-limiter.ts';
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts';

/** How a verifier is protected. */
export interface LimitFailuresOptions {
  /**
   * Whether tokens from a closed address are not looked at, but for those that were good before: where guessing may succeed, or
   * where each guess costs the issuer an answer. Otherwise all tokens are looked at, so that a guesser locks nobody out who
   * shares their address; only the bad ones are told to come later.
   */
  readonly isGuessable: boolean;
}

/** How many good tokens are known at once, by their hashes. */
const capacity = 2_000;

/** Wraps a verifier, so that an address from which many different bad tokens come has to wait. */
export function limitFailures(
  verifier: TokenVerifier,
  limiter: FailureLimiter,
  { isGuessable }: LimitFailuresOptions,
): TokenVerifier {
  const known = new LRUCache<string, true>({ max: capacity });
  const pass = (token: string, found: VerifiedToken): VerifiedToken => {
    if (isGuessable) known.set(sha256Of(token), true);
    return found;
  };
  const fail = (token: string, remoteAddress: string | undefined, error: unknown): never => {
    if (!(error instanceof GatewayError && mayBeGuess(error))) throw error;
    limiter.assertOpen(remoteAddress);
    limiter.noteFailure(remoteAddress, sha256Of(token));
    throw error;
  };
  return {
    ...verifier,
    verify: (token, credentials) => {
      const { remoteAddress } = credentials;
      if (isGuessable && limiter.isClosed(remoteAddress) && known.get(sha256Of(token)) === undefined) {
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
