import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import type { FrameRow, FrameState, JobRow } from '../../../src/demo/farm/rows.ts';
import type { Json } from '../../json.ts';
import type { CuebotClient } from '../cuebot-client.ts';
import { createCuebotClient } from '../cuebot-client.ts';

let demo: DemoCuebot;
let client: CuebotClient;

beforeEach(async () => {
  demo = await createDemoCuebot({ now: () => 1_800_000_000_000 });
  client = createCuebotClient(demo.endpoint);
});

afterEach(async () => {
  client.close();
  await demo.close();
});

const jobOf = (suffix: string) => [...demo.farm.jobs.values()].find(({ name }) => name.endsWith(`_${suffix}`))!;
const framesOf = (job: JobRow, ...states: FrameState[]): FrameRow[] =>
  job.layers.flatMap((layer) => layer.frames).filter(({ state }) => states.includes(state));
const readJob = async (job: JobRow) => (await client.get('job.JobInterface/GetJob', { id: job.id })).job;
const onJob = (method: string, job: JobRow, more: Json = {}) =>
  client.get(`job.JobInterface/${method}`, { job: { id: job.id }, ...more });

describe('JobInterface writes', () => {
  test.each<[string, Json, Json]>([
    ['Pause', {}, { isPaused: true }],
    ['SetPriority', { val: 42 }, { priority: 42 }],
    ['SetMinCores', { val: 2.6 }, { minCores: 2 }],
    ['SetMinCores', { val: 0.5 }, { minCores: 0 }],
    ['SetMaxCores', { val: 12.5 }, { maxCores: 12 }],
    ['SetMaxCores', { val: -1 }, { maxCores: -1 }],
    ['SetMinGpus', { val: 1 }, { minGpus: 1 }],
    ['SetMaxGpus', { val: 7 }, { maxGpus: 7 }],
    ['SetAutoEat', { value: true }, { autoEat: true }],
  ])('%s with %j gives %j', async (method, request, expected) => {
    const job = jobOf('beauty_v003');
    expect(await onJob(method, job, request)).toEqual({});
    expect(await readJob(job)).toMatchObject(expected);
  });

  test('Resume ends a pause', async () => {
    await onJob('Resume', jobOf('crowd_v005'));
    expect((await readJob(jobOf('crowd_v005'))).isPaused).toBe(false);
  });

  test.each([
    [-1, 'max retries must be greater than 0'],
    [17, 'max retries must be less than 16'],
  ])('SetMaxRetries refuses %i', async (maxRetries, text) => {
    const request = { job: { id: jobOf('beauty_v003').id }, maxRetries };
    const message = `java.lang.IllegalArgumentException: ${text}\n${text}`;
    expect(await client.call('job.JobInterface/SetMaxRetries', request)).toEqual({ code: 13, message });
  });

  test('Kill without a reason says OK and does nothing', async () => {
    await onJob('Kill', jobOf('beauty_v003'), { username: 'ann' });
    expect((await readJob(jobOf('beauty_v003'))).state).toBe('PENDING');
  });

  test('Kill with a reason finishes the job, frees its procs and lets go who waited for it', async () => {
    const job = jobOf('beauty_v003');
    const waiting = jobOf('beauty_v001');
    const running = framesOf(job, 'RUNNING').length;
    const procs = demo.farm.procs.size;
    await onJob('Kill', job, { reason: 'wrong shader' });
    expect(await readJob(job)).toMatchObject({ state: 'FINISHED', stopTime: 1_800_000_000 });
    expect([framesOf(job, 'RUNNING').length, demo.farm.procs.size]).toEqual([0, procs - running]);
    expect(await client.call('job.JobInterface/FindJob', { name: job.name })).toMatchObject({ code: 5 });
    // Its first layer waits for nothing else.
    expect((await readJob(waiting)).jobStats).toMatchObject({ waitingFrames: 1, dependFrames: 289 });
  });

  test('EatFrames eats what matches, and the counters follow', async () => {
    const job = jobOf('beauty_v012');
    await onJob('EatFrames', job, { req: { states: { frameStates: ['DEAD'] } } });
    expect((await readJob(job)).jobStats).toMatchObject({ deadFrames: 0, eatenFrames: 5 });
  });

  test('EatFrames with empty criteria eats the whole job but for what succeeded, and so ends it', async () => {
    const job = jobOf('comp_v007');
    const succeeded = framesOf(job, 'SUCCEEDED').length;
    await onJob('EatFrames', job, { req: {} });
    const after = await readJob(job);
    expect(after.jobStats.succeededFrames).toBe(succeeded);
    expect(after.jobStats.eatenFrames).toBe(after.jobStats.totalFrames - succeeded);
    expect(after.state).toBe('FINISHED');
  });

  test('RetryFrames brings a finished job back', async () => {
    const job = jobOf('layout_v001');
    const stopTime = job.stopTime;
    await onJob('RetryFrames', job, { req: { states: { frameStates: ['EATEN'] } } });
    expect(await readJob(job)).toMatchObject({ state: 'PENDING', stopTime, jobStats: { waitingFrames: 4 } });
  });

  test('KillFrames kills procs whatever states are asked for; frames with retries left wait again', async () => {
    const job = jobOf('beauty_v003');
    const running = framesOf(job, 'RUNNING');
    await onJob('KillFrames', job, { req: { states: { frameStates: ['DEAD'] } } });
    expect(running.map(({ state }) => state)).toEqual(running.map(() => 'WAITING'));
    expect((await readJob(job)).jobStats).toMatchObject({ runningFrames: 0, reservedCores: 0 });
  });

  test('KillFrames makes a frame DEAD that has no retries left', async () => {
    const job = jobOf('wedge_v001');
    const [frame] = framesOf(job, 'RUNNING');
    for (const left of [job.maxRetries, 0]) {
      job.maxRetries = left;
      await onJob('KillFrames', job, { req: { frames: [frame!.name] } });
      if (left > 0) continue;
      expect(frame!.state).toBe('WAITING');
    }
    const [next] = framesOf(job, 'RUNNING');
    await onJob('KillFrames', job, { req: { frames: [next!.name] } });
    expect(next).toMatchObject({ state: 'DEAD', exitStatus: 9, proc: undefined });
  });

  test('MarkDoneFrames leaves the frames alone and releases those that wait for them', async () => {
    const job = jobOf('beauty_v012');
    const [dead] = framesOf(job, 'DEAD');
    const follower = job.layers.find(({ name }) => name === 'denoise')!.frames[dead!.dispatchOrder]!;
    expect(follower.state).toBe('DEPEND');
    await onJob('MarkDoneFrames', job, { req: { ids: [dead!.id] } });
    expect([dead!.state, follower.state]).toEqual(['DEAD', 'WAITING']);
  });

  test('AddComment shows up at the end of the comments', async () => {
    const job = jobOf('beauty_v003');
    expect((await readJob(job)).hasComment).toBe(false);
    await onJob('AddComment', job, { newComment: { user: 'wren', subject: 'Fire', message: 'Urgent', timestamp: 1 } });
    const { comments } = await onJob('GetComments', job);
    expect(comments.comments).toEqual([
      { id: expect.any(String), user: 'wren', subject: 'Fire', message: 'Urgent', timestamp: 1_800_000_000 },
    ]);
    expect((await readJob(job)).hasComment).toBe(true);
  });
});

