import type { Farm } from '../../../src/demo/farm/farm.ts';
import type { HostRow } from '../../../src/demo/farm/rows.ts';
import type { Json } from '../../json.ts';
import type { RpcCase, RpcTable } from './rpc-case.ts';
import { allocationOf, first, groupOf, hostOf, jobOf, MISSING, ref } from './rpc-case.ts';

const host = (farm: Farm) => hostOf(farm, 'rqd001');
const idle = (farm: Farm) => hostOf(farm, 'ws01');
const set = (field: keyof HostRow, before: unknown, after: unknown, request: Json = {}): RpcCase => ({
  request: (farm) => ({ host: ref(host(farm)), ...request }),
  state: (farm) => host(farm)[field],
  before,
  after,
});

/** host.HostInterface. */
export const HOST: RpcTable = {
  GetHost: { request: (farm) => ref(host(farm)), answer: { host: { name: 'rqd001', state: 'UP', cores: 32 } } },
  FindHost: { request: () => ({ name: 'rqd001' }), answer: { host: { allocName: 'local.general' } } },
  GetHosts: {
    request: () => ({ r: { states: { state: ['REPAIR'] } } }),
    answer: { hosts: { hosts: [{ name: 'rqd017' }] } },
  },
  GetHostWhiteboard: { fails: [13, 'null'] },
  GetProcs: {
    request: (farm) => ({ host: ref(first(farm.procs).host) }),
    answer: (farm: Farm) => ({ procs: { procs: [...first(farm.procs).host.procs].map(({ id }) => ({ id })) } }),
  },
  GetComments: {
    request: (farm) => ({ host: ref(hostOf(farm, 'rqd011')) }),
    answer: { comments: { comments: [{ subject: 'Locked' }] } },
  },
  GetDeed: [
    { request: (farm) => ({ host: ref(idle(farm)) }), answer: { deed: { host: 'ws01', owner: 'ann', show: '' } } },
    { request: (farm) => ({ host: ref(host(farm)) }), fails: MISSING },
  ],
  GetOwner: { request: (farm) => ({ host: ref(idle(farm)) }), answer: { owner: { name: 'ann', hostCount: 2 } } },
  GetRenderPartitions: {
    request: (farm) => ({ host: ref(hostOf(farm, 'ws02')) }),
    answer: { renderPartitions: { renderPartitions: [{ renderPartType: 'JOB_PARTITION' }, { layer: 'beauty' }] } },
  },
  Lock: set('lockState', 'OPEN', 'LOCKED'),
  Unlock: set('lockState', 'LOCKED', 'OPEN'),
  SetThreadMode: set('threadMode', 'AUTO', 'ALL', { mode: 'ALL' }),
  SetOs: set('os', 'Linux', 'rhel9', { os: 'rhel9' }),
  RebootWhenIdle: set('state', 'UP', 'REBOOT_WHEN_IDLE'),
  Reboot: set('state', 'REBOOT_WHEN_IDLE', 'REBOOTING'),
  SetHardwareState: [set('state', 'REBOOTING', 'REPAIR', { state: 'REPAIR' }), set('state', 'REPAIR', 'UP')],
  RestartRqdNow: set('state', 'UP', 'UP'),
  RestartRqdWhenIdle: set('state', 'UP', 'UP'),
  AddTags: set(
    'tags',
    ['general', 'general', 'linux', 'rqd001'],
    ['general', 'general', 'linux', 'rqd001', 'a', 'b', 'b'],
    { tags: ['a b', 'b'] },
  ),
  RenameTag: set(
    'tags',
    ['general', 'general', 'linux', 'rqd001', 'a', 'b', 'b'],
    ['general', 'general', 'linux', 'rqd001', 'b', 'b', 'c'],
    { old_tag: 'a', new_tag: 'c' },
  ),
  RemoveTags: set(
    'tags',
    ['general', 'general', 'linux', 'rqd001', 'b', 'b', 'c'],
    ['general', 'linux', 'rqd001', 'c'],
    { tags: ['b', 'general'] },
  ),
  AddComment: {
    request: (farm) => ({ host: ref(host(farm)), newComment: { user: 'wren', subject: 'fan' } }),
    state: (farm) => host(farm).comments.length,
    before: 0,
    after: 1,
  },
  SetAllocation: [
    {
      request: (farm) => ({ host: ref(idle(farm)), allocationId: allocationOf(farm, 'local.unassigned').id }),
      state: (farm) => [idle(farm).allocation.name, idle(farm).tags[0]],
      before: ['local.desktop', 'desktop'],
      after: ['local.unassigned', 'unassigned'],
    },
    {
      request: (farm) => ({
        host: ref(first(farm.procs).host),
        allocationId: allocationOf(farm, 'local.unassigned').id,
      }),
      fails: [13, 'You cannot move hosts with running procs between allocations.'],
    },
  ],
  RedirectToJob: {
    request: (farm) => ({ procNames: [first(farm.procs).id], jobId: jobOf(farm, 'wedge_v001').id }),
    answer: { value: true },
    state: (farm) => farm.redirects.length,
    before: 0,
    after: 1,
  },
  Delete: [
    {
      request: (farm) => ({ host: ref(idle(farm)) }),
      state: (farm) => [farm.hosts.size, farm.deeds.size],
      before: [40, 3],
      after: [39, 2],
    },
    { request: () => ({ host: { id: 'nope' } }), fails: MISSING },
  ],
};

