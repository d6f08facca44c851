import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LinkedFarm, linkFarm, total } from './linked-farm.ts';

let farm: LinkedFarm;

beforeAll(async () => {
  farm = await linkFarm({ cuebot: { farm: { jobs: 200, hosts: 120 } } });
});

afterAll(() => farm.close());

describe('the number of calls upstream', () => {
  it('of 200 jobs with their layers and 20 frames of each is at most 1 + 200 + 200', async () => {
    const asked = await farm.ask(
      '{ jobs(where: { includeFinished: true }) { id layers { id name parentId frames(limit: 20) { layerName number } } } }',
    );
    expect(asked.errors).toBeUndefined();
    expect(asked.data.jobs.length).toBe(200);
    expect(total(asked)).toBeLessThanOrEqual(401);
  });

  it('of all hosts with their procs and the jobs of those is 3', async () => {
    const asked = await farm.ask('{ hosts { name procs { id jobName job { id name } } } }');
    expect(asked.errors).toBeUndefined();
    expect(total(asked)).toBe(3);
  });

  it('of 50 jobs by their ids is 1, in a list or one by one', async () => {
    const { data } = await farm.ask('{ jobs { id } }');
    const ids: string[] = data.jobs.slice(0, 50).map(({ id }: { id: string }) => id);
    const list = await farm.ask('query ($ids: [ID!]) { jobs(where: { ids: $ids }) { id } }', { ids });
    expect(total(list)).toBe(1);
    const single = await farm.ask(`{ ${ids.map((id, index) => `j${index}: job(id: "${id}") { id }`).join(' ')} }`);
    expect(Object.values(single.data).map((job) => (job as { id: string }).id)).toEqual(ids);
    expect(total(single)).toBe(1);
  });

  it('of shows, their groups and the jobs of those is 2 + shows', async () => {
    const asked = await farm.ask('{ shows { name groups { name jobs { name } } } }');
    expect(asked.errors).toBeUndefined();
    expect(total(asked)).toBe(2 + asked.data.shows.length);
  });

  it('of shows, their subscriptions and the allocations of those is 2 + shows', async () => {
    const asked = await farm.ask('{ shows { name subscriptions { name allocation { name } } } }');
    expect(asked.errors).toBeUndefined();
    expect(total(asked)).toBe(2 + asked.data.shows.length);
  });

  it('of the same job under two aliases is 1', async () => {
    const { data } = await farm.ask('{ jobs { id } }');
    const { id } = data.jobs[0];
    const asked = await farm.ask(`{ a: job(id: "${id}") { name } b: job(id: "${id}") { name user } }`);
    expect(asked.data.a.name).toBe(asked.data.b.name);
    expect(asked.calls).toEqual({ 'job.JobInterface/GetJob': 1 });
  });

  it('of more keys than one call carries is one for each 500 of them', async () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => `no-job-${index}`);
    const asked = await farm.ask(`{ ${ids.map((id, index) => `j${index}: job(id: "${id}") { id }`).join(' ')} }`);
    expect(asked.calls).toEqual({ 'job.JobInterface/GetJobs': 3 });
    const sizes = farm.demo.callLog.map(({ request }) => (request as { r: { ids: string[] } }).r.ids.length);
    expect(sizes.sort()).toEqual([1, 500, 500]);
    expect(new Set(Object.values(asked.data))).toEqual(new Set([null]));
  });

  it('of comments and limits is one for each object that says to have some, and the others have none', async () => {
    const asked = await farm.ask('{ jobs { id hasComment comments { id } layers { id limits limitDetails { id } } } }');
    expect(asked.errors).toBeUndefined();
    const { jobs } = asked.data;
    const layers: { id: string; limits: string[] }[] = jobs.flatMap(({ layers: of }: { layers: object[] }) => of);
    const silent = jobs.filter(({ hasComment }: { hasComment: boolean }) => !hasComment);
    const unlimited = layers.filter(({ limits }) => limits.every((name) => name === ''));
    expect(asked.calls['job.JobInterface/GetComments']).toBe(jobs.length - silent.length);
    expect(asked.calls['job.LayerInterface/GetLimits']).toBe(layers.length - unlimited.length);
    const ask = (root: string, of: string, found: string, objects: readonly { id: string }[]) =>
      objects.slice(0, 40).map(({ id }, index) => `${root[0]}${index}: ${root}(${of}: { id: "${id}" }) { ${found} }`);
    const raw = await farm.ask(
      `{ ${ask('jobGetComments', 'job', 'comments { comments { id } }', silent).join(' ')}
         ${ask('layerGetLimits', 'layer', 'limits { id }', unlimited).join(' ')} }`,
    );
    expect(raw.errors).toBeUndefined();
    expect(JSON.stringify(raw.data)).not.toContain('"id"');
  });
});