describe('LayerInterface writes', () => {
  test.each<[string, Json, Json]>([
    ['SetTags', { tags: ['gpu', 'general'] }, { tags: ['gpu', 'general'] }],
    ['SetMinMemory', { memory: 4_194_304 }, { minMemory: '4194304' }],
    ['SetMinMemory', { memory: 10 }, { minMemory: '262144' }],
    ['SetTags', { tags: ['b|c', 'd e', 'd e'] }, { tags: ['b', 'c', 'de'] }],
    ['SetMinCores', { cores: 1.256 }, { minCores: 1.25 }],
    ['SetMinCores', { cores: 0.05 }, { minCores: 1 }],
    ['SetMaxCores', { cores: 7.4 }, { maxCores: 7 }],
    ['SetThreadable', { threadable: false }, { isThreadable: false }],
    ['SetTimeout', { timeout: 90 }, { timeout: 90 }],
    ['SetTimeoutLLU', { timeoutLlu: 15 }, { timeoutLlu: 15 }],
  ])('%s with %j gives %j', async (method, request, expected) => {
    const layer = { id: jobOf('beauty_v003').layers[1]!.id };
    await client.get(`job.LayerInterface/${method}`, { layer, ...request });
    expect((await client.get('job.LayerInterface/GetLayer', layer)).layer).toMatchObject(expected);
  });

  test('SetTags refuses to take all tags away', async () => {
    const layer = { id: jobOf('beauty_v003').layers[1]!.id };
    const text = 'Layers must have at least one tag.';
    expect(await client.call('job.LayerInterface/SetTags', { layer })).toEqual({
      code: 13,
      message: `java.lang.IllegalArgumentException: ${text}\n${text}`,
    });
  });

  test('RegisterOutputPath adds a path once', async () => {
    const layer = { id: jobOf('beauty_v003').layers[0]!.id };
    for (const spec of ['/a.exr', '/b.exr', '/a.exr']) {
      await client.get('job.LayerInterface/RegisterOutputPath', { layer, spec });
    }
    const { outputPaths } = await client.get('job.LayerInterface/GetOutputPaths', { layer });
    expect(outputPaths).toEqual(['/a.exr', '/b.exr']);
  });

  test.each([
    ['EatFrames', 'EATEN'],
    ['RetryFrames', 'WAITING'],
    ['KillFrames', 'WAITING'],
  ])('%s acts on every running frame of the layer', async (method, state) => {
    const layer = jobOf('beauty_v003').layers[1]!;
    const running = layer.frames.filter((frame) => frame.proc);
    await client.get(`job.LayerInterface/${method}`, { layer: { id: layer.id } });
    expect(running.map((frame) => frame.state)).toEqual(running.map(() => state));
    expect(running.length).toBe(24);
  });
});

