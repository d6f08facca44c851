import { expect } from 'vitest';

import type { Farm } from '../../../src/demo/farm/farm.ts';
import { filtersOf } from '../../../src/demo/farm/filters.ts';
import type { LimitRow, ShowRow } from '../../../src/demo/farm/rows.ts';
import type { Json } from '../../json.ts';
import type { RpcCase, RpcTable } from './rpc-case.ts';
import { allocationOf, first, groupOf, jobOf, limitOf, MISSING, ref, showOf } from './rpc-case.ts';

const demo = (farm: Farm) => showOf(farm, 'demo');
const exists = expect.stringContaining('already exists') as never;
const set = (field: keyof ShowRow, before: unknown, after: unknown, request: Json): RpcCase => ({
  request: (farm) => ({ show: ref(demo(farm)), ...request }),
  state: (farm) => demo(farm)[field],
  before,
  after,
});
const ofDemo =
  (more: Json = {}) =>
  (farm: Farm) => ({ show: ref(demo(farm)), ...more });

/** show.ShowInterface. */
export const SHOW: RpcTable = {
  FindShow: { request: () => ({ name: 'demo' }), answer: { show: { defaultMaxCores: 400, active: true } } },
  GetShows: {
    answer: { shows: { shows: [{ name: 'testing' }, { name: 'demo' }, { name: 'aurora' }, { name: 'vault' }] } },
  },
  GetActiveShows: { answer: { shows: { shows: [{ name: 'testing' }, { name: 'demo' }, { name: 'aurora' }] } } },
  GetRootGroup: { request: ofDemo(), answer: { group: { name: 'demo', level: 0, parentId: '' } } },
  GetGroups: { request: ofDemo(), answer: { groups: { groups: [{ name: 'demo' }, {}, {}, {}, {}, {}, {}] } } },
  GetJobs: { request: (farm) => ({ show: ref(showOf(farm, 'vault')) }), answer: { jobs: { jobs: [] } } },
  GetJobWhiteboard: { request: ofDemo(), answer: { whiteboard: { name: 'demo', parent: null } } },
  GetFilters: { request: ofDemo(), answer: { filters: { filters: [{ order: 1 }, { order: 2 }] } } },
  FindFilter: [
    { request: ofDemo({ name: 'memory for beauty' }), answer: { filter: { order: 2 } } },
    { request: ofDemo({ name: 'no' }), fails: MISSING },
  ],
  GetSubscriptions: { request: ofDemo(), answer: { subscriptions: { subscriptions: [{ size: 30_000 }, {}, {}] } } },
  GetDepartments: {
    request: ofDemo(),
    answer: { departments: { departments: [{ dept: 'Pipeline' }, { dept: 'Lighting' }] } },
  },
  GetDepartment: { request: ofDemo({ department: 'Lighting' }), answer: { department: { name: 'demo.Lighting' } } },
  GetServiceOverrides: {
    request: ofDemo(),
    answer: { serviceOverrides: { serviceOverrides: [{ data: { name: 'arnold' } }] } },
  },
  GetServiceOverride: { request: ofDemo({ name: 'arnold' }), answer: { serviceOverride: { data: { minCores: 400 } } } },
  GetDeeds: { request: ofDemo(), answer: { deeds: { deeds: [{ owner: 'ann' }, { owner: 'ann' }] } } },
  SetActive: set('active', true, false, { value: false }),
  EnableBooking: set('bookingEnabled', true, false, {}),
  EnableDispatching: set('dispatchEnabled', true, false, {}),
  SetSchedulerManaged: set('schedulerManaged', false, true, { enabled: true }),
  SetCommentEmail: set('commentEmail', 'demo-wranglers@example.com', 'a@b.c,d@e.f', { email: 'a@b.c,d@e.f' }),
  SetDefaultMaxCores: [
    set('defaultMaxCores', 400, 99, { maxCores: 99.6 }),
    { request: ofDemo({ maxCores: -1 }), fails: [13, 'Invalid argument, default max cores -1must be greater tham 0'] },
  ],
  SetDefaultMinCores: set('defaultMinCores', 1, 2, { minCores: 2 }),
  SetDefaultMaxGpus: set('defaultMaxGpus', 16, 3, { maxGpus: 3 }),
  SetDefaultMinGpus: set('defaultMinGpus', 100, 1, { minGpus: 1 }),
  CreateFilter: [
    {
      request: ofDemo({ name: 'new' }),
      answer: { filter: { type: 'MATCH_ALL', enabled: true, order: 1 } },
      state: (farm) => filterNames(farm),
      before: ['fx to its group', 'memory for beauty'],
      after: ['new', 'fx to its group', 'memory for beauty'],
    },
    {
      request: ofDemo({ name: 'new' }),
      fails: [13, 'Incorrect result size: expected 1, actual 2'],
      state: (farm) => farm.filters.size,
      before: 4,
      after: 5,
    },
  ],
  CreateOwner: [
    {
      request: ofDemo({ name: 'zoe' }),
      answer: { owner: { show: 'demo' } },
      state: (farm) => farm.owners.size,
      before: 3,
      after: 4,
    },
    { request: ofDemo({ name: 'zoe' }), fails: [13, exists] },
  ],
  CreateServiceOverride: [
    {
      request: ofDemo({ service: { name: 'nuke', minCores: 300, timeout: 5 } }),
      answer: { serviceOverride: { data: { minCores: 300, timeout: 0, tags: [''] } } },
      state: (farm) => farm.serviceOverrides.size,
      before: 1,
      after: 2,
    },
    { request: ofDemo({ service: { name: 'nuke' } }), fails: [13, exists] },
  ],
  CreateShow: [
    {
      request: () => ({ name: 'My-Show' }),
      answer: { show: { name: 'my_show', active: true, defaultMaxCores: 2000 } },
      state: (farm) => [farm.shows.size, groupOf(farm, 'my_show', 'my_show')?.department],
      before: [4, undefined],
      after: [5, 'Unknown'],
    },
    {
      request: () => ({ name: 'ab' }),
      fails: [13, 'Show could not be created.The show name must be at least 3 characters.'],
    },
  ],
  CreateSubscription: [
    {
      request: (farm) => ({
        show: ref(showOf(farm, 'my_show')),
        allocationId: allocationOf(farm, 'local.gpu').id,
        size: 1.5,
        burst: 20,
      }),
      answer: { subscription: { name: 'local.gpu.my_show', size: 150, burst: 2000 } },
      state: (farm) => farm.subscriptions.size,
      before: 8,
      after: 9,
    },
    {
      request: (farm) => ({ show: ref(demo(farm)), allocationId: allocationOf(farm, 'local.gpu').id }),
      fails: [13, exists],
    },
  ],
  Archive: [
    {
      request: (farm) => ({ show: ref(showOf(farm, 'vault')), targetShowName: 'aurora' }),
      state: (farm) => [showOf(farm, 'vault_archive')?.name, farm.showAliases.get('vault')?.name],
      before: [undefined, undefined],
      after: ['vault_archive', 'aurora'],
    },
    { request: ofDemo({ targetShowName: 'no' }), fails: MISSING },
  ],
  Delete: [
    {
      request: (farm) => ({ show: ref(showOf(farm, 'vault_archive')) }),
      state: (farm) => farm.shows.size,
      before: 5,
      after: 4,
    },
    { request: ofDemo(), fails: [13, expect.stringContaining('still referenced from table "job"') as never] },
  ],
};

