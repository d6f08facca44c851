import { expect } from 'vitest';

import type { Farm } from '../../../src/demo/farm/farm.ts';
import { reopenJob } from '../../../src/demo/farm/job-changes.ts';
import type { FrameRow, FrameState, JobRow, LayerRow } from '../../../src/demo/farm/rows.ts';
import type { Json } from '../../json.ts';
import { layerText, specText } from '../spec/spec-text.ts';
import type { RpcCase, RpcTable } from './rpc-case.ts';
import { first, groupOf, hostOf, jobOf, limitOf, MISSING, ref } from './rpc-case.ts';

const beauty = (farm: Farm) => jobOf(farm, 'beauty_v003');
const broken = (farm: Farm) => jobOf(farm, 'beauty_v012');
const wedge = (farm: Farm) => jobOf(farm, 'wedge_v001');
const old = (farm: Farm) => jobOf(farm, 'beauty_v009');
const states = (frames: readonly FrameRow[], state: FrameState) =>
  frames.filter((frame) => frame.state === state).length;
const count = (job: JobRow, state: FrameState) =>
  states(
    job.layers.flatMap(({ frames }) => frames),
    state,
  );
const loan = { host: 'ws02', username: 'ann', threads: 1, maxCores: 4, maxMemory: 33_554_432 };
const depend = (type: string, target: string): Json => ({ depend: { type, target, active: true } });

const set = (field: keyof JobRow, before: unknown, after: unknown, request: Json): RpcCase => ({
  request: (farm) => ({ job: ref(beauty(farm)), ...request }),
  state: (farm) => beauty(farm)[field],
  before,
  after,
});