describe('FrameInterface writes', () => {
  const act = (method: string, frame: FrameRow) =>
    client.get(`job.FrameInterface/${method}`, { frame: { id: frame.id } });

  test.each<[string, FrameState, FrameState]>([
    ['Retry', 'DEAD', 'WAITING'],
    ['Retry', 'EATEN', 'WAITING'],
    ['Retry', 'SUCCEEDED', 'WAITING'],
    ['Retry', 'RUNNING', 'WAITING'],
    ['Retry', 'DEPEND', 'DEPEND'],
    ['Eat', 'DEAD', 'EATEN'],
    ['Eat', 'RUNNING', 'EATEN'],
    ['Eat', 'SUCCEEDED', 'SUCCEEDED'],
    ['Kill', 'RUNNING', 'WAITING'],
    ['Kill', 'WAITING', 'WAITING'],
    ['Kill', 'DEAD', 'DEAD'],
  ])('%s makes %s %s', async (method, before, after) => {
    const [frame] = framesOf(jobOf('wedge_v001'), before);
    await act(method, frame!);
    expect((await client.get('job.FrameInterface/GetFrame', { id: frame!.id })).frame.state).toBe(after);
  });
});

describe('depends that come back', () => {
  test('retrying what had succeeded makes those wait again that counted on it', async () => {
    const job = jobOf('beauty_v009');
    const [, beauty, , denoise, comp, movie] = job.layers;
    await client.get('job.FrameInterface/Retry', { frame: { id: beauty!.frames[3]!.id } });
    expect([beauty!.frames[3]!.state, denoise!.frames[3]!.state]).toEqual(['WAITING', 'DEPEND']);
    expect([comp!.frames[3]!.state, movie!.frames[0]!.state]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const depends = await client.get('job.LayerInterface/GetWhatThisDependsOn', { layer: { id: denoise!.id } });
    expect(depends.depends.depends).toMatchObject([{ type: 'FRAME_BY_FRAME', active: true }]);
  });

  test('retrying a frame of an awaited layer holds up the whole layer behind it', async () => {
    const job = jobOf('beauty_v009');
    const [scene, beauty, crypto] = job.layers;
    await client.get('job.FrameInterface/Retry', { frame: { id: scene!.frames[0]!.id } });
    const states = [...beauty!.frames, ...crypto!.frames].map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['DEPEND']));
    expect(job.state).toBe('PENDING');
  });
});

