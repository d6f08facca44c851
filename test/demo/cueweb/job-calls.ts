import { expect } from 'vitest';

import type { Json } from '../../json.ts';
import { layerText, specText } from '../spec/spec-text.ts';
import type { CueWeb, CueWebCall } from './cueweb.ts';
import { BROKEN, short, WEDGE } from './cueweb.ts';

const BEAUTY = 'demo-sh010-ann_beauty_v003';
const COMP = 'demo-sh030-cleo_comp_v007';
const SIM = 'demo-sh040-dev_pyro_sim_v002';
const OLD_COMP = 'aurora-sq120-ines_comp_v001';
const CHECKPOINT = 'testing-shot03-lou_checkpoint_v004';

const named = (...names: string[]) => names.map((name) => ({ name }));
const times = (count: number, row: object = {}) => Array.from({ length: count }, () => row);
const by = { username: 'ann', reason: 'cueweb' };

/** How many frames of a job are in each of some states. */
const counted =
  ({ ask, job }: CueWeb, name: string, ...keys: string[]) =>
  async () => {
    const { id } = await job(name);
    const { jobStats, state } = (await ask('job.JobInterface/GetJob', { id })).job;
    return keys.map((key) => (key === 'state' ? state : jobStats[`${key}Frames`]));
  };

/** The dispatch orders of the first frames of a layer, each looked up by its number. */
const orders =
  ({ ask }: CueWeb, job: string, layer: string, numbers: readonly number[]) =>
  async () => {
    const found = numbers.map((frame) => ask('job.FrameInterface/FindFrame', { job, layer, frame }));
    return (await Promise.all(found)).map(({ frame }) => frame.dispatchOrder);
  };

/** job.JobInterface: what is asked. */
export function jobReads(web: CueWeb): CueWebCall[] {
  const { job } = web;
  const of = (method: string, body: CueWebCall['body'], answer: Json): CueWebCall => ({
    rpc: `job.JobInterface/${method}`,
    body,
    answer,
  });
  const dependsOnComp = {
    depends: { depends: [{ type: 'FRAME_BY_FRAME' }, { type: 'LAYER_ON_LAYER' }, { type: 'JOB_ON_LAYER' }] },
  };
  const awaited = { depends: { depends: [{ type: 'JOB_ON_JOB', dependErJob: 'demo-sh020-ann_beauty_v001' }] } };
  const twoComments = { comments: { comments: [{ user: 'wren' }, { user: 'ben' }] } };
  const wedgeLayers = { layers: { layers: named('setup', 'wedge', 'collect') } };
  return [
    of('GetJobs', () => ({ r: { include_finished: true, regex: ['testing-.*_v001$'] } }), {
      jobs: {
        jobs: [
          { name: WEDGE, state: 'PENDING' },
          { state: 'FINISHED', name: expect.stringContaining('smoke') },
        ],
      },
    }),
    of('GetJobs', () => ({ r: { include_finished: false, jobs: [WEDGE, OLD_COMP] } }), {
      jobs: { jobs: named(WEDGE) },
    }),
    of('GetJobs', () => ({ r: { users: ['kim'] } }), { jobs: { jobs: named(WEDGE) } }),
    of('GetJobs', () => ({ r: { shows: ['testing'], shots: ['shot03'] } }), { jobs: { jobs: named(CHECKPOINT) } }),
    of('GetJobs', async () => ({ r: { ids: [(await job(OLD_COMP)).id], include_finished: true } }), {
      jobs: { jobs: [{ name: OLD_COMP, jobStats: { deadFrames: 4, avgFrameSec: 0 } }] },
    }),
    of('GetJob', async () => ({ id: (await job(OLD_COMP)).id }), { job: { name: OLD_COMP, state: 'FINISHED' } }),
    of('GetLayers', async () => ({ job: { id: (await job()).id } }), wedgeLayers),
    of('GetLayers', async () => ({ job: short(await job()) }), wedgeLayers),
    of(
      'GetFrames',
      async () => ({
        job: short(await job()),
        req: { include_finished: true, page: 1, limit: 100, states: { frame_states: [2] } },
      }),
      { frames: { frames: times(40, { state: 'RUNNING', stopTime: 0 }) } },
    ),
    of('GetFrames', async () => ({ job: short(await job()), req: { include_finished: true, page: 3, limit: 500 } }), {
      frames: { frames: times(2) },
    }),
    of('GetComments', async () => ({ job: short(await job(BROKEN)) }), twoComments),
    of('GetComments', async () => ({ job: await job(BROKEN) }), twoComments),
    of('GetDepends', async () => ({ job: short(await job(COMP)) }), dependsOnComp),
    of('GetDepends', async () => ({ job: await job(COMP) }), dependsOnComp),
    of('GetWhatDependsOnThis', async () => ({ job: short(await job(BEAUTY)) }), awaited),
    of('GetWhatDependsOnThis', async () => ({ job: await job(BEAUTY) }), awaited),
  ];
}