const filterNames = (farm: Farm) => filtersOf(farm, demo(farm)).map(({ name }) => name);
const filter = (farm: Farm, name = 'memory for beauty') => first(farm.filters, (row) => row.name === name);
const orders = (farm: Farm) => [filter(farm, 'fx to its group').order, filter(farm).order];
const onFilter =
  (more: Json = {}) =>
  (farm: Farm) => ({ filter: ref(filter(farm)), ...more });

/** filter.FilterInterface. */
export const FILTER: RpcTable = {
  FindFilter: { request: () => ({ show: 'demo', name: 'memory for beauty' }), answer: { filter: { enabled: true } } },
  GetMatchers: { request: onFilter(), answer: { matchers: { matchers: [{ subject: 'LAYER_NAME' }] } } },
  GetActions: { request: onFilter(), answer: { actions: { actions: [{ integerValue: 16_777_216 }] } } },
  CreateMatcher: {
    request: onFilter({ data: { subject: 'USER', type: 'IS', input: 'ann' } }),
    answer: { matcher: { subject: 'USER', type: 'IS', input: 'ann' } },
    state: (farm) => filter(farm).matchers.length,
    before: 1,
    after: 2,
  },
  CreateAction: [
    {
      request: onFilter({
        data: { type: 'PAUSE_JOB', valueType: 'BOOLEAN_TYPE', booleanValue: true, stringValue: 'x' },
      }),
      answer: { action: { type: 'PAUSE_JOB', booleanValue: true, stringValue: '' } },
      state: (farm) => filter(farm).actions.length,
      before: 1,
      after: 2,
    },
    {
      request: onFilter({ data: { type: 'MOVE_JOB_TO_GROUP', valueType: 'GROUP_TYPE', groupValue: 'no' } }),
      fails: MISSING,
    },
  ],
  RunFilterOnJobs: {
    request: (farm) => ({
      filter: ref(filter(farm)),
      jobs: { jobs: [ref(jobOf(farm, 'beauty_v003')), ref(jobOf(farm, 'beauty_v012'))] },
    }),
    state: (farm) => ['beauty_v003', 'beauty_v012'].map((suffix) => jobOf(farm, suffix).isPaused),
    before: [false, false],
    after: [true, false],
  },
  RunFilterOnGroup: {
    request: (farm) => ({ filter: ref(filter(farm)), group: ref(groupOf(farm, 'demo', 'seq010')) }),
    state: (farm) => jobOf(farm, 'beauty_v001').isPaused,
    before: false,
    after: true,
  },
  OrderFirst: { request: onFilter(), state: orders, before: [1, 2], after: [2, 1] },
  LowerOrder: { request: onFilter(), state: orders, before: [2, 1], after: [1, 2] },
  RaiseOrder: { request: onFilter(), state: orders, before: [1, 2], after: [2, 1] },
  OrderLast: { request: onFilter(), state: orders, before: [2, 1], after: [1, 2] },
  SetOrder: { request: onFilter({ order: 1 }), state: orders, before: [1, 2], after: [2, 1] },
  SetEnabled: { request: onFilter(), state: (farm) => filter(farm).enabled, before: true, after: false },
  SetType: {
    request: onFilter({ type: 'MATCH_ANY' }),
    state: (farm) => filter(farm).type,
    before: 'MATCH_ALL',
    after: 'MATCH_ANY',
  },
  SetName: {
    request: onFilter({ name: 'memory' }),
    state: (farm) => filter(farm, 'memory')?.name,
    before: undefined,
    after: 'memory',
  },
  Delete: {
    request: (farm) => ({ filter: ref(filter(farm, 'memory')) }),
    state: (farm) => farm.filters.size,
    before: 3,
    after: 2,
  },
};

