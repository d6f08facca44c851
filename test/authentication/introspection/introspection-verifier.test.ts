import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Authentication, createAuthentication } from '../../../src/authentication/create-authentication.ts';

import { gatewayClient, type RealProvider, startProvider } from '../oidc/real-provider.ts';
import { audience } from '../oidc/test-issuer.ts';
import { settingsOf, silent } from '../settings.ts';
import { createTimeline, type Timeline } from '../timeline.ts';
import { nowMs, outcomeOf } from '../tokens.ts';

const ask = ({ identify }: Authentication, token: string) => outcomeOf(identify, `Bearer ${token}`);

describe('opaque tokens of a real provider', () => {
  let provider: RealProvider;
  let authentication: Authentication;
  let timeline: Timeline;

  beforeAll(async () => {
    provider = await startProvider('opaque');
  });
  afterAll(() => provider.stop());
  beforeEach(() => {
    timeline = createTimeline(Date.now());
    const introspection = { url: `${provider.url}/token/introspection`, ...gatewayClient };
    const settings = settingsOf({ introspection, audiences: [audience] });
    authentication = createAuthentication(settings, { ...timeline, logger: silent });
    provider.requests.length = 0;
  });
  afterEach(() => authentication.close());

  const questions = () => provider.requests.filter((path) => path === '/token/introspection').length;

  it('are asked about once, by however many at a time, and known at once then', async () => {
    const token = await provider.mint();
    expect(token).not.toContain('.');
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => ask(authentication, token)));
    expect(outcomes[0]).toMatchObject({
      subject: 'client:render-script',
      method: 'introspection',
      issuer: provider.url,
      scopes: ['cue:read', 'cue:operate'],
      claims: { active: true, client_id: 'render-script', aud: audience },
    });
    expect(new Set(outcomes).size).toBe(1);
    expect(authentication.identify({ authorization: `Bearer ${token}` })).toBe(outcomes[0]);
    expect(questions()).toBe(1);
  });

  it('end within a minute when they are revoked', async () => {
    const token = await provider.mint();
    expect(await ask(authentication, token)).toMatchObject({ method: 'introspection' });
    await provider.revoke(token);
    await timeline.advance(59_999);
    expect(await ask(authentication, token)).toMatchObject({ method: 'introspection' });
    await timeline.advance(1);
    expect(await ask(authentication, token)).toMatchObject({ reason: 'TOKEN_INACTIVE', status: { httpStatus: 401 } });
  });

  it('that are made up are asked about once in 5 seconds', async () => {
    for (let step = 0; step < 3; step += 1) {
      expect(await ask(authentication, 'made-up')).toMatchObject({
        reason: 'TOKEN_INACTIVE',
        message: 'Token validation error: the token is not active',
      });
      await timeline.advance(2_500);
    }
    expect(questions()).toBe(2);
  });

  it('that are made for somebody else are refused', async () => {
    const token = await provider.mint({ resource: 'https://other.example' });
    expect(await ask(authentication, token)).toMatchObject({ reason: 'AUDIENCE_MISMATCH' });
  });

  it('cannot be checked with a wrong secret of the gateway', async () => {
    const introspection = { url: `${provider.url}/token/introspection`, clientId: 'cuegate', clientSecret: 'wrong' };
    const reasons: unknown[] = [];
    const logger = { ...silent, warn: ({ reason }: { readonly reason?: unknown }) => void reasons.push(reason) };
    const wrong = createAuthentication(settingsOf({ introspection }), { ...timeline, logger });
    const token = await provider.mint();
    expect(await ask(wrong, token)).toMatchObject({ reason: 'INTROSPECTION_UNAVAILABLE' });
    await timeline.advance(1_000);
    expect(await ask(wrong, token)).toMatchObject({ reason: 'INTROSPECTION_UNAVAILABLE' });
    // Told once, and so that an operator knows what to mend.
    expect(reasons).toEqual([`${provider.url}/token/introspection answers 401 "invalid_client"`]);
  });
});

