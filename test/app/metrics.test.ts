import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { version } from '../../src/app/version.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createGateway } from '../../src/app/gateway.ts';
import { closeReasons } from '../../src/http/connections.ts';
import { metricTable } from '../../src/telemetry/metric-table.ts';

import { openStream } from '../event-stream.ts';
import { secret, send, startGateway, type TestGateway, testConfig } from './running-gateway.ts';
import { parseSamples, readValue } from '../telemetry/prometheus-text.ts';

/** What Prometheus sees of a whole gateway. */

let running: TestGateway;
beforeAll(async () => {
  // Slow enough that several reads of it are in flight together.
  const latencyMs = (method: string) => (method === 'show.ShowInterface/GetActiveShows' ? 200 : 0);
  running = await startGateway({ settings: { METRICS_PORT: '0' }, cuebot: { latencyMs } });
});
afterAll(() => running.close());

const read = async (path = '/metrics') =>
  (await send(undefined, `${running.gateway.metricsUrl}${path}`, 'GET', {})).text;
const value = async (name: string, labels: Readonly<Record<string, string>> = {}) =>
  readValue(await read(), name, labels);

describe('the metrics of a gateway', () => {
  it('count calls and requests of both surfaces', async () => {
    await running.rest('show.ShowInterface/FindShow', { name: 'testing' });
    await running.rest('show.ShowInterface/FindShow', { name: 'no-such-show' });
    await running.graphql('{ showGetShows { shows { shows { id } } } }');
    const find = { surface: 'rest', rpc: 'show.ShowInterface/FindShow' };
    expect(await value('cuegate_calls_total', { ...find, status: 'OK' })).toBe(1);
    const failed = parseSamples(await read()).filter(
      ({ name, labels }) => name === 'cuegate_calls_total' && labels['rpc'] === find.rpc && labels['status'] !== 'OK',
    );
    expect(failed.map(({ value }) => value)).toEqual([1]);
    const get = { surface: 'graphql', rpc: 'show.ShowInterface/GetShows', status: 'OK' };
    expect(await value('cuegate_calls_total', get)).toBe(1);
    expect(await value('cuegate_call_duration_seconds_count', { surface: 'rest', kind: 'read' })).toBe(2);
    expect(await value('cuegate_http_requests_total', { surface: 'rest', status_class: '2xx' })).toBe(1);
    expect(await value('cuegate_http_requests_total', { surface: 'graphql', status_class: '2xx' })).toBe(1);
  });

  it('count refused credentials by reason, and no call for them', async () => {
    const before = await value('cuegate_calls_total', { rpc: 'show.ShowInterface/GetShows', surface: 'rest' });
    const expired = signToken({ secret, claims: { sub: 'ann', exp: 1 } });
    for (const authorization of ['', 'Bearer nonsense', `Bearer ${expired}`]) {
      const { status } = await running.rest('show.ShowInterface/GetShows', {}, { authorization });
      expect(status).toBe(401);
    }
    const reasons = parseSamples(await read())
      .filter(({ name }) => name === 'cuegate_authentication_failures_total')
      .map(({ labels, value }) => [labels['reason'], value]);
    expect(reasons).toEqual([
      // There from the start: an alert rule waits for its increase.
      ['TOO_MANY_FAILURES', 0],
      ['TOKEN_MISSING', 1],
      ['TOKEN_MALFORMED', 1],
      ['TOKEN_EXPIRED', 1],
    ]);
    expect(await value('cuegate_calls_total', { rpc: 'show.ShowInterface/GetShows', surface: 'rest' })).toBe(before);
  });

  it('tell from the start what alert rules wait for: why connections are closed, and how much may be held', async () => {
    const samples = parseSamples(await read());
    const closed = samples.filter(({ name }) => name === 'cuegate_closed_connections_total');
    expect(closed.map(({ labels, value }) => [labels['reason'], value])).toEqual(
      closeReasons.map((reason) => [reason, 0]),
    );
    expect(await value('cuegate_gateway_errors_total', { reason: 'BUFFERS_FULL' })).toBe(0);
    expect(await value('cuegate_gateway_errors_total', { reason: 'BODY_BUFFERS_FULL' })).toBe(0);
    expect(await value('cuegate_buffered_limit_bytes')).toBe(256 * 1024 * 1024);
  });

  it('say which release runs', async () => {
    expect(await value('cuegate_build_info', { version, node: process.version })).toBe(1);
  });

  it('know the subscriptions that are open', async () => {
    expect(await value('cuegate_open_subscriptions')).toBe(0);
    const query = 'subscription { showGetShows { shows { shows { name } } } }';
    const streams = [];
    for (let count = 1; count <= 2; count += 1) {
      streams.push(await openStream(`${running.url}/graphql`, running.token, { query }));
      await expect.poll(() => value('cuegate_open_subscriptions')).toBe(count);
    }
    for (const stream of streams) stream.vanish();
    await expect.poll(() => value('cuegate_open_subscriptions'), { timeout: 30_000 }).toBe(0);
  });

  it('count refused calls by RPC and reason', async () => {
    const reader = signToken({
      secret,
      claims: { sub: 'bob', scope: 'cue:read', exp: Math.floor(Date.now() / 1000) + 60 },
    });
    const { status } = await running.rest('job.JobInterface/Kill', {}, { authorization: `Bearer ${reader}` });
    expect(status).toBe(403);
    const labels = { rpc: 'job.JobInterface/Kill', reason: 'SCOPE_MISSING' };
    expect(await value('cuegate_refusals_total', labels)).toBe(1);
    expect(await value('cuegate_calls_total', { rpc: labels.rpc, status: 'PERMISSION_DENIED' })).toBe(1);
  });

  it('know the lanes and how long calls waited there', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map((name) => running.rest('job.JobInterface/GetLayers', { job: { id: `no-such-${name}` } })),
    );
    const samples = parseSamples(await read());
    const lanes = (name: string) =>
      samples.filter((sample) => sample.name === name).map(({ labels: { endpoint, lane } }) => ({ endpoint, lane }));
    const known = running.gateway.laneStates().map(({ endpoint, lane }) => ({ endpoint, lane }));
    expect(known.map(({ lane }) => lane)).toEqual(['job', 'layer']);
    expect(new Set(known.map(({ endpoint }) => endpoint))).toEqual(new Set([running.cuebot.endpoint]));
    expect(lanes('cuegate_lane_waiting')).toEqual(known);
    expect(lanes('cuegate_lane_busy')).toEqual(known);
    const waits = samples.filter(({ name }) => name === 'cuegate_lane_wait_seconds_count').map(({ value }) => value);
    expect(waits.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('count reads that joined another one', async () => {
    const same = () => running.rest('show.ShowInterface/GetActiveShows');
    await Promise.all([same(), same(), same(), same()]);
    expect(await value('cuegate_spared_reads_total', { by: 'in_flight' })).toBeGreaterThan(0);
  });

  it('know whether Cuebot is connected, and that the audit is written', async () => {
    await vi.waitFor(async () => expect(await value('cuegate_upstream_connected')).toBe(1));
    expect(await value('cuegate_audit_write_failures_total')).toBe(0);
  });

  it('label calls by nothing but RPCs that there are', async () => {
    await running.rest('job.JobInterface/NoSuchMethod');
    await running.rest('../../etc/passwd');
    await running.graphql('query MadeUpName { __typename }');
    expect(await read()).not.toMatch(/NoSuchMethod|passwd|MadeUpName/);
  });

  it('are those of the table, and what Node tells of its process', async () => {
    const known = new Set<string>(metricTable.map(({ name }) => name));
    const names = [...(await read()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
    expect(names.filter((name) => !known.has(name) && !/^(?:process|nodejs)_/.test(name))).toEqual([]);
  });

  it('have a listener of their own', async () => {
    expect((await running.rest('metrics')).status).toBe(404);
    expect(await read('/healthz')).toBe(`{"status":"ok","version":"${version}"}\n`);
    expect(await read('/show.ShowInterface/GetShows')).toBe('here are /metrics, /healthz and /readyz\n');
  });
});

describe('the metrics of a gateway whose issuer is away', () => {
  it('say so', async () => {
    const issuer = 'http://127.0.0.1:1';
    const settings = { METRICS_PORT: '0', OIDC_ISSUERS: issuer, OIDC_AUDIENCE: 'cuegate', ALLOW_HTTP_ISSUERS: 'true' };
    const other = await startGateway({ settings });
    const { text } = await send(undefined, `${other.gateway.metricsUrl}/metrics`, 'GET', {});
    expect(readValue(text, 'cuegate_key_set_fetch_failures_total', { issuer })).toBeGreaterThan(0);
    expect(text).toContain(`cuegate_key_set_age_seconds{issuer="${issuer}"} +Inf\n`);
    await other.close();
  });

  it('tell whether the file of API keys is in force', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, '{"keys": []}');
    const other = await startGateway({ settings: { METRICS_PORT: '0', API_KEYS_FILE: keys } });
    const usable = async () => {
      const { text } = await send(undefined, `${other.gateway.metricsUrl}/metrics`, 'GET', {});
      return readValue(text, 'cuegate_api_keys_file_usable');
    };
    expect(await usable()).toBe(1);
    writeFileSync(keys, '{"keys": ');
    await vi.waitFor(async () => expect(await usable()).toBe(0), { timeout: 60_000 });
    await other.close();
    rmSync(folder, { recursive: true });
  });
});

describe('a gateway without METRICS_PORT', () => {
  it('measures nothing and opens no second port', async () => {
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const gateway = await createGateway(testConfig({ CUEBOT_ENDPOINT: running.cuebot.endpoint }), quiet);
    expect(gateway.metricsUrl).toBeUndefined();
    await gateway.close();
  });
});

describe('METRICS_PORT', () => {
  it.each([
    ['84a', 'METRICS_PORT is "84a"; expected a port from 0 to 65535'],
    [
      '8448',
      'METRICS_PORT and REST_PORT are both 8448; metrics have a listener of their own, since they need no token',
    ],
  ])('is refused as %s', (port, problem) => {
    const settings = { CUEBOT_ENDPOINT: 'cuebot:8443', REST_PORT: '8448', METRICS_PORT: port };
    expect(() => testConfig(settings)).toThrow(`cuegate cannot start with these settings:\n  - ${problem}`);
  });

  it('that is taken is told as such', async () => {
    const port = new URL(running.gateway.metricsUrl!).port;
    const config = testConfig({ CUEBOT_ENDPOINT: running.cuebot.endpoint, METRICS_PORT: port });
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    await expect(createGateway(config, quiet)).rejects.toThrow(/EADDRINUSE|in use|taken/);
  });
});