const proc = (farm: Farm) => first(farm.procs);
const last = (farm: Farm) => [...farm.procs.values()].at(-1)!;

/** host.ProcInterface. */
export const PROC: RpcTable = {
  GetProcs: {
    request: (farm) => ({ r: { jobs: [jobOf(farm, 'wedge_v001').name], maxResults: [1] } }),
    answer: { procs: { procs: [{ showName: 'testing' }] } },
  },
  GetFrame: {
    request: (farm) => ({ proc: ref(proc(farm)) }),
    answer: (farm: Farm) => ({ frame: { id: proc(farm).frame.id } }),
  },
  GetHost: {
    request: (farm) => ({ proc: ref(proc(farm)) }),
    answer: (farm: Farm) => ({ host: { name: proc(farm).host.name } }),
  },
  GetLayer: {
    request: (farm) => ({ proc: ref(proc(farm)) }),
    answer: (farm: Farm) => ({ layer: { id: proc(farm).frame.layer.id } }),
  },
  GetJob: [
    {
      request: (farm) => ({ proc: ref(proc(farm)) }),
      answer: (farm: Farm) => ({ job: { id: proc(farm).frame.layer.job.id } }),
    },
    { request: () => ({ proc: { id: 'gone' } }), fails: [5, 'Incorrect result size: expected 1, actual 0'] },
  ],
  RedirectToJob: {
    request: (farm) => ({ proc: ref(proc(farm)), jobId: jobOf(farm, 'wedge_v001').id }),
    answer: { value: true },
    state: (farm) => proc(farm).redirect?.name,
    before: undefined,
    after: 'testing-shot01-kim_wedge_v001',
  },
  RedirectToGroup: {
    request: (farm) => ({ proc: ref(proc(farm)), groupId: groupOf(farm, 'testing', 'wedges').id }),
    answer: { value: true },
    state: (farm) => proc(farm).redirect?.name,
    before: 'testing-shot01-kim_wedge_v001',
    after: 'wedges',
  },
  ClearRedirect: {
    request: (farm) => ({ proc: ref(proc(farm)) }),
    answer: { value: true },
    state: (farm) => proc(farm).redirect?.name,
    before: 'wedges',
    after: undefined,
  },
  Unbook: {
    request: (farm) => ({ proc: ref(proc(farm)) }),
    state: (farm) => proc(farm).unbooked,
    before: false,
    after: true,
  },
  Kill: { request: (farm) => ({ proc: ref(last(farm)) }), state: (farm) => farm.procs.size, before: 132, after: 131 },
  UnbookToJob: [
    {
      request: (farm) => ({
        r: { jobs: [jobOf(farm, 'beauty_v003').name], maxResults: [2] },
        jobs: { jobs: [ref(jobOf(farm, 'wedge_v001')), { id: 'nope' }] },
      }),
      answer: { numProcs: 2 },
      state: (farm) => [...farm.procs.values()].filter(({ redirect }) => redirect).length,
      before: 0,
      after: 2,
    },
    {
      request: () => ({ r: {} }),
      fails: [13, 'You must specify the number of procs to unbook within the ProcSearchCriteria.'],
    },
  ],
  UnbookToGroup: {
    request: (farm) => ({
      r: { jobs: [jobOf(farm, 'wedge_v001').name], maxResults: [3] },
      group: ref(groupOf(farm, 'demo', 'fx')),
      kill: true,
    }),
    answer: { numProcs: 3 },
    state: (farm) => farm.redirects.length,
    before: 0,
    after: 3,
  },
  UnbookProcs: {
    request: (farm) => ({ r: { jobs: [jobOf(farm, 'pyro_sim_v002').name] }, kill: true }),
    answer: { numProcs: 4 },
    state: (farm) =>
      [...farm.procs.values()].filter(({ frame }) => frame.layer.job === jobOf(farm, 'pyro_sim_v002')).length,
    before: 4,
    after: 0,
  },
};

