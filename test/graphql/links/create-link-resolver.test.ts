import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import type { Call, Reply } from '../../../src/call/call.ts';
import type { Interceptor } from '../../../src/pipeline/interceptor.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';

import { type Asked, type LinkedFarm, linkFarm, total } from './linked-farm.ts';

let demo: DemoCuebot;
let farm: LinkedFarm;

beforeAll(async () => {
  demo = await createDemoCuebot({ now: () => Date.UTC(2026, 0, 31) });
  farm = await linkFarm({ demo });
});

afterAll(async () => {
  await farm.close();
  await demo.close();
});

/** Asks a farm on whose way upstream something happens. */
async function askThrough(intercept: Interceptor, query: string): Promise<Asked & { readonly counters: object }> {
  const other = await linkFarm({ demo, intercept });
  const asked = await other.ask(query);
  await other.close();
  return { ...asked, counters: other.links.counters };
}

/** Fails the calls of one RPC. */
function failing(rpc: string, error: GatewayError): Interceptor {
  return () => (next) => (call) => (call.method.fullName === rpc ? Promise.reject(error) : next(call));
}

/** Answers the first calls of one RPC with what another call of it was answered. */
function confusing(rpc: string, times: number): Interceptor {
  let first: Call | undefined;
  let confused = 0;
  return () => (next) => {
    return (call): Promise<Reply> => {
      if (call.method.fullName !== rpc) return next(call);
      first ??= call;
      if (call === first || confused === times) return next(call);
      confused += 1;
      return next({ ...call, request: first.request });
    };
  };
}

const upstreamError = (status: 'INTERNAL' | 'UNAVAILABLE' | 'UNIMPLEMENTED', message: string) =>
  new GatewayError(status, message, { origin: 'upstream' });

describe('an answer that can be checked', () => {
  const query = '{ jobs { id layers { parentId } } }';

  it('is asked for again when it is about something else', async () => {
    const { data, errors, counters } = await askThrough(confusing('job.JobInterface/GetLayers', 3), query);
    expect(errors).toBeUndefined();
    for (const { id, layers } of data.jobs) for (const { parentId } of layers) expect(parentId).toBe(id);
    expect(counters).toMatchObject({ mismatches: 3 });
  });

  it('is an error of its own link when it stays wrong', async () => {
    const { data, errors } = await askThrough(confusing('job.JobInterface/GetLayers', Number.POSITIVE_INFINITY), query);
    expect(data.jobs[0].layers.length).toBeGreaterThan(0);
    expect(data.jobs[1].layers).toBeNull();
    expect(errors?.[0]).toMatchObject({
      message:
        'job.JobInterface/GetLayers answered 4 times about something other than what Job.layers asked for; try again.',
      path: ['jobs', 1, 'layers'],
      extensions: { code: 'ABORTED', grpc: { code: 10, status: 'ABORTED' }, requestId: 'r-1' },
    });
  });
});

describe('a batch', () => {
  const query = '{ hosts { name procs { name } } }';

  it('that fails leaves it to the parents to ask', async () => {
    const whole = await farm.ask(query);
    const error = upstreamError('INTERNAL', 'org.postgresql.util.PSQLException: too many');
    const asked = await askThrough(failing('host.ProcInterface/GetProcs', error), query);
    expect(asked.errors).toBeUndefined();
    expect(asked.data).toEqual(whole.data);
    expect(asked.counters).toMatchObject({ fallbacks: 1 });
  });

  it('that fails because nobody is there is not tried again parent by parent', async () => {
    const error = upstreamError('UNAVAILABLE', 'no connection');
    const asked = await askThrough(failing('host.ProcInterface/GetProcs', error), query);
    expect(asked.errors?.length).toBe(asked.data.hosts.length);
    expect(asked.errors?.[0]).toMatchObject({ extensions: { code: 'UNAVAILABLE' }, path: ['hosts', 0, 'procs'] });
    expect(asked.calls).toEqual({ 'host.HostInterface/GetHosts': 1 });
  });

  it('whose rows were not asked for is not believed', async () => {
    const ofShow = '{ jobs(where: { shows: ["demo"] }) { name procs { jobName } } }';
    const whole = await farm.ask(ofShow);
    let isFirst = true;
    const everything: Interceptor = () => (next) => (call) => {
      const isBatch = isFirst && call.method.name === 'GetProcs';
      if (isBatch) isFirst = false;
      return next(isBatch ? { ...call, request: new Uint8Array() } : call);
    };
    const asked = await askThrough(everything, ofShow);
    expect(asked.errors).toBeUndefined();
    expect(asked.data).toEqual(whole.data);
    expect(asked.counters).toMatchObject({ batches: 1, fallbacks: 1 });
  });

  it('takes pages out of whole layers only while these are few frames between them', async () => {
    const job = '{ jobs { id layers { frames(limit: 1) { number } } } }';
    const small = await linkFarm({ demo, limits: { maxCutRows: 30 } });
    const asked = await small.ask(job);
    await small.close();
    const whole = await farm.ask(job);
    expect(asked.data).toEqual(whole.data);
    expect(asked.calls['job.LayerInterface/GetFrames']).toBeGreaterThan(
      whole.calls['job.LayerInterface/GetFrames'] ?? 0,
    );
  });

  it('serves links that differ in arguments each by its own', async () => {
    const { data } = await farm.ask(`{
      jobs { layers {
        first: frames(limit: 2) { number }
        second: frames(limit: 2, page: 2) { number }
        four: frames(limit: 4) { number }
        dead: frames(where: { states: [DEAD] }) { state }
      } }
    }`);
    const layers = data.jobs.flatMap((one: { layers: object[] }) => one.layers);
    for (const { first, second, four, dead } of layers) {
      expect([...first, ...second]).toEqual(four);
      for (const { state } of dead) expect(state).toBe('DEAD');
    }
  });
});