const matcher = (farm: Farm) => filter(farm).matchers[0];
const action = (farm: Farm) => filter(farm).actions[0];

/** filter.MatcherInterface. */
export const MATCHER: RpcTable = {
  GetParentFilter: {
    request: (farm) => ({ matcher: ref(matcher(farm)!) }),
    answer: { filter: { name: 'memory for beauty' } },
  },
  Commit: {
    request: (farm) => ({ matcher: { ...ref(matcher(farm)!), subject: 'SHOT', type: 'REGEX', input: 'x' } }),
    state: (farm) => matcher(farm)?.input,
    before: 'beauty',
    after: 'x',
  },
  Delete: {
    request: (farm) => ({ matcher: ref(matcher(farm)!) }),
    state: (farm) => filter(farm).matchers.length,
    before: 1,
    after: 0,
  },
};

/** filter.ActionInterface. */
export const ACTION: RpcTable = {
  GetParentFilter: {
    request: (farm) => ({ action: ref(action(farm)!) }),
    fails: [13, 'Trying to get a filterId from a ActityEntity created without a filter'],
  },
  Commit: [
    {
      request: (farm) => ({
        action: { ...ref(action(farm)!), type: 'SET_JOB_PRIORITY', valueType: 'INTEGER_TYPE', integerValue: 5 },
      }),
      state: (farm) => action(farm)?.integerValue,
      before: 16_777_216,
      after: 5,
    },
    { request: () => ({ action: { id: 'no' } }), fails: [13, 'Invalid actionId on Action commit: no'] },
  ],
  Delete: {
    request: (farm) => ({ action: ref(action(farm)!) }),
    state: (farm) => filter(farm).actions.length,
    before: 1,
    after: 0,
  },
};