/** job.JobInterface: what is changed. */
export function jobWrites(web: CueWeb): CueWebCall[] {
  const { ask, job, layer, frame, comments } = web;
  const again = (key: string) => async () => (await ask('job.JobInterface/GetJob', { id: (await job()).id })).job[key];
  const write = (
    method: string,
    body: CueWebCall['body'],
    effect: CueWebCall['effect'],
    answer?: Json,
  ): CueWebCall => ({
    rpc: `job.JobInterface/${method}`,
    body,
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const set = (method: string, more: object, key: string, before: unknown, after: unknown) =>
    write(method, async () => ({ job: await job(), ...more }), [again(key), before, after]);
  const awaits = async () => {
    const { depends } = await ask('job.JobInterface/GetWhatThisDependsOn', { job: short(await job()) });
    return depends.depends.map(({ type }: Json) => type);
  };
  const active = async () => {
    const { depends } = await ask('job.JobInterface/GetDepends', { job: short(await job()) });
    return depends.depends.filter((one: Json) => one.active).map(({ target }: Json) => target);
  };
  const onBroken = { dependErJob: WEDGE, dependOnJob: BROKEN, target: 'EXTERNAL', active: true };
  const spec = specText({
    version: 13,
    jobName: 'from_cueweb',
    layers: layerText('render', '1-3', '<services><service>shell</service></services>'),
  });
  return [
    set('Pause', {}, 'isPaused', false, true),
    set('Resume', {}, 'isPaused', true, false),
    set('SetPriority', { val: 101 }, 'priority', 100, 101),
    set('SetMinCores', { val: 2 }, 'minCores', 1, 2),
    set('SetMaxCores', { val: 12.5 }, 'maxCores', 2000, 12),
    set('SetMinGpus', { val: 1 }, 'minGpus', 0, 1),
    set('SetMaxGpus', { val: 2 }, 'maxGpus', 100, 2),
    set('SetAutoEat', { value: true }, 'autoEat', false, true),
    set('SetAutoEat', { value: false }, 'autoEat', true, false),
    // Before the depends: a frame that depends on something again is no longer dead.
    write('EatFrames', async () => ({ job: await job(), req: { states: { frame_states: [5] }, layers: ['wedge'] } }), [
      counted(web, WEDGE, 'dead', 'eaten'),
      [3, 2],
      [0, 5],
    ]),
    {
      rpc: 'job.JobInterface/SetMaxRetries',
      body: async () => ({ job: await job(COMP), max_retries: 0 }),
      unread: 'no RPC answers how often frames are tried; that frames are dead after KillFrames shows it',
    },
    {
      rpc: 'job.JobInterface/AddSubscriber',
      body: async () => ({ job: await job(), subscriber: 'ann@studio.example' }),
      unread: 'no RPC answers who gets a job’s mail',
    },
    write(
      'AddComment',
      async () => ({ job: short(await job()), new_comment: { user: 'ann', subject: 'from', message: 'cueweb' } }),
      [
        async () => (await comments()).map(({ user, subject, message }) => [user, subject, message]),
        [],
        [['ann', 'from', 'cueweb']],
      ],
    ),
    write(
      'CreateDependencyOnJob',
      async () => ({ job: await job(), on_job: short(await job(BROKEN)) }),
      [awaits, [], ['JOB_ON_JOB']],
      { depend: { ...onBroken, type: 'JOB_ON_JOB', dependOnLayer: '', dependOnFrame: '' } },
    ),
    write(
      'CreateDependencyOnLayer',
      async () => ({ job: await job(), layer: short(await layer('beauty', BROKEN)) }),
      [awaits, ['JOB_ON_JOB'], ['JOB_ON_JOB', 'JOB_ON_LAYER']],
      { depend: { ...onBroken, type: 'JOB_ON_LAYER', dependOnLayer: 'beauty', dependOnFrame: '' } },
    ),
    write(
      'CreateDependencyOnFrame',
      async () => ({ job: await job(), frame: short(await frame('1001-comp', BROKEN)) }),
      [awaits, ['JOB_ON_JOB', 'JOB_ON_LAYER'], ['JOB_ON_JOB', 'JOB_ON_LAYER', 'JOB_ON_FRAME']],
      { depend: { ...onBroken, type: 'JOB_ON_FRAME', dependOnLayer: 'comp', dependOnFrame: '1001-comp' } },
    ),
    write('DropDepends', async () => ({ job: await job(), target: 'INTERNAL' }), [
      active,
      ['INTERNAL', 'EXTERNAL', 'EXTERNAL', 'EXTERNAL'],
      ['EXTERNAL', 'EXTERNAL', 'EXTERNAL'],
    ]),
    write('DropDepends', async () => ({ job: await job(), target: 'EXTERNAL' }), [
      active,
      ['EXTERNAL', 'EXTERNAL', 'EXTERNAL'],
      [],
    ]),
    write('ReorderFrames', async () => ({ job: await job(), range: '1001-1003', order: 'FIRST' }), [
      orders(web, WEDGE, 'wedge', [1001, 1002, 1003, 1004]),
      [0, 1, 2, 3],
      [-3, -2, -1, 3],
    ]),
    write('ReorderFrames', async () => ({ job: await job(), range: '1001-1004', order: 'REVERSE' }), [
      orders(web, WEDGE, 'wedge', [1001, 1002, 1003, 1004]),
      [-3, -2, -1, 3],
      [3, -1, -2, -3],
    ]),
    // A real Cuebot counts from 0 here, whatever the range.
    write('ReorderFrames', async () => ({ job: await job(SIM), range: '7-8', order: 'LAST' }), [
      orders(web, SIM, 'sim', [1, 2, 7, 8]),
      [0, 1, 6, 7],
      [9, 10, 6, 7],
    ]),
    write('StaggerFrames', async () => ({ job: await job(CHECKPOINT), range: '1001-1004', stagger: 2 }), [
      orders(web, CHECKPOINT, 'wedge', [1001, 1002, 1003, 1004]),
      [0, 1, 2, 3],
      [0, 2, 1, 3],
    ]),
    write(
      'LaunchSpecAndWait',
      () => ({ spec }),
      [
        async () => (await ask('job.JobInterface/IsJobPending', { name: 'testing-sh_01-kim_from_cueweb' })).value,
        false,
        true,
      ],
      { jobs: { jobs: [{ name: 'testing-sh_01-kim_from_cueweb', jobStats: { totalFrames: 3, waitingFrames: 3 } }] } },
    ),
    // All that run, whatever the page; and they may not be tried again.
    write('KillFrames', async () => ({ job: await job(COMP), req: { page: 1, limit: 1 }, ...by }), [
      counted(web, COMP, 'running', 'dead'),
      [6, 0],
      [0, 6],
    ]),
    write('EatFrames', async () => ({ job: await job(CHECKPOINT), req: { states: { frame_states: [5] } } }), [
      counted(web, CHECKPOINT, 'dead', 'eaten'),
      [1, 0],
      [0, 1],
    ]),
    write('RetryFrames', async () => ({ job: await job(BROKEN), req: { states: { frame_states: [5] } } }), [
      counted(web, BROKEN, 'dead', 'waiting'),
      [5, 91],
      [0, 96],
    ]),
    // A finished job is pending again.
    write(
      'RetryFrames',
      async () => ({ job: await job(OLD_COMP), req: { states: { frame_states: [5] }, layers: ['comp'] } }),
      [counted(web, OLD_COMP, 'state', 'dead'), ['FINISHED', 4], ['PENDING', 0]],
    ),
    // What is done keeps its state; whoever waits for it does not wait any longer.
    write('MarkDoneFrames', async () => ({ job: await job(BEAUTY), req: { frames: ['1096-beauty'] } }), [
      async () =>
        (await web.frames(BEAUTY, { frames: ['1096-beauty', '1096-denoise'] })).map(({ name, state }) => [name, state]),
      [
        ['1096-beauty', 'WAITING'],
        ['1096-denoise', 'DEPEND'],
      ],
      [
        ['1096-beauty', 'WAITING'],
        ['1096-denoise', 'WAITING'],
      ],
    ]),
    {
      rpc: 'job.JobInterface/AddRenderPartition',
      body: async () => ({ job: await job(BROKEN), host: 'ws01', ...LOAN }),
      fails: 'is not NIMBY locked',
    },
    write(
      'AddRenderPartition',
      async () => ({ job: await job(BROKEN), host: 'ws02', ...LOAN }),
      [
        async () => {
          const host = await web.host('ws02');
          const answer = await ask('host.HostInterface/GetRenderPartitions', { host });
          return answer.renderPartitions.renderPartitions.map((one: Json) => one.job);
        },
        [BEAUTY, BEAUTY],
        [BEAUTY, BEAUTY, BROKEN],
      ],
      { renderPartition: { job: BROKEN, host: 'ws02', renderPartType: 'JOB_PARTITION', maxCores: 400, threads: 1 } },
    ),
  ];
}

const LOAN = {
  username: 'ann',
  threads: 1,
  max_cores: 4,
  max_memory: 33_554_432,
  max_gpus: 0,
  max_gpu_memory: 0,
};

/** job.JobInterface/Kill, after which nothing can be done with the job. */
export function jobKill(web: CueWeb): CueWebCall[] {
  return [
    {
      rpc: 'job.JobInterface/Kill',
      body: async () => ({ job: await web.job(), ...by }),
      effect: [counted(web, WEDGE, 'state', 'running'), ['PENDING', 39], ['FINISHED', 0]],
    },
  ];
}

/** job.LayerInterface. */
export function layerCalls(web: CueWeb): CueWebCall[] {
  const { ask, job, layer, frame } = web;
  const call = (method: string, body: CueWebCall['body'], effect: CueWebCall['effect'], answer?: Json): CueWebCall => ({
    rpc: `job.LayerInterface/${method}`,
    body,
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const again = (key: string) => async () =>
    (await ask('job.LayerInterface/FindLayer', { job: WEDGE, layer: 'wedge' })).layer[key];
  const set = (method: string, more: object, key: string, before: unknown, after: unknown) =>
    call(method, async () => ({ layer: await layer(), ...more }), [again(key), before, after]);
  const awaits = async () => {
    const { depends } = await ask('job.LayerInterface/GetWhatThisDependsOn', { layer: short(await layer()) });
    return depends.depends.map(({ type }: Json) => type);
  };
  const depend = (
    method: string,
    body: () => Promise<object>,
    before: readonly string[],
    type: string,
    more: object,
  ): CueWebCall =>
    call(
      method,
      async () => ({ layer: short(await layer()), ...(await body()) }),
      [awaits, before, [...before, type]],
      { depend: { type, target: 'EXTERNAL', active: true, dependErLayer: 'wedge', dependOnJob: BROKEN, ...more } },
    );
  const states =
    (of: string, name: string, ...keys: string[]) =>
    async () => {
      const { layerStats } = (await ask('job.LayerInterface/FindLayer', { job: of, layer: name })).layer;
      return keys.map((key) => layerStats[`${key}Frames`]);
    };
  const before = ['LAYER_ON_LAYER'];
  return [
    call('GetOutputPaths', async () => ({ layer: await layer() }), undefined, {
      outputPaths: [`/shots/testing/shot01/images/wedge/${WEDGE}.%04d.exr`],
    }),
    call('GetWhatThisDependsOn', async () => ({ layer: await layer('collect') }), undefined, {
      depends: { depends: [{ type: 'LAYER_ON_LAYER', dependOnLayer: 'wedge', active: false }] },
    }),
    set('SetMinCores', { cores: 1.5 }, 'minCores', 1, 1.5),
    call('SetMinCores', async () => ({ layer: short(await layer()), cores: 0.05 }), [again('minCores'), 1.5, 1]),
    set('SetMinMemory', { memory: 10 }, 'minMemory', '2097152', '262144'),
    set('SetMinGpuMemory', { gpu_memory: 1_048_576 }, 'minGpuMemory', '0', '1048576'),
    set('SetThreadable', { threadable: true }, 'isThreadable', false, true),
    set('SetTags', { tags: ['general', 'util'] }, 'tags', ['general'], ['general', 'util']),
    set('SetStartAfter', { start_after: 1_800_000_600, username: 'ann' }, 'startAfterReason', '', 'Set by ann'),
    set('SetStartAfter', { start_after: 0, username: 'ann' }, 'startAfter', '1800000600', '0'),
    depend('CreateDependencyOnJob', async () => ({ job: short(await job(BROKEN)) }), before, 'LAYER_ON_JOB', {}),
    depend(
      'CreateDependencyOnLayer',
      async () => ({ depend_on_layer: short(await layer('beauty', BROKEN)) }),
      [...before, 'LAYER_ON_JOB'],
      'LAYER_ON_LAYER',
      { dependOnLayer: 'beauty' },
    ),
    depend(
      'CreateDependencyOnFrame',
      async () => ({ frame: short(await frame('1001-comp', BROKEN)) }),
      [...before, 'LAYER_ON_JOB', 'LAYER_ON_LAYER'],
      'LAYER_ON_FRAME',
      { dependOnFrame: '1001-comp' },
    ),
    // any_frame is accepted, and ignored.
    depend(
      'CreateFrameByFrameDependency',
      async () => ({ depend_layer: short(await layer('beauty', BROKEN)), any_frame: true }),
      [...before, 'LAYER_ON_JOB', 'LAYER_ON_LAYER', 'LAYER_ON_FRAME'],
      'FRAME_BY_FRAME',
      { anyFrame: false, dependOnLayer: 'beauty' },
    ),
    call('ReorderFrames', async () => ({ layer: await layer('mesh', SIM), range: '1003-1004', order: 'FIRST' }), [
      orders(web, SIM, 'mesh', [1001, 1002, 1003, 1004]),
      [0, 1, 2, 3],
      [0, 1, -2, -1],
    ]),
    call('ReorderFrames', async () => ({ layer: await layer('mesh', SIM), range: '1001-1002', order: 'REVERSE' }), [
      orders(web, SIM, 'mesh', [1001, 1002]),
      [0, 1],
      [1, 0],
    ]),
    // A real Cuebot staggers the whole job.
    call('StaggerFrames', async () => ({ layer: await layer('crypto', BROKEN), range: '1001-1004', stagger: 2 }), [
      orders(web, BROKEN, 'denoise', [1001, 1002, 1003, 1004]),
      [0, 1, 2, 3],
      [0, 2, 1, 3],
    ]),
    call('KillFrames', async () => ({ layer: await layer('beauty', BEAUTY), ...by }), [
      states(BEAUTY, 'beauty', 'running'),
      [24],
      [0],
    ]),
    call('MarkdoneFrames', async () => ({ layer: await layer('beauty', BEAUTY) }), [
      states(BEAUTY, 'denoise', 'depend'),
      [43],
      [0],
    ]),
    call('EatFrames', async () => ({ layer: await layer('crypto', BEAUTY) }), [
      states(BEAUTY, 'crypto', 'waiting', 'eaten'),
      [96, 0],
      [0, 96],
    ]),
    call('RetryFrames', async () => ({ layer: await layer('crypto', BEAUTY) }), [
      states(BEAUTY, 'crypto', 'waiting', 'eaten'),
      [0, 96],
      [96, 0],
    ]),
  ];
}

/** job.FrameInterface. */
export function frameCalls(web: CueWeb): CueWebCall[] {
  const { ask, job, layer, frame } = web;
  const call = (method: string, body: CueWebCall['body'], effect: CueWebCall['effect'], answer?: Json): CueWebCall => ({
    rpc: `job.FrameInterface/${method}`,
    body,
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const state = (name: string, of: string) => async () => {
    const { id } = await frame(name, of);
    return (await ask('job.FrameInterface/GetFrame', { id })).frame.state;
  };
  const change = (
    method: string,
    [name, of]: readonly [string, string],
    from: string,
    to: string,
    more: object = {},
  ): CueWebCall => call(method, async () => ({ frame: await frame(name, of), ...more }), [state(name, of), from, to]);
  const target = ['1048-comp', BROKEN] as const;
  const awaits = async () => {
    const { depends } = await ask('job.FrameInterface/GetWhatThisDependsOn', { frame: short(await frame(...target)) });
    return depends.depends.filter((one: Json) => one.target === 'EXTERNAL').map(({ type }: Json) => type);
  };
  const depend = (method: string, body: () => Promise<object>, before: readonly string[], type: string): CueWebCall =>
    call(
      method,
      async () => ({ frame: short(await frame(...target)), ...(await body()) }),
      [awaits, before, [...before, type]],
      { depend: { type, target: 'EXTERNAL', active: true, dependErFrame: '1048-comp', dependOnJob: WEDGE } },
    );
  const single = ['1001-review_mov', BEAUTY] as const;
  return [
    call('GetFrame', async () => ({ id: (await frame('1001-collect')).id }), undefined, {
      frame: { name: '1001-collect', layerName: 'collect', lastResource: '/0.00/0' },
    }),
    call('GetWhatThisDependsOn', async () => ({ frame: await frame(...single) }), undefined, {
      depends: { depends: [{ type: 'LAYER_ON_LAYER', dependOnLayer: 'comp' }] },
    }),
    depend('CreateDependencyOnJob', async () => ({ job: short(await job()) }), [], 'FRAME_ON_JOB'),
    depend(
      'CreateDependencyOnLayer',
      async () => ({ layer: short(await layer()) }),
      ['FRAME_ON_JOB'],
      'FRAME_ON_LAYER',
    ),
    depend(
      'CreateDependencyOnFrame',
      async () => ({ depend_on_frame: short(await frame('1001-collect')) }),
      ['FRAME_ON_JOB', 'FRAME_ON_LAYER'],
      'FRAME_ON_FRAME',
    ),
    change('DropDepends', target, 'DEPEND', 'WAITING', { target: 'ANY_TARGET' }),
    change('MarkAsWaiting', single, 'DEPEND', 'WAITING'),
    change('Eat', single, 'WAITING', 'EATEN'),
    change('Retry', single, 'EATEN', 'WAITING'),
    {
      rpc: 'job.FrameInterface/Kill',
      body: async () => {
        const [running] = await web.frames(SIM, { states: { frame_states: [2] } });
        // The page of stuck frames adds what it has computed.
        return { frame: { ...running, jobId: 'x', service: 'houdini', avgFrameSec: 1, isSelected: true }, ...by };
      },
      effect: [counted(web, SIM, 'running'), [4], [3]],
    },
  ];
}
