import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../../app/running-gateway.ts';
import type { Json } from '../../json.ts';

/**
 * Every call that CueWeb makes of Cuebot, with the bodies that it sends: mostly the whole object as an earlier answer had it, and
 * now and then only its id and name. They go by REST, as CueWeb's do, and later ones find what earlier ones have made.
 */
let served: TestGateway;
beforeAll(async () => {
  served = await startGateway({ settings: { JWT_SECRET_LEVEL: 'everything' } });
});
afterAll(() => served.close());

const ask = async (rpc: string, body: object = {}): Promise<Json> => {
  const { status, text, json } = await served.rest(rpc, body);
  if (status !== 200) throw new Error(`${rpc}: ${status} ${text}`);
  return json;
};

const wedge = 'testing-shot01-kim_wedge_v001';
const broken = 'demo-sh030-ben_beauty_v012';
const show = async (name = 'testing') => (await ask('show.ShowInterface/FindShow', { name })).show;
const job = async (name = wedge) => (await ask('job.JobInterface/FindJob', { name })).job;
const layers = async (name = wedge) =>
  (await ask('job.JobInterface/GetLayers', { job: short(await job(name)) })).layers.layers;
const layer = async (name = wedge) => (await layers(name))[0];
const frames = async (name = wedge) =>
  (await ask('job.JobInterface/GetFrames', { job: short(await job(name)), req: { page: 1, limit: 500 } })).frames
    .frames;
const frame = async (name = wedge) => (await frames(name))[0];
const hosts = async () => (await ask('host.HostInterface/GetHosts', { r: {} })).hosts.hosts;
const host = async () => (await hosts())[0];
const group = async (name?: string) => {
  const { groups } = (await ask('show.ShowInterface/GetGroups', { show: { id: (await show()).id } })).groups;
  return groups.find((one: Json) => (name === undefined ? true : one.name === name));
};
const allocation = async () => (await ask('facility.AllocationInterface/GetAll')).allocations.allocations[0];
const subscription = async () =>
  (await ask('show.ShowInterface/GetSubscriptions', { show: await show() })).subscriptions.subscriptions[0];
const filter = async () =>
  (await ask('show.ShowInterface/GetFilters', { show: { id: (await show()).id } })).filters.filters[0];
const matcher = async () =>
  (await ask('filter.FilterInterface/GetMatchers', { filter: await filter() })).matchers.matchers[0];
const action = async () =>
  (await ask('filter.FilterInterface/GetActions', { filter: await filter() })).actions.actions[0];
const department = async () =>
  (await ask('show.ShowInterface/GetDepartments', { show: { id: (await show()).id } })).departments.departments[0];
const proc = async () => {
  for (const { name } of await hosts()) {
    const [found] = (await ask('host.ProcInterface/GetProcs', { r: { hosts: [name] } })).procs.procs;
    if (found !== undefined) return found;
  }
  throw new Error('nothing runs');
};
const service = async () => (await ask('service.ServiceInterface/GetDefaultServices')).services.services[0];
const override = async () =>
  (await ask('show.ShowInterface/GetServiceOverrides', { show: { id: (await show()).id } })).serviceOverrides
    .serviceOverrides[0];
const comment = async () => (await ask('job.JobInterface/GetComments', { job: await job() })).comments.comments[0];
const short = ({ id, name }: Json) => ({ id, name });

type Body = () => object | Promise<object>;
/** The calls of a service: what CueWeb sends, each body one call. */
type Calls = Readonly<Record<string, Body | readonly Body[]>>;
const nothing: Body = () => ({});
const ofShow: Body = async () => ({ show: { id: (await show()).id } });
const ofJob: Body = async () => ({ job: await job() });
const ofBroken =
  (more: object): Body =>
  async () => ({ job: await job(broken), ...more });
const withJob =
  (more: object): Body =>
  async () => ({ job: await job(), ...more });
const withLayer =
  (more: object = {}): Body =>
  async () => ({ layer: await layer(), ...more });