describe('what belongs to something', () => {
  it('knows it from the way that led there, without a call', async () => {
    const asked = await farm.ask(
      '{ jobs { id layers { id frames(limit: 1) { job { id } layer { id } } } comments { job { id } host { id } } } }',
    );
    expect(asked.errors).toBeUndefined();
    for (const { id, layers, comments } of asked.data.jobs) {
      for (const { job, host } of comments) expect([job.id, host]).toEqual([id, null]);
      for (const layer of layers) {
        for (const frame of layer.frames) expect([frame.job.id, frame.layer.id]).toEqual([id, layer.id]);
      }
    }
    expect(asked.calls['job.JobInterface/GetJob']).toBeUndefined();
  });

  it('finds the layers of frames by one call per job', async () => {
    const asked = await farm.ask('{ jobs { id frames { layerName layer { name parentId } } } }');
    expect(asked.errors).toBeUndefined();
    for (const { id, frames } of asked.data.jobs) {
      for (const { layerName, layer } of frames) expect(layer).toEqual({ name: layerName, parentId: id });
    }
    const jobs = asked.data.jobs.length;
    expect(asked.calls).toEqual({
      'job.JobInterface/GetJobs': 1,
      'job.JobInterface/GetFrames': jobs,
      'job.JobInterface/GetLayers': jobs,
    });
  });

  it('is not mistaken where the way leads to another owner', async () => {
    const asked = await farm.ask(
      '{ jobs(where: { includeFinished: true }) { depends { dependOnJob onLayer { frames(limit: 1) { job { name } } } } } }',
    );
    expect(asked.errors).toBeUndefined();
    const depends = asked.data.jobs.flatMap((job: { depends: object[] }) => job.depends);
    const found = depends.filter(({ onLayer }: { onLayer: object | null }) => onLayer !== null);
    expect(found.length).toBeGreaterThan(0);
    for (const { dependOnJob, onLayer } of found) {
      for (const { job } of onLayer.frames) expect(job.name).toBe(dependOnJob);
    }
  });

  it('is an error where no way tells, and no null that a cache would believe', async () => {
    const { data } = await farm.ask('{ jobs { layers { frames(limit: 1) { id } } } }');
    const { id } = data.jobs[0].layers[0].frames[0];
    const asked = await farm.ask(`{ frame(id: "${id}") { name job { id } layer { id } } }`);
    expect(asked.errors).toMatchObject([
      {
        message:
          'Frame.job is not known here: Cuebot does not tell. Reach the object through a Job or a Layer or a Proc instead.',
        path: ['frame', 'job'],
        extensions: { code: 'UNKNOWN_OWNER', reachThrough: ['Job', 'Layer', 'Proc'] },
      },
      { path: ['frame', 'layer'], extensions: { code: 'UNKNOWN_OWNER' } },
    ]);
    expect(total(asked)).toBe(1);
  });
});