/** job.JobInterface. */
export const JOB: RpcTable = {
  GetJob: {
    request: (farm) => ref(beauty(farm)),
    answer: { job: { name: 'demo-sh010-ann_beauty_v003', shot: 'sh010' } },
  },
  FindJob: {
    request: () => ({ name: 'DEMO-sh010-ann_beauty_v003' }),
    answer: { job: { state: 'PENDING', user: 'ann' } },
  },
  GetJobs: {
    request: () => ({ r: { users: ['kim'] } }),
    answer: { jobs: { jobs: [{ name: 'testing-shot01-kim_wedge_v001' }] } },
  },
  GetJobNames: { request: () => ({ r: { users: ['kim'] } }), answer: { names: ['testing-shot01-kim_wedge_v001'] } },
  IsJobPending: { request: () => ({ name: 'DEMO-sh010-ann_beauty_v003' }), answer: { value: false } },
  GetCurrent: { request: (farm) => ({ job: ref(beauty(farm)) }), answer: { job: { priority: 120 } } },
  GetLayers: {
    request: (farm) => ({ job: ref(wedge(farm)) }),
    answer: { layers: { layers: [{ name: 'setup' }, { name: 'wedge' }, { name: 'collect' }] } },
  },
  GetFrames: [
    {
      request: (farm) => ({ job: ref(wedge(farm)), req: { limit: 1 } }),
      answer: { frames: { frames: [{ number: 1001 }] } },
    },
    { request: (farm) => ({ job: ref(wedge(farm)), req: {} }), answer: { frames: { frames: [] } } },
  ],
  GetUpdatedFrames: {
    request: (farm) => ({ job: ref(wedge(farm)), lastCheck: farm.now() }),
    answer: { state: 'PENDING' },
  },
  GetComments: {
    request: (farm) => ({ job: ref(broken(farm)) }),
    answer: { comments: { comments: [{ user: 'wren' }, { user: 'ben' }] } },
  },
  GetDepends: {
    request: (farm) => ({ job: ref(jobOf(farm, 'comp_v007')) }),
    answer: { depends: { depends: [{}, {}, {}] } },
  },
  GetWhatDependsOnThis: {
    request: (farm) => ({ job: ref(beauty(farm)) }),
    answer: { depends: { depends: [{ type: 'JOB_ON_JOB' }] } },
  },
  GetWhatThisDependsOn: {
    request: (farm) => ({ job: ref(jobOf(farm, 'beauty_v001')) }),
    answer: { depends: { depends: [{ type: 'JOB_ON_JOB' }] } },
  },
  Pause: set('isPaused', false, true, {}),
  Resume: set('isPaused', true, false, {}),
  SetPriority: set('priority', 120, 7, { val: 7 }),
  SetMinCores: set('minCores', 1, 0, { val: 0.5 }),
  SetMaxCores: set('maxCores', 400, 12, { val: 12.5 }),
  SetMinGpus: set('minGpus', 0, 2, { val: 2 }),
  SetMaxGpus: set('maxGpus', 100, 3, { val: 3 }),
  SetMaxRetries: [
    set('maxRetries', 1, 5, { max_retries: 5 }),
    {
      request: (farm) => ({ job: ref(beauty(farm)), maxRetries: 17 }),
      fails: [13, 'max retries must be less than 16'],
    },
  ],
  SetAutoEat: [set('autoEat', false, true, { value: true }), set('maxRetries', 0, 1, { value: false })],
  SetGroup: {
    request: (farm) => ({ job: ref(beauty(farm)), groupId: groupOf(farm, 'demo', 'fx').id }),
    state: (farm) => [beauty(farm).group.name, beauty(farm).priority, beauty(farm).department],
    before: ['seq010', 7, 'Lighting'],
    after: ['fx', 150, 'FX'],
  },
  RunFilters: {
    request: (farm) => ({ job: ref(jobOf(farm, 'pyro_sim_v002')) }),
    state: (farm) => jobOf(farm, 'pyro_sim_v002').priority,
    before: 175,
    after: 150,
  },
  AddComment: {
    request: (farm) => ({ job: ref(beauty(farm)), newComment: { user: 'ann', subject: 's', message: 'm' } }),
    state: (farm) => beauty(farm).comments.map(({ subject }) => subject),
    before: [],
    after: ['s'],
  },
  AddSubscriber: {
    request: (farm) => ({ job: ref(beauty(farm)), subscriber: 'io@example.com' }),
    state: (farm) => beauty(farm).emails,
    before: 'ann@example.com',
    after: 'ann@example.com,io@example.com',
  },
  AddRenderPartition: [
    {
      request: (farm) => ({ job: ref(beauty(farm)), ...loan }),
      answer: { renderPartition: { host: 'ws02', renderPartType: 'JOB_PARTITION', maxCores: 400 } },
      state: (farm) => [farm.renderPartitions.size, hostOf(farm, 'ws02').procs.size],
      before: [2, 0],
      after: [3, 1],
    },
    {
      request: (farm) => ({ job: ref(beauty(farm)), ...loan, host: 'ws01' }),
      fails: [13, 'The host ws01 is not NIMBY locked'],
    },
    {
      request: (farm) => ({ job: ref(old(farm)), ...loan }),
      fails: [13, 'Failed to find suitable frames.'],
      state: () => 0,
      before: 0,
      after: 0,
    },
  ],
  CreateDependencyOnJob: [
    {
      request: (farm) => ({ job: ref(wedge(farm)), onJob: ref(beauty(farm)) }),
      answer: depend('JOB_ON_JOB', 'EXTERNAL'),
      state: (farm) => count(wedge(farm), 'WAITING'),
      before: 360,
      after: 0,
    },
    {
      request: (farm) => ({ job: ref(wedge(farm)), onJob: ref(wedge(farm)) }),
      fails: [13, 'A job cannot depend on itself.'],
    },
    {
      request: (farm) => ({ job: ref(wedge(farm)), onJob: ref(old(farm)) }),
      fails: [13, 'The job you are depending on is already complete.'],
    },
  ],
  CreateDependencyOnLayer: {
    request: (farm) => ({ job: ref(wedge(farm)), layer: ref(beauty(farm).layers[1]!) }),
    answer: depend('JOB_ON_LAYER', 'EXTERNAL'),
    state: (farm) => wedge(farm).dependsOn.filter(({ active }) => active).length,
    before: 2,
    after: 3,
  },
  CreateDependencyOnFrame: {
    request: (farm) => ({ job: ref(wedge(farm)), frame: ref(first(farm.frames, ({ state }) => state === 'DEAD')) }),
    answer: depend('JOB_ON_FRAME', 'EXTERNAL'),
    state: (farm) => wedge(farm).dependsOn.filter(({ active }) => active).length,
    before: 3,
    after: 4,
  },
  MarkAsWaiting: {
    request: (farm) => ({ job: ref(wedge(farm)), req: { layers: ['wedge'] } }),
    state: (farm) => count(wedge(farm), 'WAITING'),
    before: 0,
    after: 958,
  },
  DropDepends: {
    request: (farm) => ({ job: ref(wedge(farm)), target: 'EXTERNAL' }),
    state: (farm) => wedge(farm).dependsOn.filter(({ active }) => active).length,
    before: 4,
    after: 1,
  },
  KillFrames: {
    request: (farm) => ({ job: ref(wedge(farm)), req: {}, username: 'kim' }),
    state: (farm) => count(wedge(farm), 'RUNNING'),
    before: 40,
    after: 0,
  },
  RetryFrames: {
    request: (farm) => ({ job: ref(broken(farm)), req: { states: { frameStates: ['DEAD'] } } }),
    state: (farm) => [count(broken(farm), 'DEAD'), count(broken(farm), 'WAITING')],
    before: [5, 91],
    after: [0, 96],
  },
  MarkDoneFrames: {
    request: (farm) => ({ job: ref(broken(farm)), req: { layers: ['beauty'], states: { frameStates: ['WAITING'] } } }),
    state: (farm) => states(broken(farm).layers[3]!.frames, 'DEPEND'),
    before: 15,
    after: 0,
  },
  EatFrames: {
    request: (farm) => ({ job: ref(broken(farm)), req: { layers: ['beauty'] } }),
    state: (farm) => states(broken(farm).layers[1]!.frames, 'EATEN'),
    before: 0,
    after: 15,
  },
  ReorderFrames: [
    {
      request: (farm) => ({ job: ref(beauty(farm)), range: '1003,1001', order: 'FIRST' }),
      state: (farm) =>
        beauty(farm)
          .layers[1]!.frames.slice(0, 3)
          .map(({ dispatchOrder }) => dispatchOrder),
      before: [0, 1, 2],
      after: [-1, 1, -2],
    },
    {
      request: (farm) => ({ job: ref(beauty(farm)), range: 'abc' }),
      fails: [13, 'unrecognized frame range syntax abc'],
    },
  ],
  StaggerFrames: {
    request: (farm) => ({ job: ref(jobOf(farm, 'comp_v007')), range: '1001-1004', stagger: 2 }),
    state: (farm) =>
      jobOf(farm, 'comp_v007')
        .layers[0]!.frames.slice(0, 4)
        .map(({ dispatchOrder }) => dispatchOrder),
    before: [0, 1, 2, 3],
    after: [0, 2, 1, 3],
  },
  ShutdownIfCompleted: [
    {
      request: (farm) => ({ job: ref(beauty(farm)) }),
      state: (farm) => beauty(farm).state,
      before: 'PENDING',
      after: 'PENDING',
    },
    // A job that is complete and was not noticed to be.
    {
      arrange: (farm) => reopenJob(farm, old(farm)),
      request: (farm) => ({ job: ref(old(farm)) }),
      state: (farm) => old(farm).state,
      before: 'PENDING',
      after: 'FINISHED',
    },
  ],
  Kill: [
    {
      request: (farm) => ({ job: ref(wedge(farm)), username: 'kim' }),
      state: (farm) => wedge(farm).state,
      before: 'PENDING',
      after: 'PENDING',
    },
    {
      request: (farm) => ({ job: ref(wedge(farm)), reason: 'old' }),
      state: (farm) => wedge(farm).state,
      before: 'PENDING',
      after: 'FINISHED',
    },
  ],
  LaunchSpec: {
    request: () => ({ spec: specText({ jobName: 'queued' }) }),
    answer: { names: ['testing-sh_01-kim_queued'] },
    state: (farm) => jobOf(farm, 'queued')?.state,
    before: undefined,
    after: 'PENDING',
  },
  LaunchSpecAndWait: [
    {
      request: () => ({ spec: specText({ jobName: 'waited', layers: layerText('render', '1-5') }) }),
      answer: { jobs: { jobs: [{ name: 'testing-sh_01-kim_waited', jobStats: { waitingFrames: 5 } }] } },
      state: (farm) => jobOf(farm, 'waited')?.state,
      before: undefined,
      after: 'PENDING',
    },
    {
      request: () => ({ spec: specText({ jobName: 'waited' }) }),
      fails: [13, 'Failed to launch and add job: The job testing-sh_01-kim_waited is already pending'],
    },
    {
      request: () => ({
        spec: specText({ jobName: 'vain', layers: layerText('one', '1', '<limits><limit>no</limit></limits>') }),
      }),
      fails: [13, 'Failed to launch and add job: Incorrect result size: expected 1, actual 0'],
      state: (farm) => jobOf(farm, 'vain'),
      before: undefined,
      after: undefined,
    },
  ],
};