describe('HostInterface writes', () => {
  const host = () => ({ id: [...demo.farm.hosts.values()][0]!.id });
  const read = async () => (await client.get('host.HostInterface/GetHost', host())).host;

  test('Lock and Unlock change the lock state', async () => {
    await client.get('host.HostInterface/Lock', { host: host() });
    expect((await read()).lockState).toBe('LOCKED');
    await client.get('host.HostInterface/Unlock', { host: host() });
    expect((await read()).lockState).toBe('OPEN');
  });

  test('tags are split at spaces, doubled, renamed and removed, but for the allocation’s', async () => {
    await client.get('host.HostInterface/AddTags', { host: host(), tags: ['fast', 'linux', 'fast wide'] });
    expect((await read()).tags).toEqual(['general', 'general', 'linux', 'rqd001', 'fast', 'fast', 'linux', 'wide']);
    await client.get('host.HostInterface/RenameTag', { host: host(), old_tag: 'fast', new_tag: 'quick' });
    await client.get('host.HostInterface/RemoveTags', { host: host(), tags: ['linux', 'general'] });
    expect((await read()).tags).toEqual(['general', 'rqd001', 'quick', 'quick', 'wide']);
  });

  test('AddComment sets has_comment', async () => {
    await client.get('host.HostInterface/AddComment', { host: host(), newComment: { user: 'wren' } });
    expect((await read()).hasComment).toBe(true);
  });
});

describe('ProcInterface writes', () => {
  test('Unbook marks a proc, Kill ends it', async () => {
    const [first, second] = [...demo.farm.procs.values()];
    await client.get('host.ProcInterface/Unbook', { proc: { id: first!.id } });
    expect([first!.unbooked, demo.farm.procs.has(first!.id)]).toEqual([true, true]);
    await client.get('host.ProcInterface/Kill', { proc: { id: second!.id } });
    expect(demo.farm.procs.has(second!.id)).toBe(false);
  });

  test('UnbookProcs with empty criteria takes the whole farm', async () => {
    const procs = demo.farm.procs.size;
    const { numProcs } = await client.get('host.ProcInterface/UnbookProcs', { r: {}, kill: true });
    expect([numProcs, demo.farm.procs.size]).toEqual([procs, 0]);
    const { nestedHosts } = await client.get('host.HostInterface/GetHostWhiteboard');
    expect(nestedHosts.nestedHosts.length).toBe(40);
  });
});

describe('CommentInterface', () => {
  test('Save changes subject and message, and nothing for an unknown id', async () => {
    const [comment] = [...demo.farm.comments.values()];
    const request = { comment: { id: comment!.id, user: 'x', subject: 'S', message: 'M', timestamp: 5 } };
    await client.get('comment.CommentInterface/Save', request);
    expect(comment).toMatchObject({ user: 'wren', subject: 'S', message: 'M' });
    expect(await client.call('comment.CommentInterface/Save', { comment: { id: 'nope' } })).toEqual({ reply: {} });
  });

  test('Delete takes has_comment away with the last comment', async () => {
    const job = jobOf('crowd_v005');
    const { comments } = await onJob('GetComments', job);
    await client.get('comment.CommentInterface/Delete', { comment: comments.comments[0] });
    expect((await readJob(job)).hasComment).toBe(false);
    expect(await client.call('comment.CommentInterface/Delete', { comment: comments.comments[0] })).toMatchObject({
      code: 13,
    });
  });
});

