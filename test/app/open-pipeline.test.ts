import { describe, expect, it } from 'vitest';

import { openPipeline } from '../../src/app/open-pipeline.ts';
import { formatOperations, listOperations } from '../../src/app/operations.ts';
import { takeSnapshot } from '../../src/app/snapshot.ts';
import { parseConfig } from '../../src/config/config.ts';

const silent = () => undefined;
const config = parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', AUTH: 'none' }, flags: {} });
const snapshot = await takeSnapshot(config);
const compose = async (settings: typeof config) => {
  const opened = await openPipeline({
    config: settings,
    upstream: { endpoint: 'cuebot:8443', invokeOf: () => () => Promise.reject(new Error('nothing is called here')) },
    meters: undefined,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    now: Date.now,
  });
  return opened.compose(snapshot);
};
const pipeline = await compose(config);
const rowsWhere = (name: string) =>
  snapshot.table.rows.filter(({ method }) => pipeline.interceptorsOf(method).includes(name));

describe('the pipeline of each of OpenCue’s RPCs', () => {
  it.each([
    ['show.ShowInterface/FindShow', 'log audit limits authorization validation reads retries timing'],
    ['job.JobInterface/GetLayers', 'log audit limits authorization validation keys reads retries lane timing'],
    ['job.JobInterface/Kill', 'log audit limits authorization validation keys identity reads lane sending timing'],
    [
      'job.JobInterface/LaunchSpec',
      'log audit limits authorization validation identity idempotency intent reads sending timing',
    ],
  ])('of %s', (rpc, interceptors) => {
    const method = snapshot.registry.methods.get(rpc)!;
    expect(pipeline.interceptorsOf(method).join(' ')).toBe(interceptors);
  });

  it('holds only what concerns the RPC', () => {
    const { rows } = snapshot.table;
    expect(rowsWhere('lane')).toEqual(rows.filter(({ lane }) => lane !== undefined));
    expect(rowsWhere('identity')).toEqual(rows.filter(({ kind }) => kind === 'write'));
    expect(rowsWhere('intent')).toEqual(rows.filter(({ grant }) => grant !== undefined));
    expect(rowsWhere('sending')).toEqual(rows.filter(({ kind, grant }) => kind === 'write' || grant !== undefined));
    expect(rowsWhere('idempotency')).toEqual(rows.filter(({ takesIdempotencyKey }) => takesIdempotencyKey));
    expect(rowsWhere('validation')).toEqual(rows.filter(({ validations }) => validations.length > 0));
    expect(rowsWhere('authorization')).toEqual(rows);
  });

  it('has tracing around it, and next to the upstream, only where traces are sent somewhere', async () => {
    const environment = {
      CUEBOT_ENDPOINT: 'cuebot:8443',
      AUTH: 'none',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    };
    const traced = await compose(parseConfig({ environment, flags: {} }));
    for (const { method } of snapshot.table.rows) {
      expect(traced.interceptorsOf(method)).toEqual(['trace', ...pipeline.interceptorsOf(method), 'propagation']);
    }
  });

  it('is printed when somebody asks', () => {
    const page = formatOperations(listOperations(snapshot, pipeline));
    expect(page).toContain('| needs | lane | affinity | pipeline |\n');
    expect(page).toMatch(
      /`job\.JobInterface\/GetLayers` .* \| job \| - \| log → audit → .* → retries → lane → timing \|\n/,
    );
    expect(formatOperations(listOperations(snapshot))).not.toContain('→');
  });
});
