import { expect } from 'vitest';

import type { Json } from '../../json.ts';
import type { CueWeb, CueWebCall } from './cueweb.ts';
import { WEDGE } from './cueweb.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));
const names = (rows: readonly Json[]) => rows.map(({ name }) => name);

/** show.ShowInterface. */
export function showCalls(web: CueWeb): CueWebCall[] {
  const { ask, show } = web;
  const call = (
    method: string,
    body: CueWebCall['body'],
    answer?: Json,
    effect?: CueWebCall['effect'],
  ): CueWebCall => ({
    rpc: `show.ShowInterface/${method}`,
    body,
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const again = (key: string) => async () => (await ask('show.ShowInterface/FindShow', { name: 'testing' })).show[key];
  const set = (method: string, more: object, key: string, before: unknown, after: unknown) =>
    call(method, async () => ({ show: await show(), ...more }), undefined, [again(key), before, after]);
  const ofShow = (name: string) => async () => ({ show: { id: (await show(name)).id } });
  return [
    call('GetActiveShows', () => ({}), { shows: { shows: named('testing', 'demo', 'aurora') } }),
    call('GetShows', () => ({}), { shows: { shows: named('testing', 'demo', 'aurora', 'vault') } }),
    call('FindShow', () => ({ name: 'vault' }), {
      show: { name: 'vault', active: false, showStats: { deadFrames: 0 } },
    }),
    // The name is lower-cased, and dashes become underscores.
    call('CreateShow', () => ({ name: 'From-CueWeb' }), { show: { name: 'from_cueweb', active: true } }, [
      async () => names((await ask('show.ShowInterface/GetActiveShows')).shows.shows),
      ['testing', 'demo', 'aurora'],
      ['testing', 'demo', 'aurora', 'from_cueweb'],
    ]),
    call('GetGroups', ofShow('testing'), { groups: { groups: named('testing', 'wedges') } }),
    call('GetFilters', ofShow('demo'), { filters: { filters: [{ order: 1 }, { order: 2 }] } }),
    call('GetDepartments', ofShow('demo'), {
      departments: { departments: named('demo.Pipeline', 'demo.Lighting') },
    }),
    call('GetServiceOverrides', ofShow('demo'), {
      serviceOverrides: { serviceOverrides: [{ data: { name: 'arnold', minCores: 400, minMemory: '12582912' } }] },
    }),
    call('GetSubscriptions', async () => ({ show: await show() }), {
      subscriptions: {
        subscriptions: ['local.general', 'local.desktop', 'cloud.general'].map((allocationName) => ({
          name: `${allocationName}.testing`,
          allocationName,
          size: 100_000,
        })),
      },
    }),
    set('EnableBooking', { enabled: false }, 'bookingEnabled', true, false),
    set('EnableBooking', { enabled: true }, 'bookingEnabled', false, true),
    set('EnableDispatching', { enabled: false }, 'dispatchEnabled', true, false),
    set('EnableDispatching', { enabled: true }, 'dispatchEnabled', false, true),
    set('SetDefaultMaxCores', { max_cores: 150.5 }, 'defaultMaxCores', 2000, 150),
    set('SetDefaultMinCores', { min_cores: 2 }, 'defaultMinCores', 1, 2),
    set(
      'SetCommentEmail',
      { email: 'a@studio.example,b@studio.example' },
      'commentEmail',
      '',
      'a@studio.example,b@studio.example',
    ),
    // In cores; what is stored and answered is in core points.
    call(
      'CreateSubscription',
      async () => ({
        show: await show('from_cueweb'),
        allocation_id: (await web.allocation('local.gpu')).id,
        size: 10,
        burst: 20.5,
      }),
      { subscription: { name: 'local.gpu.from_cueweb', size: 1000, burst: 2050, reservedCores: 0 } },
      [
        async () => {
          const allocation = await web.allocation('local.gpu');
          const answer = await ask('facility.AllocationInterface/GetSubscriptions', { allocation });
          return answer.subscriptions.subscriptions.map(({ name, size }: Json) => [name, size]);
        },
        [['local.gpu.demo', 8000]],
        [
          ['local.gpu.demo', 8000],
          ['local.gpu.from_cueweb', 1000],
        ],
      ],
    ),
    call(
      'CreateFilter',
      async () => ({ show: await show('demo'), name: 'from cueweb' }),
      { filter: { name: 'from cueweb', type: 'MATCH_ALL', enabled: true, order: 1 } },
      [
        async () => names(await web.filters()),
        ['fx to its group', 'memory for beauty'],
        ['from cueweb', 'fx to its group', 'memory for beauty'],
      ],
    ),
    // The timeout is not copied on the way in.
    call(
      'CreateServiceOverride',
      async () => ({
        show: await show(),
        service: { name: 'shell', minCores: 100, threadable: false, tags: ['general'], timeout: 7 },
      }),
      { serviceOverride: { data: { name: 'shell', minCores: 100, tags: ['general'], timeout: 0 } } },
      [async () => (await web.overrides('testing')).map(({ data }) => data.name), [], ['shell']],
    ),
  ];
}

/** job.GroupInterface. */
export function groupCalls(web: CueWeb): CueWebCall[] {
  const { ask, group } = web;
  const call = (
    method: string,
    body: CueWebCall['body'],
    answer?: Json,
    effect?: CueWebCall['effect'],
  ): CueWebCall => ({
    rpc: `job.GroupInterface/${method}`,
    body,
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const again = (key: string) => async () => {
    const { id } = await group('from cueweb');
    return (await ask('job.GroupInterface/GetGroup', { id })).group[key];
  };
  const set = (method: string, more: object, key: string, before: unknown, after: unknown) =>
    call(method, async () => ({ group: await group('from cueweb'), ...more }), undefined, [again(key), before, after]);
  const children = (of: string) => async () => {
    const answer = await ask('job.GroupInterface/GetGroups', { group: await group(of) });
    return names(answer.groups.groups);
  };
  return [
    call('GetJobs', async () => ({ group: { id: (await group('testing')).id } }), {
      jobs: { jobs: [{ name: 'testing-sh_01-kim_from_cueweb' }, { name: WEDGE, group: 'testing' }] },
    }),
    call(
      'CreateSubGroup',
      async () => ({ group: await group('testing'), name: 'from cueweb' }),
      { group: { name: 'from cueweb', level: 1, defaultJobPriority: -1, minCores: 0, maxCores: -1 } },
      [children('testing'), ['wedges'], expect.arrayContaining(['from cueweb', 'wedges'])],
    ),
    set('SetDepartment', { dept: 'Cloth' }, 'department', 'Unknown', 'Cloth'),
    set('SetDefaultJobPriority', { priority: 90 }, 'defaultJobPriority', -1, 90),
    set('SetDefaultJobMinCores', { min_cores: 2 }, 'defaultJobMinCores', -1, 2),
    set('SetDefaultJobMaxCores', { max_cores: 100 }, 'defaultJobMaxCores', -1, 100),
    set('SetMinCores', { min_cores: 1 }, 'minCores', 0, 1),
    set('SetMaxCores', { max_cores: 200 }, 'maxCores', -1, 200),
    set('SetDefaultJobMinGpus', { min_gpus: 1 }, 'defaultJobMinGpus', -1, 1),
    set('SetDefaultJobMaxGpus', { max_gpus: 2 }, 'defaultJobMaxGpus', -1, 2),
    set('SetMinGpus', { min_gpus: 1 }, 'minGpus', 0, 1),
    set('SetMaxGpus', { max_gpus: 2 }, 'maxGpus', -1, 2),
    call(
      'ReparentGroups',
      async () => ({
        group: { id: (await group('from cueweb')).id },
        groups: { groups: [{ id: (await group('wedges')).id }] },
      }),
      undefined,
      [children('from cueweb'), [], ['wedges']],
    ),
    // A job takes over what its new group says of jobs.
    call(
      'ReparentJobs',
      async () => ({
        group: { id: (await group('from cueweb')).id },
        jobs: { jobs: [{ id: (await web.job('testing-sh_01-kim_from_cueweb')).id }] },
      }),
      undefined,
      [
        async () => {
          const { job } = await ask('job.JobInterface/FindJob', { name: 'testing-sh_01-kim_from_cueweb' });
          return [job.group, job.priority, job.minCores, job.maxCores];
        },
        ['testing', 1, 1, 200],
        ['from cueweb', 90, 2, 100],
      ],
    ),
    call('SetName', async () => ({ group: await group('wedges'), name: 'wedges again' }), undefined, [
      children('from cueweb'),
      ['wedges'],
      ['wedges again'],
    ]),
    {
      rpc: 'job.GroupInterface/Delete',
      body: async () => ({ group: await group('from cueweb') }),
      fails: 'Failed to remove group, be sure that there are no jobs or filter actions pointing at the group.',
    },
    call(
      'CreateSubGroup',
      async () => ({ group: await group('from_cueweb', 'from_cueweb'), name: 'layout' }),
      { group: { name: 'layout', level: 1 } },
      [async () => names(await web.groups('from_cueweb')), ['from_cueweb'], ['from_cueweb', 'layout']],
    ),
    call('Delete', async () => ({ group: await group('layout', 'from_cueweb') }), undefined, [
      async () => names(await web.groups('from_cueweb')),
      ['from_cueweb', 'layout'],
      ['from_cueweb'],
    ]),
  ];
}

/** subscription.SubscriptionInterface, in core points. */
export function subscriptionCalls(web: CueWeb): CueWebCall[] {
  const { ask, subscriptions } = web;
  const first = async () => (await subscriptions())[0]!;
  const again = (key: string) => async () =>
    (await ask('subscription.SubscriptionInterface/Find', { name: 'local.general.testing' })).subscription[key];
  const rpc = (method: string) => `subscription.SubscriptionInterface/${method}`;
  return [
    {
      rpc: rpc('SetSize'),
      body: async () => ({ subscription: await first(), new_size: 1050 }),
      effect: [again('size'), 100_000, 1050],
    },
    {
      rpc: rpc('SetBurst'),
      body: async () => ({ subscription: await first(), burst: 2050 }),
      effect: [again('burst'), 100_000, 2050],
    },
    {
      rpc: rpc('Delete'),
      body: async () => ({ subscription: await first() }),
      fails: 'You cannot delete a subscription with running procs',
    },
    {
      rpc: rpc('Delete'),
      body: async () => ({ subscription: (await subscriptions('from_cueweb'))[0] }),
      effect: [async () => names(await subscriptions('from_cueweb')), ['local.gpu.from_cueweb'], []],
    },
  ];
}

/** limit.LimitInterface, by name. */
export function limitCalls({ ask, limits }: CueWeb): CueWebCall[] {
  const seeded = ['arnold_lic', 'nuke_lic', 'houdini_lic', 'io_heavy', 'mari_lic'];
  const find = (name: string) => async () => (await ask('limit.LimitInterface/Find', { name })).limit.maxValue;
  const listed = async () => names(await limits());
  return [
    { rpc: 'limit.LimitInterface/GetAll', body: () => ({}), answer: { limits: named(...seeded) } },
    {
      rpc: 'limit.LimitInterface/Create',
      body: () => ({ name: 'cueweb', max_value: 5 }),
      answer: { limit: { name: 'cueweb', maxValue: 5, currentRunning: 0 } },
      effect: [listed, seeded, [...seeded, 'cueweb']],
    },
    {
      rpc: 'limit.LimitInterface/SetMaxValue',
      body: () => ({ name: 'cueweb', max_value: 6 }),
      effect: [find('cueweb'), 5, 6],
    },
    {
      rpc: 'limit.LimitInterface/Rename',
      body: () => ({ old_name: 'cueweb', new_name: 'web' }),
      effect: [listed, [...seeded, 'cueweb'], [...seeded, 'web']],
    },
    {
      rpc: 'limit.LimitInterface/Delete',
      body: () => ({ name: 'web' }),
      effect: [listed, [...seeded, 'web'], seeded],
    },
  ];
}

/** service.ServiceInterface and service.ServiceOverrideInterface, whose updates overwrite every field. */
export function serviceCalls({ ask, service, overrides }: CueWeb): CueWebCall[] {
  const of = (name: string, key: string) => async () =>
    (await ask('service.ServiceInterface/GetService', { name })).service[key];
  const created = async () =>
    names((await ask('service.ServiceInterface/GetDefaultServices')).services.services).at(-1);
  const override = async () => (await overrides())[0]!.data;
  return [
    {
      rpc: 'service.ServiceInterface/GetDefaultServices',
      body: () => ({}),
      answer: {
        services: {
          services: named(
            ...['default', 'prman', 'arnold', 'shell', 'maya', 'houdini', 'katana', 'nuke'],
            ...['preprocess', 'postprocess', 'arnold_gpu'],
          ),
        },
      },
    },
    {
      rpc: 'service.ServiceInterface/CreateService',
      body: () => ({ data: { name: 'cueweb', minCores: 150, threadable: true, tags: ['general', 'util'] } }),
      answer: { service: { name: 'cueweb', minCores: 150, threadable: true, tags: ['general', 'util'] } },
      effect: [created, 'arnold_gpu', 'cueweb'],
    },
    {
      rpc: 'service.ServiceInterface/Update',
      body: async () => ({ service: { ...(await service('cueweb')), minMemory: '2097152' } }),
      effect: [of('cueweb', 'minMemory'), '0', '2097152'],
    },
    {
      rpc: 'service.ServiceInterface/Delete',
      body: async () => ({ service: await service('cueweb') }),
      effect: [created, 'cueweb', 'arnold_gpu'],
    },
    {
      rpc: 'service.ServiceOverrideInterface/Update',
      body: async () => ({ service: { ...(await override()), minCores: 500, timeout: 60 } }),
      effect: [
        async () => {
          const { id } = await override();
          const show = (await ask('show.ShowInterface/FindShow', { name: 'demo' })).show;
          const { data } = (await ask('show.ShowInterface/GetServiceOverride', { show, name: id })).serviceOverride;
          return [data.minCores, data.timeout];
        },
        [400, 720],
        [500, 60],
      ],
    },
    {
      rpc: 'service.ServiceOverrideInterface/Delete',
      body: async () => ({ service: await override() }),
      effect: [async () => (await overrides()).map(({ data }) => data.name), ['arnold'], []],
    },
  ];
}

/** filter.FilterInterface, MatcherInterface and ActionInterface, on the filter that CueWeb has created. */
export function filterCalls(web: CueWeb): CueWebCall[] {
  const { ask, filter, filters } = web;
  const mine = () => filter('from cueweb');
  const matchers = async () =>
    (await ask('filter.FilterInterface/GetMatchers', { filter: await mine() })).matchers.matchers as Json[];
  const actions = async () =>
    (await ask('filter.FilterInterface/GetActions', { filter: await mine() })).actions.actions as Json[];
  const call = (method: string, more: object, answer?: Json, effect?: CueWebCall['effect']): CueWebCall => ({
    rpc: `filter.FilterInterface/${method}`,
    body: async () => ({ filter: await mine(), ...more }),
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const again = (key: string) => async () =>
    (await ask('filter.FilterInterface/FindFilter', { show: 'demo', name: 'from cueweb' })).filter[key];
  const set = (method: string, more: object, key: string, before: unknown, after: unknown) =>
    call(method, more, undefined, [again(key), before, after]);
  const order = (method: string, more: object, before: number, after: number) =>
    call(method, more, undefined, [async () => names(await filters()).indexOf('from cueweb') + 1, before, after]);
  const matched = async () => (await matchers()).map(({ subject, type, input }) => [subject, type, input]);
  const acted = async () =>
    (await actions()).map((one) => [one.type, one.valueType, one.integerValue, one.booleanValue]);
  return [
    call(
      'CreateMatcher',
      { data: { id: '', subject: 'JOB_NAME', type: 'CONTAINS', input: 'cueweb' } },
      { matcher: { id: expect.stringMatching(/^.{36}$/), subject: 'JOB_NAME', type: 'CONTAINS', input: 'cueweb' } },
      [matched, [], [['JOB_NAME', 'CONTAINS', 'cueweb']]],
    ),
    call(
      'CreateAction',
      { data: { type: 'SET_JOB_PRIORITY', valueType: 'INTEGER_TYPE', integerValue: 50 } },
      { action: { type: 'SET_JOB_PRIORITY', valueType: 'INTEGER_TYPE', integerValue: 50, stringValue: '' } },
      [acted, [], [['SET_JOB_PRIORITY', 'INTEGER_TYPE', 50, false]]],
    ),
    call('GetMatchers', {}, { matchers: { matchers: [{ subject: 'JOB_NAME' }] } }),
    call('GetActions', {}, { actions: { actions: [{ type: 'SET_JOB_PRIORITY', groupValue: '' }] } }),
    {
      rpc: 'filter.MatcherInterface/Commit',
      body: async () => ({ matcher: { ...(await matchers())[0], type: 'IS', input: 'web' } }),
      effect: [matched, [['JOB_NAME', 'CONTAINS', 'cueweb']], [['JOB_NAME', 'IS', 'web']]],
    },
    // Only the value of the value type is kept.
    {
      rpc: 'filter.ActionInterface/Commit',
      body: async () => ({
        action: { ...(await actions())[0], type: 'PAUSE_JOB', valueType: 'BOOLEAN_TYPE', booleanValue: true },
      }),
      effect: [acted, [['SET_JOB_PRIORITY', 'INTEGER_TYPE', 50, false]], [['PAUSE_JOB', 'BOOLEAN_TYPE', 0, true]]],
    },
    {
      rpc: 'filter.MatcherInterface/Delete',
      body: async () => ({ matcher: (await matchers())[0] }),
      effect: [async () => (await matchers()).length, 1, 0],
    },
    {
      rpc: 'filter.ActionInterface/Delete',
      body: async () => ({ action: (await actions())[0] }),
      effect: [async () => (await actions()).length, 1, 0],
    },
    set('SetType', { type: 'MATCH_ANY' }, 'type', 'MATCH_ALL', 'MATCH_ANY'),
    set('SetEnabled', { enabled: false }, 'enabled', true, false),
    order('LowerOrder', {}, 1, 2),
    order('RaiseOrder', {}, 2, 1),
    order('OrderLast', {}, 1, 3),
    order('OrderFirst', {}, 3, 1),
    order('SetOrder', { order: 3 }, 1, 2),
    call('SetName', { name: 'renamed' }, undefined, [
      async () => names(await filters()).includes('renamed'),
      false,
      true,
    ]),
    {
      rpc: 'filter.FilterInterface/Delete',
      body: async () => ({ filter: await filter('renamed') }),
      effect: [async () => names(await filters()).includes('renamed'), true, false],
    },
  ];
}

/** department.DepartmentInterface and task.TaskInterface, most of which fail on a real Cuebot. */
export function departmentCalls(web: CueWeb): CueWebCall[] {
  const { ask, department, tasks } = web;
  const again =
    (...keys: string[]) =>
    async () => {
      const show = await web.show('demo');
      const answer = await ask('show.ShowInterface/GetDepartment', { show, department: 'Lighting' });
      return keys.map((key) => answer.department[key]);
    };
  const shots = async () => (await tasks()).map(({ shot }) => shot);
  const rpc = (method: string) => `department.DepartmentInterface/${method}`;
  const noSuchRow = 'Incorrect result size: expected 1, actual 0';
  return [
    {
      rpc: rpc('GetDepartmentNames'),
      body: () => ({}),
      answer: { names: ['Animation', 'Cloth', 'FX', 'Hair', 'Layout', 'Lighting', 'Pipeline', 'Unknown'] },
    },
    {
      rpc: rpc('GetTasks'),
      body: async () => ({ department: await department() }),
      answer: { tasks: { tasks: [{ shot: 'sh010', name: '', minCores: 20 }, { adjustCores: 5 }, { shot: 'sh030' }] } },
    },
    // It stores, and then fails.
    {
      rpc: rpc('AddTask'),
      body: async () => ({ department: await department(), shot: 'sh040', min_cores: 1 }),
      fails: 'NullPointerException\nnull',
      effect: [shots, ['sh010', 'sh020', 'sh030'], ['sh010', 'sh020', 'sh030', 'sh040']],
    },
    {
      rpc: rpc('SetManagedCores'),
      body: async () => ({ department: await department(), managed_cores: 10 }),
      fails: 'Bad value for type int : t',
      effect: [again('minCores'), [80], [80]],
    },
    {
      rpc: 'task.TaskInterface/SetMinCores',
      body: async () => ({ task: (await tasks())[0], new_min_cores: 2 }),
      fails: noSuchRow,
    },
    { rpc: 'task.TaskInterface/ClearAdjustments', body: async () => ({ task: (await tasks())[1] }), fails: noSuchRow },
    { rpc: 'task.TaskInterface/Delete', body: async () => ({ task: (await tasks())[0] }), fails: noSuchRow },
    {
      rpc: rpc('DisableTiManaged'),
      body: async () => ({ department: await department() }),
      effect: [again('tiManaged'), [true], [false]],
    },
    {
      rpc: rpc('EnableTiManaged'),
      body: async () => ({ department: await department(), ti_task: 'Light', managed_cores: 10 }),
      effect: [again('tiManaged', 'tiTask', 'minCores'), [false, 'Lighting', 80], [true, 'Light', 10]],
    },
  ];
}

/** comment.CommentInterface. */
export function commentCalls({ comments }: CueWeb): CueWebCall[] {
  const first = async () => (await comments())[0];
  const told = async () => (await comments()).map(({ user, subject, message }) => [user, subject, message]);
  return [
    // Only subject and message can be changed.
    {
      rpc: 'comment.CommentInterface/Save',
      body: async () => ({ comment: { ...(await first()), user: 'ben', subject: 'again', message: 'from cueweb' } }),
      effect: [told, [['ann', 'from', 'cueweb']], [['ann', 'again', 'from cueweb']]],
    },
    {
      rpc: 'comment.CommentInterface/Delete',
      body: async () => ({ comment: await first() }),
      effect: [told, [['ann', 'again', 'from cueweb']], []],
    },
  ];
}