const owner = (farm: Farm, name = 'ann') => first(farm.owners, (row) => row.name === name);

/** host.OwnerInterface. */
export const OWNER: RpcTable = {
  GetOwner: { request: () => ({ name: 'ann' }), answer: { owner: { show: 'demo', hostCount: 2 } } },
  GetDeeds: {
    request: (farm) => ({ owner: ref(owner(farm)) }),
    answer: { deeds: { deeds: [{ host: 'ws01' }, { host: 'ws02' }] } },
  },
  GetHosts: {
    request: (farm) => ({ owner: ref(owner(farm)) }),
    answer: { hosts: { hosts: [{ name: 'ws01' }, { name: 'ws02' }] } },
  },
  TakeOwnership: [
    {
      request: (farm) => ({ owner: ref(owner(farm)), host: 'ws03' }),
      state: (farm) => first(farm.deeds, (deed) => deed.host.name === 'ws03').owner.name,
      before: 'hugo',
      after: 'ann',
    },
    {
      request: (farm) => ({ owner: ref(owner(farm)), host: 'rqd001' }),
      fails: [13, 'Cannot setup deeeds on non-NIMBY hosts.'],
    },
    { request: () => ({ owner: { name: 'ann' }, host: 'ws03' }), fails: MISSING },
  ],
  SetShow: {
    request: (farm) => ({ owner: ref(owner(farm)), show: 'aurora' }),
    state: (farm) => owner(farm).show.name,
    before: 'demo',
    after: 'aurora',
  },
  Delete: {
    request: (farm) => ({ owner: ref(owner(farm, 'kim')) }),
    state: (farm) => farm.owners.size,
    before: 3,
    after: 2,
  },
};

/** host.DeedInterface. */
export const DEED: RpcTable = {
  GetOwner: { request: (farm) => ({ deed: ref(first(farm.deeds)) }), answer: { owner: { name: 'ann' } } },
  GetHost: { request: (farm) => ({ deed: ref(first(farm.deeds)) }), fails: MISSING },
  Delete: {
    request: (farm) => ({ deed: ref(first(farm.deeds)) }),
    state: (farm) => farm.deeds.size,
    before: 3,
    after: 2,
  },
};

/** facility.FacilityInterface. */
export const FACILITY: RpcTable = {
  Get: { request: () => ({ name: 'cloud' }), answer: { facility: { name: 'cloud' } } },
  GetAllocations: { fails: [12, 'Method facility.FacilityInterface/GetAllocations is unimplemented'] },
  Create: [
    {
      request: () => ({ name: 'mars' }),
      answer: { facility: { name: 'mars' } },
      state: (farm) => farm.facilities.length,
      before: 2,
      after: 3,
    },
    {
      request: () => ({ name: 'mars' }),
      fails: [13, 'Incorrect result size: expected 1, actual 2'],
      state: (farm) => farm.facilities.length,
      before: 3,
      after: 4,
    },
  ],
  Rename: {
    request: (farm) => ({ facility: { name: farm.facilities[2]!.id }, newName: 'moon' }),
    state: (farm) => farm.facilities[2]!.name,
    before: 'mars',
    after: 'moon',
  },
  Delete: [
    { request: () => ({ name: 'moon' }), state: (farm) => farm.facilities.length, before: 4, after: 3 },
    { request: () => ({ name: 'local' }), fails: [13, expectReferenced()] },
  ],
};

function expectReferenced(): never {
  return { asymmetricMatch: (text: unknown) => String(text).includes('is still referenced from table') } as never;
}

const general = { facility: 'local', name: 'local.general' };
const spare = (farm: Farm) => allocationOf(farm, 'local.spare');