const layerOf = (farm: Farm) => beauty(farm).layers[1]!;
const setLayer = (field: keyof LayerRow, before: unknown, after: unknown, request: Json): RpcCase => ({
  request: (farm) => ({ layer: ref(layerOf(farm)), ...request }),
  state: (farm) => layerOf(farm)[field],
  before,
  after,
});

/** job.LayerInterface. */
export const LAYER: RpcTable = {
  GetLayer: {
    request: (farm) => ref(layerOf(farm)),
    answer: { layer: { name: 'beauty', minCores: 8, limits: ['arnold_lic'] } },
  },
  FindLayer: { request: (farm) => ({ job: beauty(farm).name, layer: 'beauty' }), answer: { layer: { chunkSize: 1 } } },
  GetFrames: {
    request: (farm) => ({ layer: ref(layerOf(farm)), s: { limit: 2, page: 2 } }),
    answer: { frames: { frames: [{ number: 1003 }, { number: 1004 }] } },
  },
  GetLimits: {
    request: (farm) => ({ layer: ref(layerOf(farm)) }),
    answer: { limits: [{ name: 'arnold_lic', currentRunning: 24 }] },
  },
  GetOutputPaths: {
    request: (farm) => ({ layer: ref(layerOf(farm)) }),
    answer: (farm: Farm) => ({ outputPaths: layerOf(farm).outputPaths }),
  },
  GetWhatDependsOnThis: {
    request: (farm) => ({ layer: ref(layerOf(farm)) }),
    answer: { depends: { depends: [{ type: 'FRAME_BY_FRAME' }] } },
  },
  GetWhatThisDependsOn: {
    request: (farm) => ({ layer: ref(layerOf(farm)) }),
    answer: { depends: { depends: [{ type: 'LAYER_ON_LAYER', active: false }] } },
  },
  SetTags: [
    setLayer('tags', ['general'], ['b', 'c'], { tags: ['b|c'] }),
    { request: (farm) => ({ layer: ref(layerOf(farm)) }), fails: [13, 'Layers must have at least one tag.'] },
  ],
  SetMinMemory: setLayer('minMemory', 16_777_216, 262_144, { memory: 10 }),
  SetMinGpuMemory: setLayer('minGpuMemory', 0, 7, { gpuMemory: 7 }),
  SetMinCores: setLayer('minCores', 8, 1, { cores: 0.05 }),
  SetMaxCores: setLayer('maxCores', 0, 7, { cores: 7.4 }),
  SetMinGpus: setLayer('minGpus', 0, 1, { minGpus: 1 }),
  SetMaxGpus: setLayer('maxGpus', 0, 2, { maxGpus: 2 }),
  SetThreadable: setLayer('isThreadable', true, false, {}),
  SetTimeout: setLayer('timeout', 0, 90, { timeout: 90 }),
  SetTimeoutLLU: setLayer('timeoutLlu', 60, 15, { timeoutLlu: 15 }),
  EnableMemoryOptimizer: setLayer('memoryOptimizerEnabled', true, false, {}),
  SetDispatchOrder: [
    setLayer('dispatchOrder', 2, 9, { order: 9 }),
    { request: (farm) => ({ layer: ref(layerOf(farm)) }), fails: [13, 'Layer dispatch order must be positive.'] },
  ],
  SetStartAfter: [
    { ...setLayer('startAfter', 0, 1_800_000_600, { startAfter: 1_800_000_600, username: 'ann' }) },
    {
      request: (farm) => ({ layer: ref(layerOf(farm)), startAfter: -1 }),
      fails: [
        3,
        'start_after must be a Unix timestamp in seconds no more than 5 years in the future, or 0 to clear the gate; ' +
          'got -1. Was a milliseconds value passed where seconds are expected?',
      ],
    },
  ],
  RegisterOutputPath: {
    request: (farm) => ({ layer: ref(layerOf(farm)), spec: '/new.exr' }),
    state: (farm) => layerOf(farm).outputPaths.length,
    before: 1,
    after: 2,
  },
  AddLimit: {
    request: (farm) => ({ layer: ref(layerOf(farm)), limitId: limitOf(farm, 'io_heavy').id }),
    state: (farm) => layerOf(farm).limits.map(({ limit, source }) => `${limit.name} ${source}`),
    before: ['arnold_lic SPEC'],
    after: ['arnold_lic SPEC', 'io_heavy MANUAL'],
  },
  DropLimit: {
    request: (farm) => ({ layer: ref(layerOf(farm)), limitId: limitOf(farm, 'arnold_lic').id }),
    state: (farm) => layerOf(farm).limits.map(({ limit }) => limit.name),
    before: ['arnold_lic', 'io_heavy'],
    after: ['io_heavy'],
  },
  AddRenderPartition: {
    request: (farm) => ({ layer: ref(beauty(farm).layers[1]!), ...loan, maxCores: 2 }),
    answer: { renderPartition: { layer: 'beauty', renderPartType: 'LAYER_PARTITION', maxCores: 200 } },
    state: (farm) => farm.renderPartitions.size,
    before: 2,
    after: 3,
  },
  CreateDependencyOnJob: {
    request: (farm) => ({ layer: ref(wedge(farm).layers[1]!), job: ref(beauty(farm)) }),
    answer: depend('LAYER_ON_JOB', 'EXTERNAL'),
    state: (farm) => states(wedge(farm).layers[1]!.frames, 'DEPEND'),
    before: 0,
    after: 958,
  },
  CreateDependencyOnLayer: [
    {
      request: (farm) => ({ layer: ref(wedge(farm).layers[1]!), dependOnLayer: ref(beauty(farm).layers[2]!) }),
      answer: depend('LAYER_ON_LAYER', 'EXTERNAL'),
      state: (farm) => wedge(farm).layers[1]!.frames.at(-1)!.dependCount,
      before: 1,
      after: 2,
    },
    {
      request: (farm) => ({ layer: ref(layerOf(farm)), dependOnLayer: ref(layerOf(farm)) }),
      fails: [13, 'Cannot make the layer beauty depend on itself.'],
    },
  ],
  CreateDependencyOnFrame: {
    request: (farm) => ({
      layer: ref(wedge(farm).layers[1]!),
      frame: ref(first(farm.frames, ({ state }) => state === 'DEAD')),
    }),
    answer: depend('LAYER_ON_FRAME', 'EXTERNAL'),
    state: (farm) => wedge(farm).layers[1]!.frames.at(-1)!.dependCount,
    before: 2,
    after: 3,
  },
  CreateFrameByFrameDependency: {
    request: (farm) => ({
      layer: ref(beauty(farm).layers[4]!),
      dependLayer: ref(beauty(farm).layers[1]!),
      anyFrame: true,
    }),
    answer: { depend: { type: 'FRAME_BY_FRAME', anyFrame: false, active: true } },
    state: (farm) => beauty(farm).layers[4]!.frames.at(-1)!.dependCount,
    before: 1,
    after: 2,
  },
  DropDepends: {
    request: (farm) => ({ layer: ref(wedge(farm).layers[1]!), target: 'ANY_TARGET' }),
    state: (farm) => states(wedge(farm).layers[1]!.frames, 'DEPEND'),
    before: 958,
    after: 0,
  },
  KillFrames: {
    request: (farm) => ({ layer: ref(wedge(farm).layers[1]!) }),
    state: (farm) => states(wedge(farm).layers[1]!.frames, 'RUNNING'),
    before: 40,
    after: 0,
  },
  ReorderFrames: {
    request: (farm) => ({ layer: ref(beauty(farm).layers[2]!), range: '1001-1003', order: 'REVERSE' }),
    state: (farm) =>
      beauty(farm)
        .layers[2]!.frames.slice(0, 3)
        .map(({ dispatchOrder }) => dispatchOrder),
    before: [0, 1, 2],
    after: [2, 1, 0],
  },
  StaggerFrames: {
    request: (farm) => ({ layer: ref(beauty(farm).layers[3]!), range: '1001-1004', stagger: 2 }),
    state: (farm) =>
      beauty(farm)
        .layers[4]!.frames.slice(0, 4)
        .map(({ dispatchOrder }) => dispatchOrder),
    before: [0, 1, 2, 3],
    after: [0, 2, 1, 3],
  },
  EatFrames: {
    request: (farm) => ({ layer: ref(beauty(farm).layers[5]!) }),
    state: (farm) => beauty(farm).layers[5]!.frames[0]!.state,
    before: 'DEPEND',
    after: 'EATEN',
  },
  RetryFrames: {
    request: (farm) => ({ layer: ref(beauty(farm).layers[5]!) }),
    state: (farm) => beauty(farm).layers[5]!.frames[0]!.state,
    before: 'EATEN',
    after: 'DEPEND',
  },
  // Its own frames stay as they are, those that wait for them depend on one thing less.
  MarkdoneFrames: {
    request: (farm) => ({ layer: ref(beauty(farm).layers[3]!) }),
    state: (farm) => [beauty(farm).layers[3]!.frames.at(-1)!.state, beauty(farm).layers[4]!.frames.at(-1)!.dependCount],
    before: ['DEPEND', 2],
    after: ['DEPEND', 1],
  },
  SetMinGpu: {
    request: (farm) => ({ layer: ref(layerOf(farm)) }),
    fails: [12, 'Method job.LayerInterface/SetMinGpu is unimplemented'],
  },
};