describe('an answer about a token', () => {
  let server: Server;
  let answer: { status: number; body: string; type?: string };
  let questions = 0;
  let timeline: Timeline;
  /** By how much the clock of the wall is ahead of the timers. */
  let aheadMs: number;
  let authentication: Authentication;
  let log: (readonly [message: string, fields: object])[];

  beforeAll(async () => {
    server = createServer((_, response) => {
      questions += 1;
      response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    questions = 0;
    timeline = createTimeline(nowMs);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ask`;
    const settings = settingsOf({
      introspection: { url, clientId: 'cuegate', clientSecret: 'secret' },
      audiences: [audience],
      jwtSecrets: ['secret'],
    });
    log = [];
    const note = (fields: object, message: string) => void log.push([message, fields]);
    aheadMs = 0;
    const now = () => timeline.now() + aheadMs;
    authentication = createAuthentication(settings, {
      ...timeline,
      now,
      logger: { ...silent, info: note, warn: note },
    });
  });

  const good = { active: true, sub: 'ada', aud: [audience], exp: nowMs / 1000 + 30, token_type: 'Bearer' };
  const say = (more: object) => {
    answer = { status: 200, body: JSON.stringify({ ...good, ...more }) };
  };

  it('says who calls, and holds no longer than the token', async () => {
    say({ scope: 'cue:read', groups: ['fx'] });
    expect(await ask(authentication, 'opaque')).toMatchObject({
      subject: 'ada',
      scopes: ['cue:read'],
      groups: ['fx'],
      issuer: undefined,
      tokenId: expect.stringMatching(/^[0-9a-f]{8}$/),
      expiresAtMs: nowMs + 30_000,
    });
    await timeline.advance(30_000);
    expect(await ask(authentication, 'opaque')).toMatchObject({ reason: 'TOKEN_EXPIRED' });
    expect(questions).toBe(2);
  });

  it.each<[reason: string, more: object]>([
    ['TOKEN_INACTIVE', { active: false }],
    ['AUDIENCE_MISMATCH', { aud: undefined }],
    ['AUDIENCE_MISMATCH', { aud: 'https://other.example' }],
    ['TOKEN_EXPIRED', { exp: nowMs / 1000 }],
    ['CLAIM_INVALID', { exp: 'tomorrow' }],
    ['CLAIM_INVALID', { sub: undefined }],
    ['CLAIM_INVALID', { sub: '' }],
    ['CLAIM_INVALID', { sub: 'ada\u200b' }],
    ['TOKEN_BOUND', { cnf: { jkt: 'thumbprint' } }],
    ['TOKEN_BOUND', { token_type: 'DPoP' }],
    ['NOT_AN_ACCESS_TOKEN', { typ: 'Refresh' }],
  ])('leads to %s when it says %j', async (reason, more) => {
    say({ ...more });
    expect(await ask(authentication, 'opaque')).toMatchObject({
      reason,
      status: { httpStatus: 401 },
    });
  });

  it.each<[name: string, answer: { status: number; body: string; type?: string }]>([
    ['no JSON', { status: 200, body: 'yes' }],
    ['HTML', { status: 200, body: '<html>', type: 'text/html' }],
    ['nothing about being active', { status: 200, body: '{"sub":"ada"}' }],
    ['"true" as text', { status: 200, body: '{"active":"true","sub":"ada"}' }],
    ['an error', { status: 500, body: '{"active":true,"sub":"ada"}' }],
    ['a redirect', { status: 302, body: '' }],
    ['too much', { status: 200, body: JSON.stringify({ ...good, x: 'x'.repeat(300_000) }) }],
  ])('that is %s is none', async (_, wrong) => {
    answer = wrong;
    expect(await ask(authentication, 'opaque')).toMatchObject({
      reason: 'INTROSPECTION_UNAVAILABLE',
      status: { httpStatus: 503 },
      retryAfterSeconds: 1,
    });
    say({ exp: timeline.now() / 1000 + 30 });
    expect(await ask(authentication, 'opaque')).toMatchObject({ reason: 'INTROSPECTION_UNAVAILABLE' });
    expect(questions).toBe(1);
    await timeline.advance(1_000);
    expect(await ask(authentication, 'opaque')).toMatchObject({ subject: 'ada' });
    expect(log.map(([message]) => message)).toEqual([
      'an issuer cannot be asked about tokens',
      'an issuer can be asked about tokens again',
    ]);
    expect(JSON.stringify(log)).not.toContain('opaque');
  });

  it.each<[name: string, more: object, outcome: object]>([
    ['that a token is good', {}, { subject: 'ada' }],
    ['that a token is not active', { active: false }, { reason: 'TOKEN_INACTIVE' }],
  ])('holds no longer when the clock is set back: %s', async (_, more, outcome) => {
    say({ exp: nowMs / 1000 + 9_000, ...more });
    expect(await ask(authentication, 'opaque')).toMatchObject(outcome);
    aheadMs = -2 * 3_600_000;
    expect(await ask(authentication, 'opaque')).toMatchObject(outcome);
    expect(questions).toBe(2);
  });

  it('that failed is asked for again after a second, also when the clock is set back', async () => {
    answer = { status: 500, body: '' };
    expect(await ask(authentication, 'opaque')).toMatchObject({ reason: 'INTROSPECTION_UNAVAILABLE' });
    aheadMs = -2 * 3_600_000;
    say({ exp: nowMs / 1000 + 30 });
    expect(await ask(authentication, 'opaque')).toMatchObject({ subject: 'ada' });
  });

  it('is not asked for about tokens that cannot be any, nor about those of the shared secret', async () => {
    expect(await ask(authentication, 'x'.repeat(9_000))).toMatchObject({ reason: 'TOKEN_TOO_LONG' });
    expect(await ask(authentication, 'sm\u00f8r')).toMatchObject({ reason: 'TOKEN_MALFORMED' });
    expect(await ask(authentication, 'a.b.c')).toMatchObject({ reason: 'TOKEN_MALFORMED', challenge: undefined });
    expect(questions).toBe(0);
  });

  it('is waited for by so many and no more', async () => {
    say({ exp: timeline.now() / 1000 + 30 });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask(authentication, `opaque-${index}`)),
    );
    const refused = outcomes.filter((outcome) => 'reason' in outcome && outcome.reason === 'INTROSPECTION_UNAVAILABLE');
    expect([refused.length, questions]).toEqual([36, 64]);
  });
});
