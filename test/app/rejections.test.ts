import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createApiKey, formatApiKey, hashSecret } from '../../src/authentication/api-keys/api-key.ts';
import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import { readValue } from '../telemetry/prometheus-text.ts';
import { secret, send, startGateway, type TestGateway } from './running-gateway.ts';

/** A gateway behind a proxy on this machine, which tells whom it speaks for. */

const folder = mkdtempSync(join(tmpdir(), 'cuegate-rejections-'));
const auditFile = join(folder, 'audit.jsonl');
const key = createApiKey();
const findShow = 'show.ShowInterface/FindShow';
const query = '{ showGetShows { shows { shows { name } } } }';

const nowMs = Date.now();
let served: TestGateway;
let metricsUrl: string;

beforeAll(async () => {
  const sha256 = hashSecret(key.secret).toString('hex');
  const entry = { id: key.id, sha256, subject: 'nightly', scopes: ['cue:read'], networks: ['203.0.113.0/24'] };
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: [entry] }));
  served = await startGateway({
    settings: {
      API_KEYS_FILE: join(folder, 'keys.json'),
      AUDIT_FILE: auditFile,
      TRUSTED_PROXIES: '127.0.0.1',
      AUTH_FAILURES_PER_MINUTE: '5',
      METRICS_PORT: '0',
    },
    // Pauses last as long as a test needs.
    now: () => nowMs,
  });
  metricsUrl = `${served.gateway.metricsUrl}/metrics`;
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

const from = (address: string, headers: Readonly<Record<string, string>> = {}) => ({
  'x-forwarded-for': address,
  ...headers,
});
const bad = (text: string) => ({ authorization: `Bearer ${signToken({ secret: `not ${secret}`, claims: { text } })}` });
const calls = () => [...served.cuebot.calls.values()].reduce((sum, count) => sum + count, 0);

/** The audit's records about whoever has this address; they are in the file soon after the answer. */
async function recordsOf(peer: string, count: number): Promise<readonly AuditRecord[]> {
  const read = () =>
    readFileSync(auditFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): AuditRecord => JSON.parse(line))
      .filter((record) => record.peer === peer);
  await expect.poll(() => read().length).toBe(count);
  return read();
}

describe('a request whose sender cannot be told', () => {
  it('is written down: by what token, from where, for what, and why', async () => {
    const peer = '203.0.113.1';
    const requestId = 'r-17';
    await served.rest(findShow, {}, from(peer, { ...bad('x'), 'x-request-id': requestId }));
    await served.graphql(query, undefined, from(peer, { authorization: '' }));
    const [byRest, byGraphql] = await recordsOf(peer, 2);
    expect(byRest).toMatchObject({
      event: 'unauthenticated',
      requestId,
      tokenId: expect.stringMatching(/^[0-9a-f]{8}$/),
      surface: 'rest',
      path: `/${findShow}`,
      decision: 'deny',
      reason: 'SIGNATURE_INVALID',
      status: 'UNAUTHENTICATED',
    });
    expect(byGraphql).toMatchObject({ surface: 'graphql', path: '/graphql', reason: 'TOKEN_MISSING', tokenId: '' });
  });

  it('is counted by its reason', async () => {
    const text = await (await fetch(metricsUrl)).text();
    expect(text).toContain('cuegate_authentication_failures_total{reason="SIGNATURE_INVALID"} 1');
  });

  it('leaves nothing of its token behind', async () => {
    const token = bad('canary').authorization;
    await served.rest(findShow, {}, from('203.0.113.2', { authorization: token }));
    await recordsOf('203.0.113.2', 1);
    const written = readFileSync(auditFile, 'utf8') + JSON.stringify(served.log);
    for (const part of token.replace('Bearer ', '').split('.')) expect(written).not.toContain(part);
  });
});

describe('a request with two Authorization lines', () => {
  it.each<[surface: string, path: string, body: string]>([
    ['REST', `/${findShow}`, '{}'],
    ['GraphQL', '/graphql', JSON.stringify({ query })],
  ])('is refused by %s beside API keys, also when the first is a good token', async (_, path, body) => {
    const before = calls();
    const metric = 'cuegate_authentication_failures_total';
    const counted = async () =>
      readValue(await (await fetch(metricsUrl)).text(), metric, { reason: 'CREDENTIALS_AMBIGUOUS' }) ?? 0;
    const countedBefore = await counted();
    const good = signToken({ secret, claims: { sub: 'ann' } });
    const answer = await postRaw(served.gateway.port, path, [`Bearer ${good}`, 'Bearer x'], body);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('the request has several Authorization headers; send exactly one');
    expect([calls() - before, (await counted()) - countedBefore]).toEqual([0, 1]);
  });
});

