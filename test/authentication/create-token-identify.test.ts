import { beforeEach, describe, expect, it } from 'vitest';

import { createTokenIdentify } from '../../src/authentication/create-token-identify.ts';
import { tokenError } from '../../src/authentication/credentials-error.ts';
import { createHmacVerifier } from '../../src/authentication/hmac/hmac-verifier.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import type { TokenVerifier } from '../../src/authentication/token-verifier.ts';
import type { Identify } from '../../src/call/identity.ts';

import { bearer, nowMs, outcomeOf, refusalOf, secret } from './tokens.ts';
import { identityOf } from './identity.ts';

const clock = { ms: nowMs };
const now = () => clock.ms;

beforeEach(() => {
  clock.ms = nowMs;
});

/** The real verifier, counting what reaches it. */
function countingVerifier(): TokenVerifier & { verified: number } {
  const hmac = createHmacVerifier({ secrets: [secret], now });
  return {
    verified: 0,
    isRemembered: true,
    accepts: hmac.accepts,
    verify(token) {
      this.verified += 1;
      return hmac.verify(token);
    },
  };
}

/** A verifier as OAuth needs it: of tokens with a prefix, and answering later. */
function openingVerifier(kind: string): TokenVerifier {
  const identity = Object.freeze(identityOf(kind, { method: 'hmac' }));
  return {
    isRemembered: true,
    accepts: (token) => token.startsWith(`${kind}:`),
    verify: async (token) => {
      if (token.endsWith('bad')) throw tokenError('TOKEN_UNVERIFIABLE', `${kind} does not know it`);
      return { identity, validFromMs: -Infinity, validUntilMs: nowMs + 1_000 };
    },
  };
}

describe('createTokenIdentify()', () => {
  describe('with a known token', () => {
    let verifier: ReturnType<typeof countingVerifier>;
    let identify: Identify;
    beforeEach(() => {
      verifier = countingVerifier();
      identify = createTokenIdentify({ verifiers: [], fallback: verifier, now });
    });
    const seconds = nowMs / 1000;

    it('does not verify it again', () => {
      const authorization = bearer({ sub: 'ada', exp: seconds + 10 });
      const first = identify({ authorization });
      expect(first).toMatchObject({ subject: 'ada' });
      expect(identify({ authorization })).toBe(first);
      expect(verifier.verified).toBe(1);
    });

    it('refuses it from the first moment of its exp', async () => {
      const authorization = bearer({ exp: seconds + 10 });
      expect(identify({ authorization })).toMatchObject({ subject: 'unknown' });
      clock.ms = nowMs + 9_999;
      expect(identify({ authorization })).toMatchObject({ subject: 'unknown' });
      expect(verifier.verified).toBe(1);
      clock.ms = nowMs + 10_000;
      expect((await refusalOf(identify, authorization)).message).toBe(
        'Token validation error: token has invalid claims: token is expired',
      );
    });

    it('refuses it when the clock is set back before its nbf', async () => {
      const authorization = bearer({ nbf: seconds });
      expect(identify({ authorization })).toMatchObject({ subject: 'unknown' });
      clock.ms = nowMs - 1;
      expect((await refusalOf(identify, authorization)).reason).toBe('TOKEN_NOT_YET_VALID');
      clock.ms = nowMs;
      expect(identify({ authorization })).toMatchObject({ subject: 'unknown' });
    });

    it('does not take a text for another that only begins or ends like it', async () => {
      const authorization = bearer({ sub: 'ada' });
      identify({ authorization });
      for (const other of [`${authorization} `, `${authorization}A`, authorization.slice(0, -1), ` ${authorization}`]) {
        expect((await refusalOf(identify, other)).origin).toBe('credentials');
      }
    });

    it('does not remember refusals', async () => {
      const authorization = bearer({ nbf: seconds + 10 });
      expect((await refusalOf(identify, authorization)).reason).toBe('TOKEN_NOT_YET_VALID');
      clock.ms = nowMs + 10_000;
      expect(identify({ authorization })).toMatchObject({ subject: 'unknown' });
    });

    it('verifies it again when it is very long, so that memory stays bounded', () => {
      const authorization = bearer({ sub: 'ada', padding: 'x'.repeat(4_096) });
      for (const times of [1, 2]) {
        expect(identify({ authorization })).toMatchObject({ subject: 'ada' });
        expect(verifier.verified).toBe(times);
      }
    });

    it('forgets it after thousands of others, and not while it is in use', () => {
      const [busy, idle] = [bearer({ sub: 'busy' }), bearer({ sub: 'idle' })];
      for (const authorization of [busy, idle]) identify({ authorization });
      for (let other = 0; other < 2_500; other += 1) {
        identify({ authorization: bearer({ sub: `other ${other}` }) });
        identify({ authorization: busy });
      }
      expect(verifier.verified).toBe(2_502);
      identify({ authorization: idle });
      expect(verifier.verified).toBe(2_503);
    });

    it('takes the first of several headers, as the Go gateway does', () => {
      const authorization = bearer({ sub: 'ada' });
      expect(identify({ authorization, isAmbiguous: true })).toMatchObject({ subject: 'ada' });
    });

    it('accepts it with and without its scheme', () => {
      const token = signToken({ secret, claims: { sub: 'ada' } });
      expect(identify({ authorization: token })).toMatchObject({ subject: 'ada' });
      expect(identify({ authorization: `Bearer ${token}` })).toMatchObject({ subject: 'ada' });
    });
  });

  it.each([undefined, ''])('refuses the header %j as missing', async (authorization) => {
    const identify = createTokenIdentify({ verifiers: [], fallback: countingVerifier(), now });
    expect(await refusalOf(identify, authorization)).toMatchObject({
      message: 'Authorization header required',
      reason: 'TOKEN_MISSING',
      origin: 'credentials',
      status: { name: 'UNAUTHENTICATED', httpStatus: 401 },
    });
  });

  describe('with several verifiers', () => {
    const identify = createTokenIdentify({
      verifiers: [openingVerifier('red'), openingVerifier('blue')],
      fallback: createHmacVerifier({ secrets: [secret], now }),
      now,
    });

    it('lets the first that accepts the token decide', async () => {
      expect(await outcomeOf(identify, 'Bearer blue:1')).toMatchObject({ subject: 'blue' });
      expect(await outcomeOf(identify, 'Bearer red:1')).toMatchObject({ subject: 'red' });
      expect(await outcomeOf(identify, bearer({ sub: 'ada' }))).toMatchObject({ subject: 'ada' });
    });

    it('does not ask a second one when the first refuses', async () => {
      expect((await refusalOf(identify, 'Bearer red:bad')).message).toBe(
        'Token validation error: red does not know it',
      );
    });

    it('answers at once from the second time on, also where verifying takes a while', async () => {
      const first = identify({ authorization: 'Bearer red:2' });
      expect(first).toBeInstanceOf(Promise);
      expect(identify({ authorization: 'Bearer red:2' })).not.toBe(first);
      const identity = await first;
      expect(identify({ authorization: 'Bearer red:2' })).toBe(identity);
      clock.ms = nowMs + 1_000;
      expect(identify({ authorization: 'Bearer red:2' })).toBeInstanceOf(Promise);
    });

    it('refuses what none of them accepts', async () => {
      const strict = createTokenIdentify({ verifiers: [openingVerifier('red')], fallback: undefined, now });
      expect(await refusalOf(strict, 'Bearer green:1')).toMatchObject({
        message: 'Token validation error: the token is of no kind that is accepted here',
        reason: 'TOKEN_UNVERIFIABLE',
      });
    });
  });
});
