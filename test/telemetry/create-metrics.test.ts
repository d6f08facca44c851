import { describe, expect, it } from 'vitest';

import { createMetrics } from '../../src/telemetry/create-metrics.ts';
import { type MetricRow, metricTable } from '../../src/telemetry/metric-table.ts';

import { readValue } from './prometheus-text.ts';
import { isPromtoolMissing, promtool } from './promtool.ts';

describe('the table of metrics', () => {
  const rows: readonly MetricRow[] = metricTable;

  it('names each metric once', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });

  it.each(rows)('names $name by the rules of Prometheus', ({ name, type, labels, help }) => {
    expect(name).toMatch(/^cuegate_[a-z]+(?:_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    for (const label of labels) expect(label).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
  });
});

describe('createMetrics()', () => {
  it('announces the whole table before anything has happened', async () => {
    const text = await createMetrics().format();
    for (const { name, type, help } of metricTable)
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
  });

  it('tells of the process', async () => {
    const text = await createMetrics().format();
    expect(readValue(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(readValue(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('counts one series by whichever function was given for it', async () => {
    const { counter, format } = createMetrics();
    counter('cuegate_gateway_errors_total', 'LANE_FULL')();
    counter('cuegate_gateway_errors_total', 'LANE_FULL')();
    counter('cuegate_gateway_errors_total', 'LANE_WAIT')();
    const text = await format();
    expect(readValue(text, 'cuegate_gateway_errors_total', { reason: 'LANE_FULL' })).toBe(2);
    expect(readValue(text, 'cuegate_gateway_errors_total', { reason: 'LANE_WAIT' })).toBe(1);
  });

  it('sorts seconds into buckets', async () => {
    const { histogram, format } = createMetrics();
    const observe = histogram('cuegate_lane_wait_seconds', 'a:1', 'shelf');
    for (const seconds of [0, 0.001, 0.3, 60]) observe(seconds);
    const text = await format();
    const bucket = (le: string) => readValue(text, 'cuegate_lane_wait_seconds_bucket', { lane: 'shelf', le });
    expect([bucket('0.001'), bucket('0.25'), bucket('0.5'), bucket('30'), bucket('+Inf')]).toEqual([2, 2, 3, 3, 4]);
    expect(readValue(text, 'cuegate_lane_wait_seconds_sum', { lane: 'shelf' })).toBeCloseTo(60.301);
  });

  it('reads what is watched whenever it is asked, and forgets series that are gone', async () => {
    const { watch, format } = createMetrics();
    const ages = new Map([['https://one.example', 5]]);
    watch('cuegate_key_set_age_seconds', () => [...ages].map(([issuer, age]) => [[issuer], age]));
    watch('cuegate_key_set_fetch_failures_total', () => [[['https://one.example'], 3]]);
    const ageOf = async (issuer: string) => readValue(await format(), 'cuegate_key_set_age_seconds', { issuer });
    expect(await ageOf('https://one.example')).toBe(5);
    ages.clear();
    ages.set('https://two.example', 7);
    expect(await ageOf('https://one.example')).toBeUndefined();
    expect(await ageOf('https://two.example')).toBe(7);
    expect(readValue(await format(), 'cuegate_key_set_fetch_failures_total')).toBe(3);
  });

  it('shares nothing between two gateways of one process', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.counter('cuegate_gateway_errors_total', 'LANE_FULL')();
    expect(readValue(await other.format(), 'cuegate_gateway_errors_total')).toBeUndefined();
  });

  it('rejects when what is watched cannot be read', async () => {
    const { watch, format } = createMetrics();
    watch('cuegate_upstream_connected', () => {
      throw new Error('nobody knows');
    });
    await expect(format()).rejects.toThrow('nobody knows');
  });

  // Skipped where promtool is not installed; see promtool.ts.
  it.skipIf(isPromtoolMissing)('passes promtool, a series of each metric included', async () => {
    const { counter, histogram, watch, format } = createMetrics();
    counter('cuegate_calls_total', 'rest', 'shelf.Shelf/Get', 'OK')();
    histogram('cuegate_call_duration_seconds', 'rest', 'read')(0.1);
    watch('cuegate_upstream_connected', () => [[['a:1'], 1]]);
    const ours = (await format()).split(/(?=# HELP )/).filter((part) => part.startsWith('# HELP cuegate_'));
    expect(promtool(['check', 'metrics'], ours.join(''))).toEqual({ output: '', code: 0 });
  });
});