/** Posts over a bare socket, since node's own client sends a header once. */
async function postRaw(port: number, path: string, tokens: readonly string[], body: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...tokens.map((token) => `Authorization: ${token}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('a request that is blocked', () => {
  it('is written down, too', async () => {
    const peer = '203.0.113.3';
    const answer = await served.rest(findShow, {}, from(peer, { host: 'evil.example' }));
    expect(answer.status).toBe(421);
    await served.rest(`${findShow}?access_token=canary`, {}, from(peer, { 'sec-fetch-site': 'cross-site' }));
    expect(await recordsOf(peer, 2)).toMatchObject([
      { event: 'blocked', path: `/${findShow}`, decision: 'deny', reason: 'unknown-host' },
      { event: 'blocked', path: `/${findShow}`, decision: 'deny', reason: 'cross-site' },
    ]);
  });
});

describe('somebody who guesses', () => {
  const peer = '203.0.113.4';

  it('is told by both surfaces when to come again, and for how long depends on the guesser', async () => {
    const before = calls();
    const statuses: number[] = [];
    for (let number = 0; number < 7; number += 1) {
      statuses.push((await served.rest(findShow, {}, from(peer, bad(`guess ${number}`)))).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const rest = await served.rest(findShow, {}, from(peer, bad('another')));
    expect([rest.status, rest.json, rest.headers['retry-after']]).toEqual([
      429,
      {
        code: 8,
        message: 'too many credentials from this address were refused; try again in 1 s',
        details: [],
      },
      '1',
    ]);
    const graphql = await served.graphql(query, undefined, from(peer, bad('another')));
    expect([graphql.status, graphql.headers['retry-after']]).toEqual([429, '1']);
    expect(graphql.json.errors[0].extensions).toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryAfterSeconds: 1 });
    expect(calls()).toBe(before);
    const reasons = (await recordsOf(peer, 9)).map(({ reason }) => reason);
    expect(reasons.slice(-4)).toEqual(new Array(4).fill('TOO_MANY_FAILURES'));
  });

  it('locks nobody out who shares their address', async () => {
    for (const sub of ['bob', 'zoe']) {
      const token = { authorization: `Bearer ${signToken({ secret, claims: { sub } })}` };
      expect((await served.rest(findShow, { name: 'testing' }, from(peer, token))).status).toBe(200);
    }
  });

  it('is not even looked at where the secret is one that can be guessed', async () => {
    const weak = 'a';
    const settings = { JWT_SECRET: weak, ALLOW_WEAK_JWT_SECRET: 'true', TRUSTED_PROXIES: '127.0.0.1' };
    const guessable = await startGateway({
      settings: { ...settings, AUTH_FAILURES_PER_MINUTE: '5' },
      now: () => nowMs,
    });
    const good = (sub: string) => ({ authorization: `Bearer ${signToken({ secret: weak, claims: { sub } })}` });
    const ask = async (headers: Readonly<Record<string, string>>) =>
      (await guessable.rest(findShow, { name: 'testing' }, from(peer, headers))).status;
    expect(await ask(good('bob'))).toBe(200);
    for (let number = 0; number < 5; number += 1) expect(await ask(bad(`guess ${number}`))).toBe(401);
    expect(await ask(good('zoe'))).toBe(429);
    // Whoever is known already is.
    expect(await ask(good('bob'))).toBe(200);
    await guessable.close();
  });

  it('on this machine is refused each time, as by the Go gateway', async () => {
    for (let number = 0; number < 50; number += 1) {
      expect((await served.rest(findShow, {}, bad(`local ${number}`))).status).toBe(401);
    }
  });
});

describe('an API key', () => {
  const header = { 'x-api-key': formatApiKey(key) };
  const ask = (address: string, headers: Readonly<Record<string, string>>) =>
    send(undefined, `${served.url}/${findShow}`, 'POST', from(address, headers), '{"name":"testing"}');

  it('is taken from X-API-Key, by both surfaces', async () => {
    expect((await ask('203.0.113.6', header)).status).toBe(200);
    const body = JSON.stringify({ query });
    const more = from('203.0.113.6', { ...header, 'content-type': 'application/json' });
    expect((await send(undefined, `${served.url}/graphql`, 'POST', more, body)).json.data.showGetShows).toBeTruthy();
  });

  it('counts from the networks behind the proxy', async () => {
    const answer = await ask('198.51.100.1', header);
    expect([answer.status, answer.text]).toEqual([
      401,
      'Token validation error: the API key may not be used from this address\n',
    ]);
  });

  it.each([
    [
      'a wrong one',
      { 'x-api-key': `${formatApiKey(key)}x` },
      401,
      'Token validation error: the API key is not valid\n',
    ],
    ['none at all', { 'x-api-key': '' }, 401, 'Token validation error: the API key is not valid\n'],
  ])('in X-API-Key is refused when it is %s', async (_, headers, status, text) => {
    const answer = await ask('203.0.113.7', headers);
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('is refused beside a token: a proxy may have looked at the other one', async () => {
    const answer = await ask('203.0.113.8', {
      'x-api-key': formatApiKey(key),
      authorization: `Bearer ${served.token}`,
    });
    expect([answer.status, answer.json.message]).toEqual([
      400,
      'the request has Authorization and X-API-Key; send exactly one',
    ]);
  });

  it('in X-API-Key is nobody’s business where there are no keys', async () => {
    const other = await startGateway();
    expect((await other.rest(findShow, { name: 'testing' }, { 'x-api-key': 'x' })).status).toBe(200);
    await other.close();
  });
});

describe('a write by somebody behind the proxy', () => {
  it('has their address in the audit, by both surfaces', async () => {
    const job = { id: '00000000-0000-0000-0000-000000000000' };
    await served.rest('job.JobInterface/Pause', { job }, from('203.0.113.11'));
    await served.graphql(`mutation { jobPause(job: { id: "${job.id}" }) { ok } }`, undefined, from('203.0.113.11'));
    expect(await recordsOf('203.0.113.11', 2)).toMatchObject([
      { event: 'write', surface: 'rest' },
      { event: 'write', surface: 'graphql' },
    ]);
  });
});

describe('the audit with all of this', () => {
  it('is one chain, the floods’ summaries at its end', async () => {
    for (let number = 0; number < 30; number += 1) {
      await served.rest(findShow, {}, from('203.0.113.12', { authorization: '' }));
    }
    await served.close();
    const verdict = await verifyAudit([auditFile]);
    expect(verdict.problem).toBeUndefined();
    expect((await recordsOf('203.0.113.12', 21)).at(-1)).toMatchObject({
      event: 'unauthenticated',
      reason: 'TOKEN_MISSING',
      count: 10,
    });
  });
});