describe('the owner of a comment', () => {
  it('is none where the comment is about something else', async () => {
    const { data, errors } = await farm.ask('{ jobs { comments { subject job { name } host { name } } } }');
    const comments = data.jobs.flatMap((job: { comments: unknown[] }) => job.comments);
    expect(comments.length).toBeGreaterThan(0);
    expect(errors).toBeUndefined();
    expect(comments).toEqual(
      comments.map(() => ({ subject: expect.any(String), job: { name: expect.any(String) }, host: null })),
    );
  });
});

describe('an argument', () => {
  it('that selects nothing gives nothing, and no call', async () => {
    const asked = await farm.ask('{ jobs(where: { ids: [] }) { id } hosts(where: { states: [] }) { id } }');
    expect(asked).toEqual({
      data: { jobs: [], hosts: [] },
      errors: undefined,
      truncated: [],
      unsupported: [],
      calls: {},
    });
  });

  it.each([
    ['{ layer(name: "render") { id } }', 'Expected the argument "job" beside "name", found none'],
    ['{ group(name: "main") { id } }', 'Expected the argument "show" beside "name", found none'],
    ['{ frame(layer: "render") { id } }', 'Expected the argument "job" and "number" beside "layer", found none'],
    ['{ job { id } }', 'Expected one of the arguments "id" or "name", found none'],
    ['{ job(id: "1", name: "2") { id } }', 'Expected one of the arguments "id" or "name", found "id" and "name"'],
    ['{ jobs { frames(limit: 0) { id } } }', 'Argument "limit" is 0; expected 1 to 100000'],
    ['{ jobs { frames(page: 0) { id } } }', 'Argument "page" is 0; expected 1 to 20000'],
  ])('is refused: %s', async (query, message) => {
    const { errors } = await farm.ask(query);
    expect(errors?.[0]).toMatchObject({ message, extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('is refused when it cannot be sent', async () => {
    const { errors } = await farm.ask('query ($id: ID!) { jobs(where: { ids: [$id] }) { id } }', { id: '\uD800' });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('Query.jobs: '),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('takes the names of enums', async () => {
    const { data } = await farm.ask('{ hosts(where: { states: [DOWN, REPAIR] }) { state } all: hosts { state } }');
    const isWanted = ({ state }: { state: string }) => state === 'DOWN' || state === 'REPAIR';
    expect(data.hosts.length).toBe(data.all.filter(isWanted).length);
    expect(data.hosts.every(isWanted)).toBe(true);
  });
});

describe('a link to what is not there', () => {
  it('is null without an error', async () => {
    const asked = await farm.ask(
      '{ job(id: "nobody") { id } host(name: "nobody") { id } hosts { deed { id } owner { id } } }',
    );
    expect(asked.errors).toBeUndefined();
    expect(asked.data).toMatchObject({ job: null, host: null });
    const owned = asked.data.hosts.filter(({ deed }: { deed: object | null }) => deed !== null);
    expect(owned.length).toBeGreaterThan(0);
    expect(owned.length).toBeLessThan(asked.data.hosts.length);
  });
});

describe('a list that the parent counts', () => {
  const query = (states: string) =>
    `{ jobs(where: { includeFinished: true }) {
      jobStats { runningFrames deadFrames } frames(where: { states: ${states} }, limit: 1000) { state }
      layers { layerStats { runningFrames deadFrames } frames(where: { states: ${states} }, limit: 1000) { state } }
    } }`;

  it('is asked for only where one of the counts that it is about is above zero', async () => {
    const { data, errors, calls } = await farm.ask(
      '{ jobs(where: { includeFinished: true }) { jobStats { runningFrames } frames(where: { states: [RUNNING] }) { state } } }',
    );
    expect(errors).toBeUndefined();
    const busy = data.jobs.filter(({ jobStats }: { jobStats: Counts }) => jobStats.runningFrames > 0);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy.length).toBeLessThan(data.jobs.length);
    expect(calls['job.JobInterface/GetFrames']).toBe(busy.length);
  });

  it('has as many rows as are counted', async () => {
    const { data, errors } = await farm.ask(query('[RUNNING, DEAD]'));
    expect(errors).toBeUndefined();
    for (const { jobStats, frames, layers } of data.jobs) {
      expect(frames).toHaveLength(jobStats.runningFrames + jobStats.deadFrames);
      for (const layer of layers) {
        expect(layer.frames).toHaveLength(layer.layerStats.runningFrames + layer.layerStats.deadFrames);
      }
    }
  });

  it('is asked for everywhere when one of the states has no count', async () => {
    const { data, calls } = await farm.ask('{ jobs { frames(where: { states: [DEAD, CHECKPOINT] }) { state } } }');
    expect(calls['job.JobInterface/GetFrames']).toBe(data.jobs.length);
  });
});

interface Counts {
  readonly runningFrames: number;
}

describe('the layer of a proc', () => {
  it('is found by one call for each job, wherever the proc was reached', async () => {
    const asked = await farm.ask('{ procs { jobName frameName layer { name parentId } job { id } } }');
    expect(asked.errors).toBeUndefined();
    for (const { frameName, layer, job } of asked.data.procs) {
      expect(layer).toEqual({ name: frameName.slice(frameName.indexOf('-') + 1), parentId: job.id });
    }
    const jobs = new Set(asked.data.procs.map(({ jobName }: { jobName: string }) => jobName));
    expect(asked.calls).toEqual({
      'host.ProcInterface/GetProcs': 1,
      'job.JobInterface/GetJobs': 1,
      'job.JobInterface/GetLayers': jobs.size,
    });
    const throughJobs = await farm.ask('{ jobs { id procs { layer { parentId } } } }');
    expect(throughJobs.errors).toBeUndefined();
    for (const { id, procs } of throughJobs.data.jobs) for (const { layer } of procs) expect(layer.parentId).toBe(id);
    expect(Object.keys(throughJobs.calls).sort()).toEqual([
      'host.ProcInterface/GetProcs',
      'job.JobInterface/GetJobs',
      'job.JobInterface/GetLayers',
    ]);
  });

  it('fails as the job fails that it was to be found by', async () => {
    const error = upstreamError('UNAVAILABLE', 'no connection');
    const { data, errors } = await askThrough(failing('job.JobInterface/GetJobs', error), '{ procs { layer { id } } }');
    expect(data.procs[0].layer).toBeNull();
    expect(errors?.[0]).toMatchObject({ path: ['procs', 0, 'layer'], extensions: { code: 'UNAVAILABLE' } });
  });
});

describe('a link by an RPC that the upstream is too old for', () => {
  it('is null, and told once for its field', async () => {
    const error = upstreamError('UNIMPLEMENTED', 'Method not found: limit.LimitInterface/GetBindings');
    const asked = await askThrough(
      failing('limit.LimitInterface/GetBindings', error),
      '{ limits { name bindings { layerName } } }',
    );
    expect(asked.errors).toBeUndefined();
    expect(asked.data.limits.length).toBeGreaterThan(1);
    for (const { bindings } of asked.data.limits) expect(bindings).toBeNull();
    expect(asked.unsupported).toEqual([
      { field: 'Limit.bindings', rpc: 'limit.LimitInterface/GetBindings', since: '1.37' },
    ]);
  });
});

describe('an object by its name or its id', () => {
  it('is a job that is over, but the pending one of its name before that', async () => {
    const { data } = await farm.ask('{ jobs(where: { includeFinished: true }) { id name state } }');
    const over = data.jobs.find(({ state }: { state: string }) => state === 'FINISHED');
    const pending = data.jobs.find(({ state }: { state: string }) => state === 'PENDING');
    const asked = await farm.ask(
      'query ($over: String, $name: String) { over: job(name: $over) { id } job(name: $name) { id } none: job(name: "no") { id } }',
      {
        over: over.name.toUpperCase(),
        name: pending.name,
      },
    );
    expect(asked.data).toEqual({ over: { id: over.id }, job: { id: pending.id }, none: null });
    expect(total(asked)).toBe(1);
  });

  it('is a show by either', async () => {
    const { data } = await farm.ask('{ show(name: "demo") { id } none: show(id: "no") { id } }');
    expect(data.none).toBeNull();
    const asked = await farm.ask('query ($id: ID) { show(id: $id) { name } }', { id: data.show.id });
    expect(asked.data).toEqual({ show: { name: 'demo' } });
  });
});

describe('layers and frames by the id of their job', () => {
  it('are those of the job, by one call each', async () => {
    const { data } = await farm.ask('{ jobs { id layers { id } frames(page: 2, limit: 3) { id } } }');
    const [{ id, layers, frames }] = data.jobs;
    const asked = await farm.ask(
      'query ($id: ID!) { layers(jobId: $id) { id } frames(jobId: $id, page: 2, limit: 3) { id } }',
      { id },
    );
    expect(asked.data).toEqual({ layers, frames });
    expect(asked.calls).toEqual({ 'job.JobInterface/GetLayers': 1, 'job.JobInterface/GetFrames': 1 });
  });
});
