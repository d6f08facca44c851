import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import type { JobRow } from '../../../src/demo/farm/rows.ts';
import type { Json } from '../../json.ts';
import type { CuebotClient } from '../cuebot-client.ts';
import { createCuebotClient } from '../cuebot-client.ts';

const NOW = 1_800_000_000;

let demo: DemoCuebot;
let client: CuebotClient;
let wedge: JobRow;

beforeAll(async () => {
  demo = await createDemoCuebot({ now: () => NOW * 1000 });
  client = createCuebotClient(demo.endpoint);
  wedge = jobOf('wedge_v001');
});

afterAll(async () => {
  client.close();
  await demo.close();
});

const jobOf = (suffix: string) => [...demo.farm.jobs.values()].find(({ name }) => name.endsWith(`_${suffix}`))!;
const namesOf = (list: readonly { name: string }[]) => list.map(({ name }) => name);

describe('JobInterface/GetJobs', () => {
  const find = async (r: Json) => namesOf((await client.get('job.JobInterface/GetJobs', { r })).jobs.jobs);

  test('lists pending jobs by name when nothing is asked for', async () => {
    const names = await find({});
    expect(names.length).toBe(14);
    expect(names).toEqual([...names].sort());
  });

  test('lists every job in any state with include_finished', async () => {
    expect((await find({ includeFinished: true })).length).toBe(demo.farm.jobs.size);
  });

  test.each<[string, Json, readonly string[]]>([
    ['an exact name', { jobs: ['demo-sh020-ann_beauty_v001'] }, ['demo-sh020-ann_beauty_v001']],
    ['a name in capitals', { jobs: ['DEMO-sh020-ann_beauty_v001'] }, []],
    [
      'alternatives in one field',
      { users: ['kim', 'lou'] },
      ['testing-shot01-kim_wedge_v001', 'testing-shot03-lou_checkpoint_v004'],
    ],
    ['two fields together', { users: ['ann'], shots: ['sh020'] }, ['demo-sh020-ann_beauty_v001']],
    ['a word', { substr: ['sim_v'] }, ['aurora-sq100-gina_water_sim_v004', 'demo-sh040-dev_pyro_sim_v002']],
    ['a word with a wildcard', { substr: ['pyro%v002'] }, ['demo-sh040-dev_pyro_sim_v002']],
    ['a regular expression', { regex: ['^aurora.*_v00[24]$'], shots: ['sq120'] }, ['aurora-sq120-ines_comp_v002']],
    ['a show', { shows: ['testing'], substr: ['wedge'] }, ['testing-shot01-kim_wedge_v001']],
    ['an unknown id', { ids: ['nope'] }, []],
  ])('finds jobs by %s', async (_what, criteria, names) => {
    expect(await find(criteria)).toEqual(names);
  });

  test('shows the SQL for a bad regular expression', async () => {
    const outcome = await client.call('job.JobInterface/GetJobs', { r: { regex: ['('] } });
    expect(outcome).toEqual({ code: 13, message: expect.stringContaining('ERROR: invalid regular expression') });
  });

  test('GetJobNames lists pending jobs whatever include_finished says', async () => {
    const { names } = await client.get('job.JobInterface/GetJobNames', { r: { includeFinished: true } });
    expect(names.length).toBe(14);
  });

  test('FindJob lower-cases the name, IsJobPending does not', async () => {
    const name = 'Testing-SHOT01-kim_wedge_v001';
    expect((await client.get('job.JobInterface/FindJob', { name })).job.id).toBe(wedge.id);
    expect((await client.get('job.JobInterface/IsJobPending', { name })).value).toBe(false);
    expect((await client.get('job.JobInterface/IsJobPending', { name: wedge.name })).value).toBe(true);
  });

  test('FindJob does not find what is finished', async () => {
    const outcome = await client.call('job.JobInterface/FindJob', { name: jobOf('smoke_test_v001').name });
    expect(outcome).toEqual({ code: 5, message: 'Incorrect result size: expected 1, actual 0' });
  });
});