/** facility.AllocationInterface. */
export const ALLOCATION: RpcTable = {
  GetAll: {
    answer: { allocations: { allocations: [{ name: 'cloud.general' }, {}, {}, { stats: { hosts: 24 } }, {}, {}] } },
  },
  Find: { request: () => ({ name: 'local.general' }), answer: { allocation: { tag: 'general' } } },
  Get: [
    { request: () => ({ id: 'local.general' }), answer: { allocation: { tag: 'general' } } },
    {
      request: (farm) => ref(allocationOf(farm, 'local.general')),
      fails: [5, 'Incorrect result size: expected 1, actual 0'],
    },
  ],
  GetDefault: { answer: { allocation: { name: 'local.general' } } },
  GetHosts: {
    request: (farm) => ({ allocation: ref(allocationOf(farm, 'local.gpu')) }),
    answer: { hosts: { hosts: [{}, {}, {}, {}] } },
  },
  FindHosts: {
    request: (farm) => ({ allocation: ref(allocationOf(farm, 'local.gpu')) }),
    answer: { hosts: { hosts: [] } },
  },
  GetSubscriptions: {
    request: (farm) => ({ allocation: ref(allocationOf(farm, 'local.gpu')) }),
    answer: { subscriptions: { subscriptions: [{ name: 'local.gpu.demo' }] } },
  },
  Create: {
    request: () => ({ name: 'spare', tag: 'spare', facility: { name: 'local' } }),
    answer: { allocation: { name: 'local.spare', billable: true } },
    state: (farm) => farm.allocations.length,
    before: 6,
    after: 7,
  },
  SetBillable: {
    request: () => ({ allocation: { facility: 'local', name: 'spare' }, value: false }),
    state: (farm) => spare(farm).billable,
    before: true,
    after: false,
  },
  SetTag: {
    request: () => ({ allocation: general, tag: 'blades' }),
    state: (farm) => [allocationOf(farm, 'local.general').tag, hostOf(farm, 'rqd001').tags[0]],
    before: ['general', 'general'],
    after: ['blades', 'general'],
  },
  SetDefault: {
    request: () => ({ allocation: { facility: 'local', name: 'local.spare' } }),
    state: (farm) => spare(farm).isDefault,
    before: false,
    after: true,
  },
  ReparentHosts: {
    request: (farm) => ({ allocation: ref(spare(farm)), hosts: { hosts: [ref(idle(farm)), { id: 'nope' }] } }),
    state: (farm) => idle(farm).allocation.name,
    before: 'local.desktop',
    after: 'local.spare',
  },
  SetName: [
    {
      request: () => ({ allocation: { facility: 'local', name: 'spare' }, name: 'more' }),
      state: (farm) => idle(farm).allocation.name,
      before: 'local.spare',
      after: 'local.more',
    },
    {
      request: () => ({ allocation: general, name: 'a.b' }),
      fails: [13, 'The new allocation namemust be alpha numeric and not contain the facility prefix.'],
    },
  ],
  Delete: [
    {
      request: () => ({ allocation: { facility: 'local', name: 'unassigned' } }),
      state: (farm) => farm.allocations.length,
      before: 7,
      after: 6,
    },
    {
      request: () => ({ allocation: general }),
      fails: [
        13,
        'failed to create entity of type: class com.imageworks.spcue.AllocationEntity with name: local.general ,' +
          'allocation still contains hosts',
      ],
    },
  ],
};

const partition = (farm: Farm) => first(farm.renderPartitions);

/** renderPartition.RenderPartitionInterface. */
export const RENDER_PARTITION: RpcTable = {
  SetMaxResources: {
    request: (farm) => ({ renderPartition: ref(partition(farm)), cores: 300, memory: 5 }),
    state: (farm) => [partition(farm).maxCores, partition(farm).maxMemory, partition(farm).maxGpus],
    before: [400, 16_777_216, 0],
    after: [300, 5, 0],
  },
  Delete: {
    request: (farm) => ({ renderPartition: ref(partition(farm)) }),
    state: (farm) => farm.renderPartitions.size,
    before: 2,
    after: 1,
  },
};

/** cue.CueInterface. */
export const CUE: RpcTable = {
  GetSystemStats: { answer: { stats: { manageThreads: 6, bookedProcs: '132', reqErrors: '0' } } },
};

const comment = (farm: Farm) => first(farm.comments);

/** comment.CommentInterface. */
export const COMMENT: RpcTable = {
  Save: [
    {
      request: (farm) => ({ comment: { ...ref(comment(farm)), user: 'x', subject: 'S', message: 'M' } }),
      state: (farm) => [comment(farm).user, comment(farm).subject],
      before: ['wren', 'Dead frames'],
      after: ['wren', 'S'],
    },
    { request: () => ({ comment: { id: 'nope', subject: 'S' } }) },
  ],
  Delete: {
    request: (farm) => ({ comment: ref(comment(farm)) }),
    state: (farm) => farm.comments.size,
    before: 5,
    after: 4,
  },
};