const subscription = (farm: Farm, show: string, name: string) =>
  first(farm.subscriptions, (row) => row.show.name === show && row.allocation.name === name);
const general = (farm: Farm) => subscription(farm, 'demo', 'local.general');

/** subscription.SubscriptionInterface. */
export const SUBSCRIPTION: RpcTable = {
  Get: { request: (farm) => ref(general(farm)), answer: { subscription: { name: 'local.general.demo' } } },
  Find: [
    { request: () => ({ name: 'local.general.demo' }), answer: { subscription: { size: 30_000 } } },
    { request: () => ({ name: 'local.general.no' }), fails: [5, 'A subscription to local.general.no was not found.'] },
    { request: () => ({ name: 'no' }), fails: [13, 'Subscription names must be in the form of alloc.show'] },
  ],
  SetSize: {
    request: (farm) => ({ subscription: ref(general(farm)), newSize: 9 }),
    state: (farm) => general(farm).size,
    before: 30_000,
    after: 9,
  },
  SetBurst: {
    request: (farm) => ({ subscription: ref(general(farm)), burst: 8 }),
    state: (farm) => general(farm).burst,
    before: 40_000,
    after: 8,
  },
  Delete: [
    {
      request: (farm) => ({ subscription: ref(subscription(farm, 'demo', 'local.desktop')) }),
      state: (farm) => farm.subscriptions.size,
      before: 8,
      after: 7,
    },
    {
      request: (farm) => ({ subscription: ref(general(farm)) }),
      fails: [13, 'You cannot delete a subscription with running procs'],
    },
  ],
};

const nuke = (farm: Farm) => limitOf(farm, 'nuke_lic');
const setLimit = (field: keyof LimitRow, before: unknown, after: unknown, request: Json): RpcCase => ({
  request: () => ({ name: 'nuke_lic', ...request }),
  state: (farm) => nuke(farm)[field],
  before,
  after,
});

/** limit.LimitInterface. */
export const LIMIT: RpcTable = {
  GetAll: { answer: { limits: [{ name: 'arnold_lic' }, { name: 'nuke_lic' }, {}, {}, {}] } },
  Get: [
    { request: (farm) => ref(nuke(farm)), answer: { limit: { maxValue: 32 } } },
    { request: () => ({ id: 'no' }), fails: MISSING },
  ],
  Find: { request: () => ({ name: 'nuke_lic' }), answer: { limit: { maxValue: 32, reportStale: false } } },
  GetBindings: {
    request: (farm) => ({ limitName: 'io_heavy', layerIds: [jobOf(farm, 'comp_v007').layers[0]!.id] }),
    answer: { bindings: [{ source: 'SPEC', layerName: 'plate_prep' }] },
  },
  GetHolds: { request: () => ({ limitName: 'mari_lic' }), answer: { holds: [] } },
  SetMaxValue: setLimit('maxValue', 32, 3, { max_value: 3 }),
  SetType: setLimit('type', 'FRAME', 'HOST', { type: 'HOST' }),
  SetEnforcement: setLimit('enforcement', 'ENFORCED', 'ADVISORY', { enforcement: 'ADVISORY' }),
  SetSoftValue: setLimit('softValue', 0, 2, { soft_value: 2 }),
  SetReportTtl: setLimit('reportTtl', 0, 60, { report_ttl: 60 }),
  SetFailureRule: setLimit('exitStatus', 0, 42, { exit_status: 42, delay_minutes: 5, auto_tag: true }),
  ReportUsage: [
    {
      request: () => ({
        source: 'lmgrd',
        reports: [
          {
            limitName: 'nuke_lic',
            hosts: [{ hostName: 'desk9', tokens: 2, user: 'zoe' }],
            totalLicenses: 9,
            captureTime: 100,
          },
          { limitName: 'no' },
        ],
      }),
      answer: {
        limits: [{ name: 'nuke_lic', reportSource: 'lmgrd', lastReportTime: '1800000000' }],
        unknownLimits: ['no'],
        skippedLimits: [],
      },
      state: (farm) => nuke(farm).report?.holds.length,
      before: undefined,
      after: 1,
    },
    {
      request: () => ({ reports: [{ limitName: 'nuke_lic', captureTime: 99 }] }),
      answer: { limits: [], skippedLimits: [{ limitName: 'nuke_lic', reason: 'OUT_OF_ORDER' }] },
      state: (farm) => nuke(farm).report?.captureTime,
      before: 100,
      after: 100,
    },
  ],
  ClearBindings: {
    request: () => ({ limitName: 'io_heavy', sources: ['SPEC'] }),
    answer: { removed: expect.any(Number) },
    state: (farm) =>
      [...farm.layers.values()].some(({ limits }) => limits.some(({ limit }) => limit.name === 'io_heavy')),
    before: true,
    after: false,
  },
  Create: [
    {
      request: () => ({ name: 'vray', maxValue: 5, type: 'HOST' }),
      answer: { limit: { name: 'vray', maxValue: 5, type: 'HOST' } },
      state: (farm) => farm.limits.size,
      before: 5,
      after: 6,
    },
    {
      request: () => ({ name: 'io_heavy' }),
      answer: { limit: { name: 'io_heavy' } },
      state: (farm) => farm.limits.size,
      before: 6,
      after: 7,
    },
  ],
  Rename: [
    {
      request: () => ({ oldName: 'vray', newName: 'redshift' }),
      state: (farm) => limitOf(farm, 'redshift')?.maxValue,
      before: undefined,
      after: 5,
    },
    {
      request: () => ({ oldName: 'io_heavy', newName: 'x' }),
      fails: [13, 'Incorrect result size: expected 1, actual 2'],
    },
  ],
  Delete: { request: () => ({ name: 'redshift' }), state: (farm) => farm.limits.size, before: 7, after: 6 },
};