describe('JobInterface/GetFrames', () => {
  const find = async (req: Json) => {
    const reply = await client.get('job.JobInterface/GetFrames', { job: { id: wedge.id }, req });
    return namesOf(reply.frames.frames);
  };

  test('has no rows without a positive limit', async () => {
    expect(await find({})).toEqual([]);
    expect(await find({ limit: 0, page: 1 })).toEqual([]);
    expect(await find({ limit: -5 })).toEqual([]);
  });

  test('does not clamp the limit', async () => {
    expect((await find({ limit: 50_000 })).length).toBe(1002);
  });

  test('pages through the frames in dispatch order: frame first, layer second', async () => {
    const all = await find({ limit: 2000 });
    expect(all.slice(0, 4)).toEqual(['1001-setup', '1001-wedge', '1001-collect', '1002-wedge']);
    expect(await find({ limit: 3, page: 2 })).toEqual(all.slice(3, 6));
    expect(await find({ limit: 3, page: -1 })).toEqual(all.slice(0, 3));
    expect(await find({ limit: 1000, page: 2 })).toEqual(all.slice(1000));
    expect(await find({ limit: 1000, page: 9 })).toEqual([]);
  });

  test.each<[string, Json, readonly string[]]>([
    ['a frame name', { frames: ['1005-wedge', 'nope'] }, ['1005-wedge']],
    ['a layer', { layers: ['collect'] }, ['1001-collect']],
    ['a number', { frameRange: '1002' }, ['1002-wedge']],
    ['a range', { frameRange: '1002-1004' }, ['1002-wedge', '1003-wedge', '1004-wedge']],
    ['a stepped range', { frameRange: '1002-1006x2' }, ['1002-wedge', '1004-wedge', '1006-wedge']],
    ['a list', { frameRange: '1001,1003', layers: ['wedge'] }, ['1001-wedge', '1003-wedge']],
    ['a state', { states: { frameStates: ['DEPEND'] } }, ['1001-collect']],
    ['a state by number', { states: { frameStates: [4] } }, ['1001-collect']],
    ['too much memory', { memoryRange: '500' }, []],
    ['too long a time', { durationRange: '200-300' }, []],
    ['changes in the future', { changeDate: NOW + 1 }, []],
  ])('finds frames by %s', async (_what, criteria, names) => {
    expect(await find({ ...criteria, limit: 100 })).toEqual(names);
  });

  test('counts memory in gigabytes and durations in hours', async () => {
    const rows = wedge.layers.flatMap((layer) => layer.frames);
    const memory = rows.filter(({ maxRss }) => maxRss >= 1.1 * 1_048_576 && maxRss <= 1.5 * 1_048_576);
    expect((await find({ memoryRange: '1.1-1.5', limit: 2000 })).length).toBe(memory.length);
    const long = rows.filter(({ startTime, stopTime }) => startTime > 0 && (stopTime || NOW) - startTime >= 144);
    expect((await find({ durationRange: '0.04', limit: 2000 })).length).toBe(long.length);
    expect(Math.min(memory.length, long.length)).toBeGreaterThan(0);
  });

  test('refuses a frame range that does not parse', async () => {
    const request = { job: { id: wedge.id }, req: { frameRange: 'abc', limit: 1 } };
    const text = 'unrecognized frame range syntax abc';
    expect(await client.call('job.JobInterface/GetFrames', request)).toEqual({
      code: 13,
      message: `java.lang.IllegalArgumentException: ${text}\n${text}`,
    });
  });

  test.each(['1001-2500x1', '1-1001,7'])('breaks the SQL with the frame range %s', async (frameRange) => {
    const request = { job: { id: wedge.id }, req: { frameRange, limit: 1 } };
    expect(await client.call('job.JobInterface/GetFrames', request)).toEqual({
      code: 13,
      message: expect.stringMatching(/^org\.springframework\.jdbc\.BadSqlGrammarException: .*syntax error/),
    });
  });

  test('Frame.GetFrames takes the name of a pending job, and only that', async () => {
    const method = 'job.FrameInterface/GetFrames';
    const { frames } = await client.get(method, { job: wedge.name, r: { limit: 10 } });
    expect(frames.frames.length).toBe(10);
    expect(await client.call(method, { job: jobOf('smoke_test_v001').name, r: { limit: 10 } })).toMatchObject({
      code: 13,
    });
  });

  test('Layer.GetFrames gives the frames of the layer', async () => {
    const [, layer] = wedge.layers;
    const request = { layer: { id: layer!.id }, s: { limit: 5000 } };
    expect((await client.get('job.LayerInterface/GetFrames', request)).frames.frames.length).toBe(1000);
  });

  test('Job.GetUpdatedFrames lists changes of the last minute, and is silent about older ones', async () => {
    const method = 'job.JobInterface/GetUpdatedFrames';
    const reply = await client.get(method, { job: { id: wedge.id }, lastCheck: NOW - 60 });
    expect(reply).toMatchObject({ state: 'PENDING', serverTime: NOW });
    expect(reply.updatedFrames.updatedFrames.length).toBeLessThanOrEqual(100);
    const silent = client.call(method, { job: { id: wedge.id }, lastCheck: NOW - 61 });
    const later = client.get('show.ShowInterface/GetShows').then(() => 'no answer');
    expect(await Promise.race([silent, later])).toBe('no answer');
  });
});