const dead = (farm: Farm) =>
  broken(farm).layers[1]!.frames.find(({ retryCount, exitStatus }) => retryCount > 0 && exitStatus === 1)!;
const frameIs = (find: (farm: Farm) => FrameRow, before: FrameState, after: FrameState): RpcCase => ({
  request: (farm) => ({ frame: ref(find(farm)) }),
  state: (farm) => find(farm).state,
  before,
  after,
});
const single = (farm: Farm) => wedge(farm).layers[2]!.frames[0]!;

/** job.FrameInterface. */
export const FRAME: RpcTable = {
  GetFrame: {
    request: (farm) => ref(single(farm)),
    answer: { frame: { name: '1001-collect', state: 'DEPEND', lastResource: '/0.00/0' } },
  },
  FindFrame: {
    request: (farm) => ({ job: wedge(farm).name, layer: 'wedge', frame: 1003 }),
    answer: { frame: { name: '1003-wedge' } },
  },
  GetFrames: {
    request: (farm) => ({ job: wedge(farm).name, r: { limit: 2, layers: ['collect'] } }),
    answer: { frames: { frames: [{ layerName: 'collect' }] } },
  },
  GetWhatDependsOnThis: {
    request: (farm) => ({ frame: ref(beauty(farm).layers[1]!.frames[0]!) }),
    answer: { depends: { depends: [{ dependErLayer: 'denoise' }] } },
  },
  GetWhatThisDependsOn: {
    request: (farm) => ({ frame: ref(single(farm)) }),
    answer: { depends: { depends: [{ type: 'LAYER_ON_LAYER' }] } },
  },
  SetFrameStateDisplayOverride: {
    request: (farm) => ({ frame: ref(single(farm)), override: { state: 'DEPEND', text: 'HELD', color: { red: 9 } } }),
    state: (farm) => single(farm).overrides.length,
    before: 0,
    after: 1,
  },
  GetFrameStateDisplayOverrides: {
    request: (farm) => ({ frame: ref(single(farm)) }),
    answer: { overrides: { overrides: [{ text: 'HELD', color: { red: 9 } }] } },
  },
  SetCheckpointState: {
    request: (farm) => ({ frame: ref(single(farm)), state: 'ENABLED' }),
    state: (farm) => single(farm).checkpointState,
    before: 'DISABLED',
    after: 'ENABLED',
  },
  MarkAsWaiting: frameIs(single, 'DEPEND', 'WAITING'),
  MarkAsDepend: frameIs(single, 'WAITING', 'DEPEND'),
  Eat: frameIs(dead, 'DEAD', 'EATEN'),
  Retry: frameIs(dead, 'EATEN', 'WAITING'),
  Kill: frameIs(
    (farm) =>
      wedge(farm).layers[1]!.frames.find(
        ({ startTime, stopTime, exitStatus }) => startTime > 0 && (stopTime === 0 || exitStatus === 9),
      )!,
    'RUNNING',
    'WAITING',
  ),
  CreateDependencyOnJob: {
    request: (farm) => ({ frame: ref(dead(farm)), job: ref(beauty(farm)) }),
    answer: depend('FRAME_ON_JOB', 'EXTERNAL'),
    state: (farm) => dead(farm).state,
    before: 'WAITING',
    after: 'DEPEND',
  },
  CreateDependencyOnLayer: {
    request: (farm) => ({ frame: ref(dead(farm)), layer: ref(beauty(farm).layers[1]!) }),
    answer: depend('FRAME_ON_LAYER', 'EXTERNAL'),
    state: (farm) => dead(farm).dependCount,
    before: 1,
    after: 2,
  },
  CreateDependencyOnFrame: [
    {
      request: (farm) => ({ frame: ref(dead(farm)), dependOnFrame: ref(single(farm)) }),
      answer: depend('FRAME_ON_FRAME', 'EXTERNAL'),
      state: (farm) => dead(farm).dependCount,
      before: 2,
      after: 3,
    },
    {
      request: (farm) => ({ frame: ref(single(farm)), dependOnFrame: ref(single(farm)) }),
      fails: [13, 'The frame 1001-collect cannot depend on itself.'],
    },
  ],
  DropDepends: {
    request: (farm) => ({ frame: ref(dead(farm)), target: 'EXTERNAL' }),
    state: (farm) => dead(farm).state,
    before: 'DEPEND',
    after: 'WAITING',
  },
  AddRenderPartition: [
    {
      request: (farm) => ({ frame: ref(dead(farm)), ...loan }),
      answer: {
        renderPartition: { frame: expect.stringMatching(/^\d{4}-beauty$/), renderPartType: 'FRAME_PARTITION' },
      },
      state: (farm) => dead(farm).state,
      before: 'WAITING',
      after: 'RUNNING',
    },
    {
      request: (farm) => ({ frame: ref(single(farm)), ...loan }),
      fails: [13, 'customException()'],
      state: () => 0,
      before: 0,
      after: 0,
    },
  ],
};

