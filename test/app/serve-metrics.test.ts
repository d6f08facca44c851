import { afterEach, describe, expect, it } from 'vitest';

import type { RunningServer } from '../../src/http/create-server.ts';
import { createMetrics } from '../../src/telemetry/create-metrics.ts';
import { type MetricsServerOptions, serveMetrics } from '../../src/app/serve-metrics.ts';
import { send } from './running-gateway.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close({ timeoutMs: 0 })));
});

async function start(options: Partial<MetricsServerOptions> = {}) {
  const server = await serveMetrics({
    host: '127.0.0.1',
    port: 0,
    metrics: createMetrics(),
    allowedHosts: [],
    onBlocked: () => {},
    readiness: () => ({ ready: true }),
    onError: () => {},
    ...options,
  });
  running.push(server);
  return (path: string, method = 'GET', headers: Readonly<Record<string, string>> = {}) =>
    send(undefined, `${server.url}${path}`, method, headers);
}

describe('serveMetrics()', () => {
  it('serves the metrics as Prometheus wants them', async () => {
    const ask = await start();
    const { status, headers, text } = await ask('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('# TYPE cuegate_calls_total counter\n');
  });

  it('says how the gateway is', async () => {
    const ask = await start({ readiness: () => ({ ready: false, reason: 'Cuebot cannot be reached' }) });
    expect((await ask('/healthz')).json).toEqual({ status: 'ok' });
    const { status, json } = await ask('/readyz');
    expect([status, json]).toEqual([503, { status: 'unavailable', reason: 'Cuebot cannot be reached' }]);
  });

  it.each([
    ['/', 'GET', 404, 'here are /metrics, /healthz and /readyz\n'],
    ['/graphql', 'POST', 404, 'here are /metrics, /healthz and /readyz\n'],
    ['/metrics', 'POST', 405, ''],
  ])('serves nothing else: %s by %s', async (path, method, status, text) => {
    const answer = await (await start())(path, method);
    expect([answer.status, answer.text]).toEqual([status, text]);
  });

  it.each([
    ['localhost:9464', 200],
    ['cuegate:9464', 200],
    ['metrics.studio.example', 200],
    ['evil.example', 421],
    // On a listener for other machines than this one, addresses pass.
    ['10.1.2.3:9464', 421],
  ])('shows its metrics under the name %s: %i', async (name, status) => {
    let blocked = 0;
    const ask = await start({ allowedHosts: ['metrics.studio.example'], onBlocked: () => blocked++ });
    const answer = await ask('/metrics', 'GET', { host: name });
    expect(answer.status).toBe(status);
    expect(blocked).toBe(status === 421 ? 1 : 0);
    // Health tells nothing, and probes come by whatever name.
    expect((await ask('/healthz', 'GET', { host: name })).status).toBe(200);
  });

  it('tells the log and not the asker why metrics cannot be read', async () => {
    const errors: unknown[] = [];
    const metrics = createMetrics();
    metrics.watch('cuegate_upstream_connected', () => {
      throw new Error('secret of 10.0.0.7');
    });
    const { status, text } = await (await start({ metrics, onError: (error) => errors.push(error) }))('/metrics');
    expect([status, text]).toEqual([500, 'the metrics could not be read; the log says why\n']);
    expect(errors).toEqual([new Error('secret of 10.0.0.7')]);
  });
});