describe('LimitInterface writes', () => {
  const find = async (name: string) => (await client.get('limit.LimitInterface/Find', { name })).limit;

  test('a limit is created, changed, renamed and deleted', async () => {
    await client.get('limit.LimitInterface/Create', { name: 'vray', max_value: 5, type: 'HOST' });
    await client.get('limit.LimitInterface/SetMaxValue', { name: 'vray', max_value: 9 });
    await client.get('limit.LimitInterface/SetEnforcement', { name: 'vray', enforcement: 'ADVISORY' });
    await client.get('limit.LimitInterface/Rename', { old_name: 'vray', new_name: 'vray_lic' });
    expect(await find('vray_lic')).toMatchObject({ maxValue: 9, type: 'HOST', enforcement: 'ADVISORY' });
    await client.get('limit.LimitInterface/Delete', { name: 'vray_lic' });
    expect(await client.call('limit.LimitInterface/Find', { name: 'vray_lic' })).toMatchObject({ code: 13 });
  });

  test('a second limit of one name makes both unreachable', async () => {
    await client.get('limit.LimitInterface/Create', { name: 'nuke_lic', max_value: 1 });
    expect(await client.call('limit.LimitInterface/Find', { name: 'nuke_lic' })).toEqual({
      code: 13,
      message: expect.stringContaining('Incorrect result size: expected 1, actual 2'),
    });
  });

  test('a deleted limit is gone from its layers, which then name an empty one', async () => {
    const layer = jobOf('comp_v007').layers[1]!;
    await client.get('limit.LimitInterface/Delete', { name: 'nuke_lic' });
    expect((await client.get('job.LayerInterface/GetLayer', { id: layer.id })).layer.limits).toEqual(['']);
    expect((await client.get('job.LayerInterface/GetLimits', { layer: { id: layer.id } })).limits).toEqual([]);
  });
});

describe('ShowInterface setters', () => {
  test.each<[string, Json, Json]>([
    ['SetActive', { value: false }, { active: false }],
    ['EnableBooking', { enabled: false }, { bookingEnabled: false }],
    ['EnableDispatching', { enabled: false }, { dispatchEnabled: false }],
    ['SetCommentEmail', { email: 'a@b.c,d@e.f' }, { commentEmail: 'a@b.c,d@e.f' }],
    ['SetDefaultMaxCores', { maxCores: 99.6 }, { defaultMaxCores: 99 }],
    ['SetDefaultMinCores', { minCores: 2 }, { defaultMinCores: 2 }],
    ['SetDefaultMaxGpus', { maxGpus: 3 }, { defaultMaxGpus: 3 }],
    ['SetDefaultMinGpus', { minGpus: 1 }, { defaultMinGpus: 1 }],
    ['SetSchedulerManaged', { enabled: true }, { schedulerManaged: true }],
  ])('%s with %j gives %j', async (method, request, expected) => {
    const { show } = await client.get('show.ShowInterface/FindShow', { name: 'demo' });
    await client.get(`show.ShowInterface/${method}`, { show, ...request });
    expect((await client.get('show.ShowInterface/FindShow', { name: 'demo' })).show).toMatchObject(expected);
  });

  test('a negative number of cores is refused', async () => {
    const { show } = await client.get('show.ShowInterface/FindShow', { name: 'demo' });
    const outcome = await client.call('show.ShowInterface/SetDefaultMaxCores', { show, maxCores: -1 });
    expect(outcome).toEqual({ code: 13, message: expect.stringContaining('IllegalArgumentException') });
  });
});