const withFrame =
  (more: object = {}): Body =>
  async () => ({ frame: await frame(broken), ...more });
const withGroup =
  (more: object): Body =>
  async () => ({ group: await group('from cueweb'), ...more });
const withHost =
  (more: object = {}): Body =>
  async () => ({ host: await host(), ...more });
const withFilter =
  (more: object = {}): Body =>
  async () => ({ filter: await filter(), ...more });
const withShow =
  (more: object): Body =>
  async () => ({ show: await show(), ...more });
const withDepartment =
  (more: object = {}): Body =>
  async () => ({ department: await department(), ...more });

const calls: readonly (readonly [service: string, calls: Calls])[] = [
  [
    'show.ShowInterface',
    {
      GetActiveShows: nothing,
      GetShows: nothing,
      FindShow: () => ({ name: 'testing' }),
      CreateShow: () => ({ name: 'fromcueweb' }),
      GetGroups: ofShow,
      GetFilters: ofShow,
      GetDepartments: ofShow,
      GetServiceOverrides: ofShow,
      GetSubscriptions: async () => ({ show: await show() }),
      EnableBooking: withShow({ enabled: true }),
      EnableDispatching: withShow({ enabled: true }),
      SetDefaultMaxCores: withShow({ max_cores: 200 }),
      SetDefaultMinCores: withShow({ min_cores: 1 }),
      SetCommentEmail: withShow({ email: 'render@studio.example' }),
      CreateSubscription: async () => ({
        show: await show('fromcueweb'),
        allocation_id: (await allocation()).id,
        size: 10,
        burst: 20,
      }),
      CreateFilter: withShow({ name: 'from cueweb' }),
      CreateServiceOverride: withShow({
        service: { name: 'shell', minCores: 100, threadable: false, tags: ['general'] },
      }),
    },
  ],
  [
    'job.JobInterface',
    {
      GetJobs: [
        () => ({ r: { include_finished: true, regex: ['wedge'] } }),
        () => ({ r: { include_finished: false, jobs: [wedge] } }),
        () => ({ r: { users: ['kim'] } }),
        () => ({ r: { shows: ['testing'], shots: ['shot01'] } }),
        async () => ({ r: { ids: [(await job()).id] } }),
      ],
      GetJob: async () => ({ id: (await job()).id }),
      GetLayers: [async () => ({ job: { id: (await job()).id } }), async () => ({ job: short(await job()) })],
      GetFrames: async () => ({
        job: short(await job()),
        req: { include_finished: true, page: 1, limit: 100, states: { frame_states: [2] } },
      }),
      AddComment: async () => ({
        job: short(await job()),
        new_comment: { user: 'ann', subject: 'from', message: 'cueweb' },
      }),
      GetComments: [async () => ({ job: short(await job()) }), ofJob],
      GetDepends: ofJob,
      GetWhatDependsOnThis: ofJob,
      Pause: ofJob,
      Resume: ofJob,
      SetPriority: withJob({ val: 101 }),
      SetMinCores: withJob({ val: 1 }),
      SetMaxCores: withJob({ val: 200 }),
      SetMinGpus: withJob({ val: 0 }),
      SetMaxGpus: withJob({ val: 2 }),
      SetMaxRetries: withJob({ max_retries: 2 }),
      SetAutoEat: withJob({ value: false }),
      AddSubscriber: withJob({ subscriber: 'ann@studio.example' }),
      CreateDependencyOnJob: async () => ({ job: await job(), on_job: short(await job(broken)) }),
      CreateDependencyOnLayer: async () => ({ job: await job(), layer: short(await layer(broken)) }),
      CreateDependencyOnFrame: async () => ({ job: await job(), frame: short(await frame(broken)) }),
      DropDepends: [withJob({ target: 'INTERNAL' }), withJob({ target: 'EXTERNAL' })],
      ReorderFrames: withJob({ range: '1-10', order: 'FIRST' }),
      StaggerFrames: withJob({ range: '1-10', stagger: 2 }),
      LaunchSpecAndWait: () => ({ spec: readFileSync('examples/first-light.xml', 'utf8') }),
      KillFrames: async () => ({
        job: await job(broken),
        req: { page: 1, limit: 1 },
        username: 'ann',
        reason: 'cueweb',
      }),
      EatFrames: ofBroken({ req: { states: { frame_states: [5] } } }),
      RetryFrames: async () => ({
        job: await job(broken),
        req: { states: { frame_states: [5] }, layers: [(await layer(broken)).name] },
      }),
      MarkDoneFrames: async () => ({ job: await job(broken), req: { frames: [(await frame(broken)).name] } }),
    },
  ],
  [
    'job.LayerInterface',
    {
      GetOutputPaths: withLayer(),
      GetWhatThisDependsOn: withLayer(),
      ReorderFrames: withLayer({ range: '1-10', order: 'LAST' }),
      StaggerFrames: withLayer({ range: '1-10', stagger: 2 }),
      SetMinCores: [withLayer({ cores: 1 }), async () => ({ layer: short(await layer()), cores: 1 })],
      SetMinMemory: withLayer({ memory: 1_048_576 }),
      SetMinGpuMemory: withLayer({ gpu_memory: 0 }),
      SetThreadable: withLayer({ threadable: true }),
      SetTags: withLayer({ tags: ['general'] }),
      SetStartAfter: withLayer({ start_after: 0, username: 'ann' }),
      CreateDependencyOnJob: async () => ({ layer: short(await layer()), job: short(await job(broken)) }),
      CreateDependencyOnLayer: async () => ({
        layer: short(await layer()),
        depend_on_layer: short(await layer(broken)),
      }),
      CreateDependencyOnFrame: async () => ({ layer: short(await layer()), frame: short(await frame(broken)) }),
      CreateFrameByFrameDependency: async () => ({
        layer: short(await layer()),
        depend_layer: short(await layer(broken)),
        any_frame: false,
      }),
      EatFrames: async () => ({ layer: await layer(broken) }),
      RetryFrames: async () => ({ layer: await layer(broken) }),
      MarkdoneFrames: async () => ({ layer: await layer(broken) }),
      KillFrames: async () => ({ layer: await layer(broken), username: 'ann', reason: 'cueweb' }),
    },
  ],
  [
    'job.FrameInterface',
    {
      GetFrame: async () => ({ id: (await frame()).id }),
      GetWhatThisDependsOn: withFrame(),
      CreateDependencyOnJob: async () => ({ frame: short(await frame()), job: short(await job(broken)) }),
      CreateDependencyOnLayer: async () => ({ frame: short(await frame()), layer: short(await layer(broken)) }),
      CreateDependencyOnFrame: async () => ({
        frame: short(await frame()),
        depend_on_frame: short(await frame(broken)),
      }),
      DropDepends: async () => ({ frame: await frame(), target: 'ANY_TARGET' }),
      Eat: withFrame(),
      Retry: withFrame(),
      MarkAsWaiting: withFrame(),
      Kill: withFrame({ username: 'ann', reason: 'cueweb' }),
    },
  ],
  [
    'job.GroupInterface',
    {
      GetJobs: async () => ({ group: { id: (await group()).id } }),
      CreateSubGroup: async () => ({ group: await group(), name: 'from cueweb' }),
      SetDepartment: withGroup({ dept: 'Unknown' }),
      SetDefaultJobPriority: withGroup({ priority: 100 }),
      SetDefaultJobMinCores: withGroup({ min_cores: 1 }),
      SetDefaultJobMaxCores: withGroup({ max_cores: 200 }),
      SetMinCores: withGroup({ min_cores: 1 }),
      SetMaxCores: withGroup({ max_cores: 200 }),
      SetDefaultJobMinGpus: withGroup({ min_gpus: 0 }),
      SetDefaultJobMaxGpus: withGroup({ max_gpus: 2 }),
      SetMinGpus: withGroup({ min_gpus: 0 }),
      SetMaxGpus: withGroup({ max_gpus: 2 }),
      ReparentGroups: async () => ({
        group: { id: (await group()).id },
        groups: { groups: [{ id: (await group('from cueweb')).id }] },
      }),
      ReparentJobs: async () => ({ group: { id: (await group()).id }, jobs: { jobs: [{ id: (await job()).id }] } }),
      SetName: withGroup({ name: 'from cueweb' }),
      Delete: withGroup({}),
    },
  ],
  [
    'host.HostInterface',
    {
      GetHosts: [() => ({ r: {} }), async () => ({ r: { hosts: [(await host()).name] } })],
      FindHost: async () => ({ name: (await host()).name }),
      GetProcs: withHost(),
      GetComments: withHost(),
      AddComment: withHost({ new_comment: { user: 'ann', subject: 'from', message: 'cueweb' } }),
      Lock: withHost(),
      Unlock: withHost(),
      AddTags: withHost({ tags: ['cueweb'] }),
      RenameTag: withHost({ old_tag: 'cueweb', new_tag: 'web' }),
      RemoveTags: withHost({ tags: ['web'] }),
      SetAllocation: withIdleHost(async () => ({ allocation_id: (await allocation()).id })),
      SetHardwareState: withHost({ state: 'REPAIR' }),
      RedirectToJob: async () => {
        const { id, name } = await proc();
        const on = (await hosts()).find((one: Json) => name.startsWith(one.name));
        return { host: on, proc_names: [id], job_id: (await job()).id };
      },
      RebootWhenIdle: withHost(),
      Reboot: withHost(),
      Delete: withIdleHost(async () => ({})),
    },
  ],
  [
    'host.ProcInterface',
    {
      GetProcs: [
        async () => ({ r: { hosts: [(await host()).name] } }),
        async () => ({ r: { shows: ['testing'], allocs: [(await allocation()).name] } }),
        () => ({ r: { jobs: [wedge] } }),
      ],
      Kill: async () => ({ proc: await proc() }),
      Unbook: async () => ({ proc: await proc(), kill: false }),
      UnbookProcs: () => ({ r: { jobs: [wedge] }, kill: false }),
    },
  ],
  ['facility.AllocationInterface', { GetAll: nothing }],
  [
    'subscription.SubscriptionInterface',
    {
      SetSize: async () => ({ subscription: await subscription(), new_size: 1_000 }),
      SetBurst: async () => ({ subscription: await subscription(), burst: 2_000 }),
      Delete: async () => ({
        subscription: (await ask('show.ShowInterface/GetSubscriptions', { show: await show('fromcueweb') }))
          .subscriptions.subscriptions[0],
      }),
    },
  ],
  [
    'limit.LimitInterface',
    {
      GetAll: nothing,
      Create: () => ({ name: 'cueweb', max_value: 5 }),
      SetMaxValue: () => ({ name: 'cueweb', max_value: 6 }),
      Rename: () => ({ old_name: 'cueweb', new_name: 'web' }),
      Delete: () => ({ name: 'web' }),
    },
  ],
  [
    'service.ServiceInterface',
    {
      GetDefaultServices: nothing,
      CreateService: () => ({ data: { name: 'cueweb', minCores: 100, threadable: false, tags: ['general'] } }),
      Update: async () => ({ service: await service() }),
      Delete: async () => ({ service: await service() }),
    },
  ],
  [
    'service.ServiceOverrideInterface',
    {
      Update: async () => ({ service: (await override()).data }),
      Delete: async () => ({ service: (await override()).data }),
    },
  ],
  [
    'comment.CommentInterface',
    { Save: async () => ({ comment: await comment() }), Delete: async () => ({ comment: await comment() }) },
  ],
  [
    'filter.FilterInterface',
    {
      CreateMatcher: withFilter({ data: { id: '', subject: 'JOB_NAME', type: 'CONTAINS', input: 'cueweb' } }),
      CreateAction: withFilter({ data: { type: 'SET_JOB_PRIORITY', valueType: 'INTEGER_TYPE', integerValue: 50 } }),
      GetMatchers: withFilter(),
      GetActions: withFilter(),
      SetName: withFilter({ name: 'from cueweb' }),
      SetType: withFilter({ type: 'MATCH_ALL' }),
      SetEnabled: withFilter({ enabled: false }),
      SetOrder: withFilter({ order: 1 }),
      RaiseOrder: withFilter(),
      LowerOrder: withFilter(),
      OrderFirst: withFilter(),
      OrderLast: withFilter(),
    },
  ],
  [
    'filter.MatcherInterface',
    { Commit: async () => ({ matcher: await matcher() }), Delete: async () => ({ matcher: await matcher() }) },
  ],
  [
    'filter.ActionInterface',
    { Commit: async () => ({ action: await action() }), Delete: async () => ({ action: await action() }) },
  ],
  ['filter.FilterInterface', { Delete: withFilter() }],
  [
    'department.DepartmentInterface',
    {
      GetDepartmentNames: nothing,
      GetTasks: withDepartment(),
      EnableTiManaged: withDepartment({ ti_task: 'Light', managed_cores: 10 }),
      DisableTiManaged: withDepartment(),
    },
  ],
  ['job.JobInterface', { Kill: withJob({ username: 'ann', reason: 'cueweb' }) }],
];

