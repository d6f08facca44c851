import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LinkedFarm, linkFarm, linksSource, total } from './linked-farm.ts';

let farm: LinkedFarm;

beforeAll(async () => {
  farm = await linkFarm();
});

afterAll(() => farm.close());

interface Job {
  readonly id: string;
  readonly name: string;
  readonly priority: number;
  readonly stoppedAt: string | null;
  readonly jobStats: { readonly deadFrames: number };
}

const namesOf = (jobs: readonly Job[]) => jobs.map(({ name }) => name);

describe('a list in the order that its caller wants', () => {
  const everything = 'includeFinished: true';
  const fields = 'id name priority stoppedAt jobStats { deadFrames }';

  it('is sorted by one step after the other, and as it came where none decides', async () => {
    const { data, errors, calls } = await farm.ask(
      `{ plain: jobs { ${fields} }
         jobs(orderBy: [{ field: DEAD_FRAMES, direction: DESC }, { field: PRIORITY }]) { ${fields} } }`,
    );
    expect(errors).toBeUndefined();
    const plain: readonly Job[] = data.plain;
    const expected = plain.toSorted(
      (one, other) => other.jobStats.deadFrames - one.jobStats.deadFrames || one.priority - other.priority,
    );
    expect(namesOf(data.jobs)).toEqual(namesOf(expected));
    expect(namesOf(data.jobs)).not.toEqual(namesOf(plain));
    expect(calls).toEqual({ 'job.JobInterface/GetJobs': 1 });
  });

  it.each(['ASC', 'DESC'])('has what is not set at its end: %s', async (direction) => {
    const { data } = await farm.ask(
      `{ jobs(where: { ${everything} }, orderBy: [{ field: STOPPED_AT, direction: ${direction} }]) { ${fields} } }`,
    );
    const times = data.jobs.map(({ stoppedAt }: Job) => stoppedAt);
    const set = times.filter((time: string | null) => time !== null);
    expect(set.length).toBeGreaterThan(1);
    expect(set.length).toBeLessThan(times.length);
    expect(times.slice(0, set.length)).toEqual(direction === 'ASC' ? set.toSorted() : set.toSorted().reverse());
  });

  it('is sorted by friendly values, too', async () => {
    const { data, errors } = await farm.ask(
      '{ jobs(orderBy: [{ field: PROGRESS, direction: DESC }]) { progress frames(orderBy: [{ field: HOST }]) { hostName } } }',
    );
    expect(errors).toBeUndefined();
    const all: readonly (number | null)[] = data.jobs.map(({ progress }: { progress: number | null }) => progress);
    const set = all.filter((progress) => progress !== null);
    expect(new Set(set).size).toBeGreaterThan(2);
    expect(all.slice(0, set.length)).toEqual(set.toSorted((one, other) => other - one));
    for (const { frames } of data.jobs) {
      const hosts = frames.map(({ hostName }: { hostName: string | null }) => hostName);
      const named = hosts.filter((host: string | null) => host !== null);
      expect(hosts.slice(0, named.length)).toEqual(named.toSorted());
    }
  });

  it('comes in pages that fit together, and tells how many there are by no further call', async () => {
    const asked = await farm.ask(
      `query ($order: [JobOrder!]) {
        jobsTotal
        all: jobs(orderBy: $order) { ${fields} }
        first: jobs(orderBy: $order, limit: 5) { ${fields} }
        second: jobs(orderBy: $order, limit: 5, page: 2) { ${fields} }
        beyond: jobs(orderBy: $order, limit: 5, page: 200) { ${fields} }
      }`,
      { order: [{ field: 'NAME', direction: 'DESC' }] },
    );
    const { all, first, second, beyond, jobsTotal } = asked.data;
    expect(jobsTotal).toBe(all.length);
    expect(namesOf(all)).toEqual(namesOf(all).toSorted().reverse());
    expect([...first, ...second]).toEqual(all.slice(0, 10));
    expect(beyond).toEqual([]);
    expect(total(asked)).toBe(1);
  });

  it('is refused a page without a limit', async () => {
    const { errors } = await farm.ask('{ jobs(page: 2) { id } }');
    expect(errors).toMatchObject([
      {
        message: 'Argument "page" is 2, but without "limit" there is one page; give "limit" as well',
        extensions: { code: 'BAD_USER_INPUT', argument: 'limit' },
      },
    ]);
  });

  it('is fetched for only as far as it is shown', async () => {
    const asked = await farm.ask('{ jobs(orderBy: [{ field: PRIORITY }], limit: 2) { layers { name } } }');
    expect(asked.calls).toEqual({ 'job.JobInterface/GetJobs': 1, 'job.JobInterface/GetLayers': 2 });
  });

  it('is one for each parent, below shows and groups, that share their calls', async () => {
    const query = (args: string) =>
      `{ shows { name groups${args} { name jobs${args} { name } jobsTotal } jobsTotal } }`;
    const plain = await farm.ask(query(''));
    const sorted = await farm.ask(query('(orderBy: [{ field: NAME, direction: DESC }])'));
    expect(sorted.errors).toBeUndefined();
    expect(sorted.calls).toEqual(plain.calls);
    for (const [index, { groups, jobsTotal }] of sorted.data.shows.entries()) {
      const { groups: came } = plain.data.shows[index];
      const sum = groups.reduce((one: number, other: { jobsTotal: number }) => one + other.jobsTotal, 0);
      expect(namesOf(groups)).toEqual(namesOf(came).toSorted().reverse());
      expect(sum).toBe(jobsTotal);
      for (const { jobs, jobsTotal: ofGroup } of groups) {
        expect(namesOf(jobs)).toEqual(namesOf(jobs).toSorted().reverse());
        expect(jobs).toHaveLength(ofGroup);
      }
    }
  });

  it('is empty, and has the total 0, where nothing is selected', async () => {
    const asked = await farm.ask(
      '{ jobs(where: { ids: [] }, orderBy: [{ field: NAME }]) { id } jobsTotal(where: { ids: [] }) }',
    );
    expect(asked.data).toEqual({ jobs: [], jobsTotal: 0 });
    expect(total(asked)).toBe(0);
  });
});

