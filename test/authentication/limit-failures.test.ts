import { beforeEach, describe, expect, it } from 'vitest';

import { bearerError, type BearerProblem } from '../../src/authentication/credentials-error.ts';
import { FailureLimiter } from '../../src/authentication/failure-limiter.ts';
import { limitFailures } from '../../src/authentication/limit-failures.ts';
import type { TokenVerifier } from '../../src/authentication/token-verifier.ts';
import type { GatewayError } from '../../src/call/gateway-error.ts';
import { identityOf } from './identity.ts';

const good = { identity: identityOf('ann'), validFromMs: -Infinity, validUntilMs: Infinity };
const guesser = { authorization: undefined, remoteAddress: '203.0.113.9' };
const other = { authorization: undefined, remoteAddress: '203.0.113.10' };

let looked: string[];
let spared: TokenVerifier;
let open: TokenVerifier;

beforeEach(() => {
  looked = [];
  const verifier: TokenVerifier = {
    isRemembered: true,
    accepts: () => true,
    verify: (token) => {
      looked.push(token);
      if (token.startsWith('good')) return token.endsWith('later') ? Promise.resolve(good) : good;
      const error = bearerError(token.split(' ', 1)[0] as BearerProblem);
      if (token.endsWith('later')) return Promise.reject(error);
      throw error;
    },
  };
  const limiter = () => new FailureLimiter({ perMinute: 2, now: () => 1_000_000 });
  spared = limitFailures(verifier, limiter(), { isGuessable: true });
  open = limitFailures(verifier, limiter(), { isGuessable: false });
});

/** The reason of a refusal; `good` when there is none. */
async function outcomeOf(verifier: TokenVerifier, token: string, credentials = guesser): Promise<string> {
  try {
    await verifier.verify(token, credentials);
    return 'good';
  } catch (error) {
    return (error as GatewayError).reason;
  }
}

describe.each(['', ' later'])('limitFailures()%s', (end) => {
  const guess = async (verifier: TokenVerifier) => {
    for (const number of [1, 2]) {
      expect(await outcomeOf(verifier, `SIGNATURE_INVALID ${number}${end}`)).toBe('SIGNATURE_INVALID');
    }
    looked = [];
  };

  describe('where guesses may succeed, or cost somebody something,', () => {
    it('looks at no more after too many', async () => {
      await guess(spared);
      for (const token of [`SIGNATURE_INVALID 3${end}`, `good${end}`]) {
        expect(await outcomeOf(spared, token)).toBe('TOO_MANY_FAILURES');
      }
      expect(looked).toEqual([]);
      expect(await outcomeOf(spared, `good${end}`, other)).toBe('good');
    });

    it('lets pass what was found good before', async () => {
      expect(await outcomeOf(spared, `good${end}`, other)).toBe('good');
      await guess(spared);
      expect(await outcomeOf(spared, `good${end}`)).toBe('good');
      expect(await outcomeOf(spared, `good, too${end}`)).toBe('TOO_MANY_FAILURES');
    });
  });

  describe('where they cannot,', () => {
    it('tells a guesser to come later, and answers others who share the address', async () => {
      await guess(open);
      expect(await outcomeOf(open, `SIGNATURE_INVALID 3${end}`)).toBe('TOO_MANY_FAILURES');
      expect(await outcomeOf(open, `good${end}`)).toBe('good');
      expect(await outcomeOf(open, `TOKEN_EXPIRED${end}`)).toBe('TOKEN_EXPIRED');
    });
  });

  it.each<BearerProblem>([
    'TOKEN_EXPIRED',
    'TOKEN_NOT_YET_VALID',
    'AUDIENCE_MISMATCH',
    'CLAIM_INVALID',
    'TOKEN_BOUND',
    'API_KEY_EXPIRED',
    'API_KEY_NETWORK',
  ])('does not take for a guess what was good, or is elsewhere: %s', async (reason) => {
    for (let number = 0; number < 10; number += 1) {
      expect(await outcomeOf(spared, `${reason} ${number}${end}`)).toBe(reason);
    }
    expect(await outcomeOf(spared, `good${end}`)).toBe('good');
  });

  it('takes for one what anybody can make', async () => {
    for (const number of [1, 2]) await outcomeOf(spared, `NOT_AN_ACCESS_TOKEN ${number}${end}`);
    expect(await outcomeOf(spared, `good${end}`)).toBe('TOO_MANY_FAILURES');
  });
});

describe('limitFailures()', () => {
  it('passes on what went wrong by itself', () => {
    const verify = () => {
      throw new TypeError('ours');
    };
    const limiter = new FailureLimiter({ perMinute: 2, now: () => 0 });
    const broken = limitFailures({ ...spared, verify }, limiter, { isGuessable: true });
    for (let time = 0; time < 5; time += 1) expect(() => broken.verify('x', guesser)).toThrow(TypeError);
  });
});