function withIdleHost(more: () => Promise<object>): Body {
  return async () => {
    for (const one of await hosts()) {
      const { procs } = (await ask('host.HostInterface/GetProcs', { host: one })).procs;
      if (procs.length === 0) return { host: one, ...(await more()) };
    }
    throw new Error('every host is busy');
  };
}

describe.each(calls)('%s', (service, table) => {
  it.each(Object.entries(table))('%s answers CueWeb', async (method, bodies) => {
    for (const body of typeof bodies === 'function' ? [bodies] : bodies) {
      const { status, text } = await served.rest(`${service}/${method}`, await body());
      expect({ status, text: status === 200 ? '' : text }).toEqual({ status: 200, text: '' });
    }
  });
});

const task = async () =>
  (await ask('department.DepartmentInterface/GetTasks', await withDepartment()())).tasks.tasks[0];
const noSuchRow = 'Incorrect result size: expected 1, actual 0';

/** What CueWeb asks and a real Cuebot cannot do, with the end of its answer. */
const failing: readonly (readonly [rpc: string, body: Body, text: string])[] = [
  ['host.OwnerInterface/TakeOwnership', async () => ({ owner: { name: 'ann' }, host: (await host()).name }), noSuchRow],
  [
    'job.JobInterface/AddRenderPartition',
    async () => ({
      job: await job(broken),
      host: (await host()).name,
      username: 'ann',
      threads: 1,
      max_cores: 1,
      max_memory: 1_048_576,
      max_gpus: 0,
      max_gpu_memory: 0,
    }),
    'is not NIMBY locked',
  ],
  [
    'department.DepartmentInterface/AddTask',
    withDepartment({ shot: 'shot01', min_cores: 1 }),
    'NullPointerException\nnull',
  ],
  [
    'department.DepartmentInterface/SetManagedCores',
    withDepartment({ managed_cores: 10 }),
    'Bad value for type int : t',
  ],
  ['task.TaskInterface/SetMinCores', async () => ({ task: await task(), new_min_cores: 2 }), noSuchRow],
  ['task.TaskInterface/ClearAdjustments', async () => ({ task: await task() }), noSuchRow],
  ['task.TaskInterface/Delete', async () => ({ task: await task() }), noSuchRow],
];

describe('what fails on a real Cuebot, too', () => {
  it.each(failing)('%s', async (rpc, body, text) => {
    const { status, json } = await served.rest(rpc, await body());
    expect({ status, message: json.message }).toEqual({ status: 500, message: expect.stringContaining(text) });
  });
});

it('are all that CueWeb makes', () => {
  const made = calls.flatMap(([service, table]) => Object.keys(table).map((method) => `${service}/${method}`));
  expect(new Set([...made, ...failing.map(([rpc]) => rpc)]).size).toBe(156);
});