describe('HostInterface/GetHosts', () => {
  const find = async (r: Json) => namesOf((await client.get('host.HostInterface/GetHosts', { r })).hosts.hosts);

  test.each<[string, Json, readonly string[]]>([
    ['name', { hosts: ['rqd001', 'nope'] }, ['rqd001']],
    ['word', { substr: ['gpu'] }, ['gpu01', 'gpu02', 'gpu03', 'gpu04']],
    ['regular expression', { regex: ['^ws0[12]$'] }, ['ws01', 'ws02']],
    ['hardware state', { states: { state: ['DOWN'] } }, ['rqd005', 'cloud06']],
    ['lock state', { lockStates: { state: ['NIMBY_LOCKED'] } }, ['ws02', 'ws04']],
    [
      'allocation and state',
      { allocs: ['local.general'], states: { state: ['DOWN', 'REPAIR'] } },
      ['rqd005', 'rqd017'],
    ],
  ])('finds hosts by %s', async (_what, criteria, names) => {
    expect(await find(criteria)).toEqual(names);
  });

  test('lists all forty without criteria', async () => {
    expect((await find({})).length).toBe(40);
  });

  test('Allocation.FindHosts compares an id with names, so it finds nothing', async () => {
    const { allocation } = await client.get('facility.AllocationInterface/GetDefault');
    expect((await client.get('facility.AllocationInterface/FindHosts', { allocation })).hosts.hosts).toEqual([]);
    const named = { allocation, r: { allocs: [allocation.name] } };
    expect((await client.get('facility.AllocationInterface/FindHosts', named)).hosts.hosts.length).toBe(24);
    expect((await client.get('facility.AllocationInterface/GetHosts', { allocation })).hosts.hosts.length).toBe(24);
  });
});

describe('ProcInterface/GetProcs', () => {
  const find = async (r: Json) => (await client.get('host.ProcInterface/GetProcs', { r })).procs.procs as Json[];

  test('equals Host.GetProcs when asked for one host', async () => {
    const host = [...demo.farm.hosts.values()].find(({ procs }) => procs.size > 1)!;
    const { procs } = await client.get('host.HostInterface/GetProcs', { host: { id: host.id } });
    const sorted = (list: Json[]) => list.map(({ id }) => id).sort();
    expect(sorted(await find({ hosts: [host.name] }))).toEqual(sorted(procs.procs));
    expect(procs.procs.length).toBe(host.procs.size);
    expect(procs.procs[0].name).toMatch(new RegExp(`^${host.name}/\\d+\\.00/\\d+$`));
  });

  test('takes memory in KB and durations in seconds, both inclusive', async () => {
    const reserved = [...demo.farm.procs.values()].map(({ memory }) => memory);
    const most = Math.max(...reserved);
    expect((await find({ memoryGreaterThan: [{ value: most }] })).length).toBe(
      reserved.filter((memory) => memory === most).length,
    );
    expect((await find({ memoryRange: [{ min: 0, max: most }] })).length).toBe(reserved.length);
    expect(await find({ memoryLessThan: [{ value: 1 }] })).toEqual([]);
    expect(await find({ durationRange: [{ min: 100_000, max: 200_000 }] })).toEqual([]);
  });

  test('pages by host name, from a result counted from one', async () => {
    const hostOf = ({ name }: Json) => name.split('/')[0];
    const first = await find({ maxResults: [10] });
    expect(first.map(hostOf)).toEqual(first.map(hostOf).sort());
    const next = await find({ maxResults: [3], firstResult: 4 });
    expect(next.map(({ id }) => id)).toEqual(first.slice(3, 6).map(({ id }) => id));
  });

  test('leads to host, job, layer and frame', async () => {
    const [proc] = await find({ jobs: [wedge.name], layers: ['wedge'], shows: ['testing'], maxResults: [1] });
    expect((await client.get('host.ProcInterface/GetJob', { proc })).job.id).toBe(wedge.id);
    expect((await client.get('host.ProcInterface/GetLayer', { proc })).layer.name).toBe('wedge');
    expect((await client.get('host.ProcInterface/GetFrame', { proc })).frame.lastResource).toBe(proc.name);
    expect(proc.name.startsWith((await client.get('host.ProcInterface/GetHost', { proc })).host.name)).toBe(true);
  });
});