describe('a list of which Cuebot cuts the pages', () => {
  const order = 'orderBy: [{ field: NUMBER, direction: DESC }, { field: LAYER_NAME }]';
  const ways = ['job', 'layer', 'root'] as const;

  const query: Readonly<Record<(typeof ways)[number], (args: string, job: { id: string }) => string>> = {
    job: (args, { id }) => `{ job(id: "${id}") { found: frames(${args}) { number layerName } } }`,
    layer: (args, { id }) =>
      `{ layers(jobId: "${id}", orderBy: [{ field: TOTAL_FRAMES, direction: DESC }], limit: 1) { found: frames(${args}) { number layerName } } }`,
    root: (args, { id }) => `{ found: frames(jobId: "${id}", ${args}) { number layerName } }`,
  };

  const find = (value: unknown): readonly { readonly number: number; readonly layerName: string }[] => {
    if (Array.isArray(value)) return find(value[0]);
    return (value as { found?: never }).found ?? find(Object.values(value as object)[0]);
  };

  it.each(ways)('is read whole to be put in order, and cut then: by %s', async (way) => {
    const { data } = await farm.ask('{ jobs(orderBy: [{ field: TOTAL_FRAMES, direction: DESC }], limit: 1) { id } }');
    const [job] = data.jobs;
    const all = find((await farm.ask(query[way]('limit: 100000', job))).data);
    const sorted = all.toSorted(
      (one, other) =>
        other.number - one.number || (one.layerName < other.layerName ? -1 : one.layerName > other.layerName ? 1 : 0),
    );
    expect(all.length).toBeGreaterThan(10);
    const asked = await farm.ask(query[way](`${order}, limit: 4, page: 2`, job));
    expect(asked.errors).toBeUndefined();
    expect(find(asked.data)).toEqual(sorted.slice(4, 8));
  });

  it('has a total that its parent knows, or else counts', async () => {
    const asked = await farm.ask(`{ jobs {
      id jobStats { totalFrames deadFrames runningFrames } framesTotal states: framesTotal(where: { states: [DEAD, RUNNING] })
      layers { layerStats { totalFrames } framesTotal }
    } }`);
    expect(asked.errors).toBeUndefined();
    for (const { jobStats, framesTotal, states, layers } of asked.data.jobs) {
      expect(framesTotal).toBe(jobStats.totalFrames);
      expect(states).toBe(jobStats.deadFrames + jobStats.runningFrames);
      for (const { layerStats, framesTotal: ofLayer } of layers) expect(ofLayer).toBe(layerStats.totalFrames);
    }
    expect(Object.keys(asked.calls).sort()).toEqual(['job.JobInterface/GetJobs', 'job.JobInterface/GetLayers']);
    const [{ id, framesTotal }] = asked.data.jobs;
    const counted = await farm.ask(
      'query ($id: ID!) { framesTotal(jobId: $id) job(id: $id) { narrowed: framesTotal(where: { range: "1-2", states: [DEAD, WAITING, RUNNING, SUCCEEDED, DEPEND, EATEN] }) frames(where: { range: "1-2" }, limit: 1000) { number } } }',
      { id },
    );
    expect(counted.data.framesTotal).toBe(framesTotal);
    expect(counted.data.job.narrowed).toBe(counted.data.job.frames.length);
  });

  it('of procs is cut by Cuebot, or sorted here', async () => {
    const { data, errors } = await farm.ask(`{
      procsTotal
      all: procs { id dispatchedAt }
      second: procs(limit: 2, start: 3) { id }
      sorted: procs(orderBy: [{ field: DISPATCHED_AT, direction: DESC }], limit: 2, start: 3) { id dispatchedAt }
    }`);
    expect(errors).toBeUndefined();
    expect(data.procsTotal).toBe(data.all.length);
    expect(data.second).toHaveLength(2);
    const times = data.all
      .map(({ dispatchedAt }: { dispatchedAt: string }) => dispatchedAt)
      .sort()
      .reverse();
    expect(data.sorted.map(({ dispatchedAt }: { dispatchedAt: string }) => dispatchedAt)).toEqual(times.slice(2, 4));
  });

  it('tells where its default limit ends, in whatever order', async () => {
    const text = linksSource.text.replaceAll('limit: Int! = 500', 'limit: Int! = 3');
    const short = await linkFarm({ demo: farm.demo, source: { ...linksSource, text } });
    const { data, truncated } = await short.ask(
      `{ jobs(limit: 1) { jobStats { totalFrames } frames(${order}) { number } } }`,
    );
    await short.close();
    expect(truncated).toEqual([{ path: ['jobs', 0, 'frames'], limit: 3, total: data.jobs[0].jobStats.totalFrames }]);
  });
});