const lone = (farm: Farm) => first(farm.depends, ({ type }) => type === 'JOB_ON_JOB');
const pair = (farm: Farm) =>
  first(farm.depends, ({ type, active, parent }) => type === 'FRAME_ON_FRAME' && active && parent !== undefined);
let chosen: ReturnType<typeof pair>;

/** depend.DependInterface. */
export const DEPEND: RpcTable = {
  GetDepend: [
    { request: (farm) => ref(lone(farm)), answer: { depend: { target: 'EXTERNAL', active: true } } },
    { request: () => ({ id: 'no' }), fails: [5, 'Incorrect result size: expected 1, actual 0'] },
  ],
  Satisfy: [
    {
      request: (farm) => ({ depend: ref(lone(farm)) }),
      state: (farm) => [lone(farm).active, lone(farm).er.job.layers[0]!.frames[0]!.state],
      before: [true, 'DEPEND'],
      after: [false, 'WAITING'],
    },
    {
      request(farm) {
        chosen = pair(farm);
        return { depend: ref(chosen) };
      },
      state: (farm) => (chosen ?? pair(farm)).active,
      before: true,
      after: false,
    },
  ],
  Unsatisfy: [
    {
      request: (farm) => ({ depend: ref(lone(farm)) }),
      state: (farm) => lone(farm).active,
      before: false,
      after: false,
    },
    {
      request: () => ({ depend: ref(chosen) }),
      state: () => [chosen.active, chosen.er.frame!.state],
      before: [false, 'WAITING'],
      after: [true, 'DEPEND'],
    },
  ],
};

const service = (farm: Farm, name: string) => first(farm.services, (row) => row.name === name);

/** service.ServiceInterface. */
export const SERVICE: RpcTable = {
  GetService: { request: () => ({ name: 'nuke' }), answer: { service: { minCores: 100, minMemory: '2097152' } } },
  GetDefaultServices: {
    answer: { services: { services: expect.arrayContaining([expect.objectContaining({ name: 'katana' })]) } },
  },
  CreateService: [
    {
      request: () => ({ data: { name: 'vray', minCores: 50 } }),
      answer: { service: { name: 'vray', minCores: 50, tags: [''] } },
      state: (farm) => farm.services.size,
      before: 11,
      after: 12,
    },
    { request: () => ({ data: { name: 'vray' } }), fails: [13, exists] },
  ],
  Update: {
    request: (farm) => ({ service: { ...ref(service(farm, 'vray')), name: 'vray', timeout: 3 } }),
    state: (farm) => [service(farm, 'vray').minCores, service(farm, 'vray').timeout],
    before: [50, 0],
    after: [0, 3],
  },
  Delete: {
    request: (farm) => ({ service: ref(service(farm, 'vray')) }),
    state: (farm) => farm.services.size,
    before: 12,
    after: 11,
  },
};