const group = (farm: Farm) => groupOf(farm, 'demo', 'anim');
const setGroup = (field: string, before: unknown, after: unknown, request: Json): RpcCase => ({
  request: (farm) => ({ group: ref(group(farm)), ...request }),
  state: (farm) => (group(farm) as never)[field],
  before,
  after,
});

/** job.GroupInterface. */
export const GROUP: RpcTable = {
  GetGroup: {
    request: (farm) => ref(group(farm)),
    answer: { group: { name: 'anim', department: 'Animation', level: 1 } },
  },
  FindGroup: { request: () => ({ show: 'demo', name: 'anim' }), answer: { group: { name: 'anim' } } },
  GetGroups: {
    request: (farm) => ({ group: ref(groupOf(farm, 'demo', 'lighting')) }),
    answer: { groups: { groups: [{ name: 'seq010' }, { name: 'seq020' }] } },
  },
  GetJobs: { request: (farm) => ({ group: ref(group(farm)) }), answer: { jobs: { jobs: [{ group: 'anim' }] } } },
  SetDefaultJobPriority: setGroup('defaultJobPriority', -1, 33, { priority: 33 }),
  SetDefaultJobMinCores: setGroup('defaultJobMinCores', -1, 2, { minCores: 2.9 }),
  SetDefaultJobMaxCores: setGroup('defaultJobMaxCores', -1, 50, { maxCores: 50 }),
  SetDefaultJobMinGpus: setGroup('defaultJobMinGpus', -1, 1, { minGpus: 1 }),
  SetDefaultJobMaxGpus: setGroup('defaultJobMaxGpus', -1, 4, { maxGpus: 4 }),
  SetMinCores: setGroup('minCores', 0, 3, { minCores: 3 }),
  SetMaxCores: [
    setGroup('maxCores', -1, 300, { maxCores: 300 }),
    {
      request: (farm) => ({ group: ref(group(farm)) }),
      fails: [13, 'The group max cores feature must be a whole core or greater, pass in: 0'],
    },
  ],
  SetMinGpus: setGroup('minGpus', 0, 1, { minGpus: 1 }),
  SetMaxGpus: setGroup('maxGpus', -1, 2, { maxGpus: 2 }),
  SetDepartment: [
    setGroup('department', 'Animation', 'Cloth', { dept: 'Cloth' }),
    { request: (farm) => ({ group: ref(group(farm)), dept: 'Nope' }), fails: MISSING },
  ],
  CreateSubGroup: [
    {
      request: (farm) => ({ group: ref(group(farm)), name: 'new' }),
      answer: { group: { name: 'new', level: 2, department: 'Unknown' } },
      state: (farm) => groupOf(farm, 'demo', 'new')?.parent?.name,
      before: undefined,
      after: 'anim',
    },
    {
      request: (farm) => ({ group: ref(group(farm)), name: 'new' }),
      fails: [13, expect.stringContaining('already exists') as never],
    },
  ],
  SetName: {
    request: (farm) => ({ group: ref(groupOf(farm, 'demo', 'new')), name: 'other' }),
    state: (farm) => groupOf(farm, 'demo', 'other')?.level,
    before: undefined,
    after: 2,
  },
  SetGroup: {
    request: (farm) => ({
      group: ref(groupOf(farm, 'demo', 'other')),
      parentGroup: ref(groupOf(farm, 'demo', 'seq010')),
    }),
    state: (farm) => [groupOf(farm, 'demo', 'other').parent!.name, groupOf(farm, 'demo', 'other').level],
    before: ['anim', 2],
    after: ['seq010', 3],
  },
  ReparentGroups: [
    {
      request: (farm) => ({
        group: ref(group(farm)),
        groups: { groups: [ref(groupOf(farm, 'demo', 'seq010')), { id: 'nope' }] },
      }),
      state: (farm) => [groupOf(farm, 'demo', 'seq010').level, groupOf(farm, 'demo', 'other').level],
      before: [2, 3],
      after: [2, 3],
    },
    {
      request: (farm) => ({ group: ref(groupOf(farm, 'demo', 'seq010')), groups: { groups: [ref(group(farm))] } }),
      fails: [13, 'error moving group, you cannot move a group into one of its sub groups'],
    },
  ],
  ReparentJobs: [
    {
      request: (farm) => ({ group: ref(group(farm)), jobs: { jobs: [ref(beauty(farm))] } }),
      state: (farm) => [beauty(farm).group.name, beauty(farm).priority, beauty(farm).maxCores, beauty(farm).department],
      before: ['seq010', 120, 400, 'Lighting'],
      after: ['anim', 33, 50, 'Cloth'],
    },
    {
      request: (farm) => ({ group: ref(group(farm)), jobs: { jobs: [ref(wedge(farm))] } }),
      fails: [13, 'error moving job, cannot move jobs between shows'],
    },
  ],
  Delete: [
    {
      request: (farm) => ({ group: ref(groupOf(farm, 'demo', 'other')) }),
      state: (farm) => groupOf(farm, 'demo', 'other')?.name,
      before: 'other',
      after: undefined,
    },
    {
      request: (farm) => ({ group: ref(groupOf(farm, 'demo', 'fx')) }),
      fails: [13, 'Failed to remove group, be sure that there are no jobs or filter actions pointing at the group.'],
    },
  ],
};
