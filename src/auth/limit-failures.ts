import { createHash } from 'node:crypto';

import { GatewayError } from '../rpc/gateway-error.ts';

import { mayBeGuess } from './credentials-error.ts';
import type { FailureLimiter } from './failure-limiter.ts';
import { RecentlyUsed } from './recently-used.ts';
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts';

/** So many good tokens are known at once at least, by their hashes. */
const capacity = 1_000;

/**
 * Has a verifier look at nothing from addresses that guess. What it has found good before passes all the same, so that those
 * who share an address with somebody who guesses keep working.
 */
export function limitFailures(verifier: TokenVerifier, limiter: FailureLimiter): TokenVerifier {
  const known = new RecentlyUsed<true>(capacity);
  const remember = (hash: string, found: VerifiedToken): VerifiedToken => {
    known.keep(hash, true);
    return found;
  };
  return {
    ...verifier,
    verify: (token, credentials) => {
      const { remoteAddress } = credentials;
      const hash = createHash('sha256').update(token).digest('base64');
      if (known.find(hash) === undefined) limiter.assertOpen(remoteAddress);
      const fail = (error: unknown): never => {
        if (error instanceof GatewayError && mayBeGuess(error)) limiter.noteFailure(remoteAddress, hash);
        throw error;
      };
      try {
        const found = verifier.verify(token, credentials);
        return found instanceof Promise ? found.then((each) => remember(hash, each), fail) : remember(hash, found);
      } catch (error) {
        return fail(error);
      }
    },
  };
}
