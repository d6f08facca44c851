import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createAuthentication } from '../../src/authentication/create-authentication.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import type { Identify, Identity } from '../../src/call/identity.ts';

import { identityOf } from './identity.ts';

import { settingsOf, silent } from './settings.ts';
import { bearer, nowMs, outcomeOf, refusalOf, secret } from './tokens.ts';

interface RecordedRequest {
  readonly method: string;
  /** One per header line, as sent. */
  readonly authorization: readonly string[];
  readonly status: number;
  readonly body: string;
}

const recorded = readFileSync(new URL('../recorded/jwt.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedRequest);

/** When the requests were recorded, in seconds: their tokens' times lie an hour, ten or one second around it. */
const recordedAt = 1_795_395_159;

/** Of tokens signed with the shared secret. */
function identifyBySecret(now?: () => number): Identify {
  const surroundings = { logger: silent, ...(now !== undefined && { now }) };
  return createAuthentication(settingsOf({ jwtSecrets: [secret] }), surroundings).identify;
}

describe('createAuthentication()', () => {
  describe('answers as the Go gateway did', () => {
    const identify = identifyBySecret(() => recordedAt * 1000 + 500);

    it('in 87 recorded requests', () => expect(recorded).toHaveLength(87));

    it.each(recorded.map((request, index) => [index + 1, request] as const))('in request %i', async (_, request) => {
      const outcome = await outcomeOf(identify, request.authorization[0]?.replace(/^[ \t]+|[ \t]+$/g, ''));
      expect(outcome instanceof GatewayError ? outcome.status.httpStatus : 200).toBe(request.status);
      if (outcome instanceof GatewayError && request.method !== 'HEAD') {
        expect(`${outcome.message}\n`).toBe(request.body);
      }
    });
  });

  it('differs from the Go gateway in exp 0, which is long past and not absent', async () => {
    const identify = identifyBySecret(() => nowMs);
    for (const exp of [0, -0, 0.5]) {
      const refusal = await refusalOf(identify, bearer({ exp }));
      expect(refusal.message).toBe('Token validation error: token has invalid claims: token is expired');
      expect(refusal.reason).toBe('TOKEN_EXPIRED');
    }
  });

  it('uses the clock of the system when none is given', async () => {
    const identify = identifyBySecret();
    const seconds = Math.floor(Date.now() / 1000);
    expect(await identify({ authorization: bearer({ sub: 'ada', exp: seconds + 3600 }) })).toMatchObject({
      subject: 'ada',
    });
    expect(await refusalOf(identify, bearer({ sub: 'ada', exp: seconds - 1 }))).toMatchObject({
      reason: 'TOKEN_EXPIRED',
    });
  });

  it('takes the tokens of the secret before, until it is taken away', async () => {
    const surroundings = { logger: silent, now: () => nowMs };
    const settings = settingsOf({ jwtSecrets: ['the new secret', secret] });
    expect(
      await createAuthentication(settings, surroundings).identify({ authorization: bearer({ sub: 'ada' }) }),
    ).toMatchObject({ subject: 'ada' });
    const { identify } = createAuthentication(settingsOf({ jwtSecrets: ['the new secret'] }), surroundings);
    expect(await refusalOf(identify, bearer({ sub: 'ada' }))).toMatchObject({ reason: 'SIGNATURE_INVALID' });
  });

  it('reads the claims that the settings name', async () => {
    const claimNames = {
      user: ['preferred_username'],
      userDomain: undefined,
      uid: undefined,
      scopes: 'rights.cuegate',
      groups: 'https://studio.example/groups',
    };
    const settings = settingsOf({ jwtSecrets: [secret], claimNames });
    const { identify } = createAuthentication(settings, { logger: silent, now: () => nowMs });
    const authorization = bearer({
      sub: '4711',
      preferred_username: 'ada',
      scope: 'cue:admin',
      rights: { cuegate: ['cue:read'] },
      'https://studio.example/groups': ['lighting'],
      exp: nowMs / 1000 + 60,
    });
    expect(await identify({ authorization })).toMatchObject({
      subject: 'ada',
      scopes: ['cue:read'],
      groups: ['lighting'],
      expiresAtMs: nowMs + 60_000,
    });
  });

  it('refuses to be made without any way to identify callers', () => {
    expect(() => createAuthentication(settingsOf({}), { logger: silent })).toThrow(
      new TypeError('expected at least one way to identify callers'),
    );
  });

  it('asks nobody for anything when authentication is off', () => {
    const identify = createAuthentication(settingsOf({ auth: 'none' }), { logger: silent }).identify;
    for (const authorization of [undefined, '', 'Bearer x', bearer({ sub: 'ada' })]) {
      const identity = identify({ authorization }) as Identity;
      expect(identity).toEqual(identityOf('anonymous'));
      expect(Object.isFrozen(identity) && Object.isFrozen(identity.claims)).toBe(true);
    }
  });

  describe('abuse', () => {
    const claims = { sub: 'ada', groups: ['lighting', 'fx'], exp: nowMs / 1000 + 60 };
    const good = signToken({ secret, claims });
    const signatureStart = good.lastIndexOf('.') + 1;

    it('no mutation of a good token is good, and each is refused in words', async () => {
      const identify = identifyBySecret(() => nowMs);
      await fc.assert(
        fc.asyncProperty(mutations(good), async (mutated) => {
          // Unused bits at a signature's end carry nothing: golang-jwt and ours read such texts as the same signature.
          fc.pre(!isSameToken(mutated, good, signatureStart));
          const outcome = await outcomeOf(identify, `Bearer ${mutated}`);
          expect(outcome).toBeInstanceOf(GatewayError);
          expect(outcome).toMatchObject({ origin: 'credentials', status: { name: 'UNAUTHENTICATED' } });
        }),
        { numRuns: 500 },
      );
    });

    it('no text at all makes it throw anything but a refusal', async () => {
      const identify = identifyBySecret(() => nowMs);
      const segment = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
        fc.constantFrom('eyJhbGciOiJIUzI1NiJ9', 'e30', ''),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(segment, { maxLength: 5 }), async (segments) => {
          const outcome = await outcomeOf(identify, segments.join('.'));
          expect(outcome).toBeInstanceOf(GatewayError);
        }),
        { numRuns: 500 },
      );
    });
  });
});

/** One to three places of a text overwritten, inserted, or cut out. */
function mutations(text: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(text.length - 1),
    removed: fc.nat(2),
    inserted: fc.oneof(fc.constantFrom('', '.', '=', '-', 'A', ' '), fc.string({ maxLength: 3 })),
  });
  return fc
    .array(edit, { minLength: 1, maxLength: 3 })
    .map((edits) =>
      edits.reduce(
        (token, { at, removed, inserted }) => token.slice(0, at) + inserted + token.slice(at + removed),
        text,
      ),
    );
}

function isSameToken(mutated: string, good: string, signatureStart: number): boolean {
  const signatureOf = (token: string) => Buffer.from(token.slice(signatureStart), 'base64url');
  return (
    mutated.slice(0, signatureStart) === good.slice(0, signatureStart) &&
    /^[\w-]*$/.test(mutated.slice(signatureStart)) &&
    mutated.length === good.length &&
    signatureOf(mutated).equals(signatureOf(good))
  );
}
