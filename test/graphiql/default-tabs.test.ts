import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { defaultTabs } from '../../src/graphiql/default-tabs.ts';

import { openStream } from '../event-stream.ts';
import { startGateway, type TestGateway } from '../app/running-gateway.ts';

const operations = defaultTabs.map(({ query, variables = '{}' }) => {
  const [operation, ...others] = parse(query).definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error(`no operation: ${query}`);
  return { name: operation.name?.value, type: operation.operation, query, variables: JSON.parse(variables), others };
});

describe('defaultTabs', () => {
  it('are one operation each, whose name is the title of the tab', () => {
    expect(operations.flatMap(({ others }) => others)).toEqual([]);
    expect(operations.map(({ name }) => name)).toEqual([
      'FarmOverview',
      'OneJob',
      'StuckFrames',
      'MyJobs',
      'Hosts',
      'RetryDeadFrames',
    ]);
  });

  it.each(defaultTabs)('have lines that stand beside the buttons', ({ query }) => {
    expect(query.split('\n').filter((line) => line.length > 40)).toEqual([]);
  });
});

describe('the query of the tab', () => {
  let gateway: TestGateway;
  /** A job with dead frames, so that every tab has something to show. */
  let job: { readonly id: string; readonly name: string; readonly user: string };

  beforeAll(async () => {
    gateway = await startGateway();
    const { json } = await gateway.rest('job.JobInterface/GetJobs', { r: {} });
    job = json.jobs.jobs.find(({ jobStats }: { jobStats: { deadFrames: number } }) => jobStats.deadFrames > 0);
  });
  afterAll(() => gateway.close());

  const tab = (name: string) => operations.find((operation) => operation.name === name)!;
  /** The answer with the variables as they stand in the tab, some of them filled in. */
  const run = async (name: string, filled: Readonly<Record<string, unknown>> = {}) => {
    const { query, variables } = tab(name);
    expect(Object.keys({ ...variables, ...filled })).toEqual(Object.keys(variables));
    const { json } = await gateway.graphql(query, { ...variables, ...filled });
    expect(json.errors).toBeUndefined();
    return json.data;
  };

  it('FarmOverview shows shows with their shares, and allocations', async () => {
    const { shows, allocations } = await run('FarmOverview');
    expect(shows.length).toBeGreaterThan(0);
    expect(shows.some(({ subscriptions }: { subscriptions: unknown[] }) => subscriptions.length > 0)).toBe(true);
    expect(allocations.some(({ stats }: { stats: { hosts: number } }) => stats.hosts > 0)).toBe(true);
  });

  it('OneJob shows layers, and frames with their hosts', async () => {
    const { job: shown } = await run('OneJob', { name: job.name });
    expect(shown).toMatchObject({ id: job.id, showDetails: { name: expect.any(String) } });
    const frames = shown.layers.flatMap((layer: { frames: unknown[] }) => layer.frames);
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.some(({ host }: { host: unknown }) => host !== null)).toBe(true);
  });

  it('OneJob shows nothing of a job that is not there, as it stands in the tab', async () => {
    expect(await run('OneJob')).toEqual({ job: null });
  });

  it('StuckFrames shows what runs, with its layer', async () => {
    const { jobs } = await run('StuckFrames');
    const frames = jobs.flatMap((shown: { frames: unknown[] }) => shown.frames);
    expect(frames.length).toBeGreaterThan(0);
    expect(frames[0].layer.layerStats.avgFrameSec).toEqual(expect.any(Number));
  });

  it('MyJobs shows the jobs of a user, live', async () => {
    const { query } = tab('MyJobs');
    const stream = await openStream(`${gateway.url}/graphql`, gateway.token, {
      query,
      variables: { users: [job.user] },
    });
    await stream.next(1);
    stream.vanish();
    expect(stream.events[0].errors).toBeUndefined();
    expect(stream.events[0].data.jobs.map(({ name }: { name: string }) => name)).toContain(job.name);
  });

  it('Hosts shows the machines and what runs on them', async () => {
    const { hosts } = await run('Hosts');
    expect(hosts.some(({ procs }: { procs: unknown[] }) => procs.length > 0)).toBe(true);
  });

  it('RetryDeadFrames retries the dead frames of a job', async () => {
    const { jobRetryFrames } = await run('RetryDeadFrames', { id: job.id });
    expect(jobRetryFrames.queued).toBe(true);
    const { data } = (await gateway.graphql(tab('OneJob').query, { name: job.name })).json;
    expect(
      data.job.layers.map(({ layerStats }: { layerStats: { deadFrames: number } }) => layerStats.deadFrames),
    ).toEqual(data.job.layers.map(() => 0));
  });
});
