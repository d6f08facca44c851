import { beforeEach, describe, expect, it } from 'vitest';

import { bearerError, type BearerProblem } from '../../src/auth/credentials-error.ts';
import { FailureLimiter } from '../../src/auth/failure-limiter.ts';
import { limitFailures } from '../../src/auth/limit-failures.ts';
import type { TokenVerifier } from '../../src/auth/token-verifier.ts';
import type { GatewayError } from '../../src/rpc/gateway-error.ts';
import { identityOf } from '../identity.ts';

const good = { identity: identityOf('ann'), validFromMs: -Infinity, validUntilMs: Infinity };
const guesser = { authorization: undefined, remoteAddress: '203.0.113.9' };
const other = { authorization: undefined, remoteAddress: '203.0.113.10' };

let looked: string[];
let verifier: TokenVerifier;

beforeEach(() => {
  looked = [];
  verifier = limitFailures(
    {
      isRemembered: true,
      accepts: () => true,
      verify: (token) => {
        looked.push(token);
        if (token.startsWith('good')) return token.endsWith('later') ? Promise.resolve(good) : good;
        const error = bearerError(token.split(' ', 1)[0] as BearerProblem);
        if (token.endsWith('later')) return Promise.reject(error);
        throw error;
      },
    },
    new FailureLimiter({ perMinute: 2, now: () => 1_000_000 }),
  );
});

/** The reason of a refusal; `good` when there is none. */
async function outcomeOf(token: string, credentials = guesser): Promise<string> {
  try {
    await verifier.verify(token, credentials);
    return 'good';
  } catch (error) {
    return (error as GatewayError).reason;
  }
}

describe('limitFailures()', () => {
  it.each(['', ' later'])('looks at no more after too many guesses%s', async (end) => {
    for (const number of [1, 2]) {
      expect(await outcomeOf(`SIGNATURE_INVALID ${number}${end}`)).toBe('SIGNATURE_INVALID');
    }
    looked = [];
    expect(await outcomeOf(`good${end}`)).toBe('TOO_MANY_FAILURES');
    expect(looked).toEqual([]);
    expect(await outcomeOf(`good${end}`, other)).toBe('good');
  });

  it.each(['', ' later'])('lets pass what was found good before%s', async (end) => {
    expect(await outcomeOf(`good${end}`, other)).toBe('good');
    for (const number of [1, 2]) await outcomeOf(`API_KEY_INVALID ${number}`);
    expect(await outcomeOf(`good${end}`)).toBe('good');
    expect(await outcomeOf(`good, too${end}`)).toBe('TOO_MANY_FAILURES');
  });

  it.each<BearerProblem>(['TOKEN_EXPIRED', 'AUDIENCE_MISMATCH', 'API_KEY_NETWORK', 'TOKEN_BOUND'])(
    'does not take for a guess what was good, or is elsewhere: %s',
    async (reason) => {
      for (let number = 0; number < 10; number += 1) expect(await outcomeOf(`${reason} ${number}`)).toBe(reason);
      expect(await outcomeOf('good')).toBe('good');
    },
  );

  it('passes on what went wrong by itself', async () => {
    const broken = limitFailures(
      {
        ...verifier,
        verify: () => {
          throw new TypeError('ours');
        },
      },
      new FailureLimiter({ perMinute: 2, now: () => 0 }),
    );
    for (let time = 0; time < 5; time += 1) expect(() => broken.verify('x', guesser)).toThrow(TypeError);
  });
});