const override = (farm: Farm) => first(farm.serviceOverrides);

/** service.ServiceOverrideInterface. */
export const SERVICE_OVERRIDE: RpcTable = {
  Update: {
    request: (farm) => ({ service: { ...override(farm).data, minCores: 9 } }),
    state: (farm) => override(farm).data.minCores,
    before: 400,
    after: 9,
  },
  Delete: {
    request: (farm) => ({ service: ref(override(farm).data) }),
    state: (farm) => farm.serviceOverrides.size,
    before: 1,
    after: 0,
  },
};

const lighting = (farm: Farm) =>
  first(farm.departments, ({ show, dept }) => show.name === 'demo' && dept === 'Lighting');
const onLighting =
  (more: Json = {}) =>
  (farm: Farm) => ({ department: ref(lighting(farm)), ...more });
const shots = (farm: Farm) => lighting(farm).tasks.map(({ shot }) => shot);

/** department.DepartmentInterface. */
export const DEPARTMENT: RpcTable = {
  GetDepartmentNames: {
    answer: { names: ['Animation', 'Cloth', 'FX', 'Hair', 'Layout', 'Lighting', 'Pipeline', 'Unknown'] },
  },
  GetTasks: {
    request: onLighting(),
    answer: { tasks: { tasks: [{ shot: 'sh010', name: '' }, { adjustCores: 5 }, {}] } },
  },
  AddDepartmentName: {
    request: () => ({ name: 'Roto' }),
    state: (farm) => farm.departmentNames.length,
    before: 8,
    after: 9,
  },
  RemoveDepartmentName: [
    { request: () => ({ name: 'Roto' }), state: (farm) => farm.departmentNames.length, before: 9, after: 8 },
    { request: () => ({ name: 'Roto' }), fails: MISSING },
  ],
  ClearTaskAdjustments: {
    request: onLighting(),
    state: (farm) => lighting(farm).tasks[1]!.adjustCores,
    before: 5,
    after: 0,
  },
  AddTask: {
    request: onLighting({ shot: 'sh015', minCores: 2 }),
    fails: [13, 'null'],
    state: shots,
    before: ['sh010', 'sh020', 'sh030'],
    after: ['sh010', 'sh015', 'sh020', 'sh030'],
  },
  AddTasks: {
    request: onLighting({ tmap: { aaa: 100, bbb: 200 } }),
    fails: [13, 'null'],
    state: (farm) => shots(farm).length,
    before: 4,
    after: 5,
  },
  ReplaceTasks: {
    request: onLighting({ tmap: { ccc: 100 } }),
    fails: [13, 'null'],
    state: shots,
    before: ['aaa', 'sh010', 'sh015', 'sh020', 'sh030'],
    after: ['ccc'],
  },
  ClearTasks: { request: onLighting(), state: shots, before: ['ccc'], after: [] },
  SetManagedCores: { request: onLighting({ managedCores: 9 }), fails: [13, 'Bad value for type int : t'] },
  DisableTiManaged: { request: onLighting(), state: (farm) => lighting(farm).tiManaged, before: true, after: false },
  EnableTiManaged: {
    request: onLighting({ tiTask: 'L', managedCores: 7.5 }),
    state: (farm) => [lighting(farm).tiManaged, lighting(farm).minCores],
    before: [false, 80],
    after: [true, 7],
  },
  Delete: { request: onLighting(), fails: [12, 'Method department.DepartmentInterface/Delete is unimplemented'] },
};

const task = (farm: Farm) => lighting(farm).tasks[1]!;

/** task.TaskInterface. */
export const TASK: RpcTable = {
  ClearAdjustments: [
    { request: (farm) => ({ task: ref(task(farm)) }), fails: MISSING },
    {
      request: (farm) => ({ task: { name: task(farm).id } }),
      state: (farm) => task(farm).adjustCores,
      before: 5,
      after: 0,
    },
  ],
  SetMinCores: {
    request: (farm) => ({ task: { name: task(farm).id }, newMinCores: 3 }),
    fails: [13, 'Bad value for type int : t'],
  },
  Delete: {
    request: (farm) => ({ task: { name: task(farm).id } }),
    state: (farm) => lighting(farm).tasks.length,
    before: 3,
    after: 2,
  },
};
