import type { Json } from '../../json.ts';
import type { CueWeb, CueWebCall } from './cueweb.ts';
import { BROKEN, WEDGE } from './cueweb.ts';

const COMP = 'demo-sh030-cleo_comp_v007';
const CLOUD = 'aurora-sq110-hugo_beauty_v030';
const WATER = 'aurora-sq100-gina_water_sim_v004';
const TURNTABLE = 'demo-sh050-elif_lookdev_v021';

const running =
  ({ ask }: CueWeb, name: string) =>
  async () =>
    (await ask('job.JobInterface/FindJob', { name })).job.jobStats.runningFrames;

/** host.HostInterface and host.OwnerInterface. */
export function hostCalls(web: CueWeb): CueWebCall[] {
  const { ask, host, hosts } = web;
  const call = (
    method: string,
    body: CueWebCall['body'],
    answer?: Json,
    effect?: CueWebCall['effect'],
  ): CueWebCall => ({
    rpc: `host.HostInterface/${method}`,
    body,
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const again =
    (key: string, name = 'ws03') =>
    async () =>
      (await ask('host.HostInterface/FindHost', { name })).host[key];
  const set = (method: string, more: object, key: string, before: unknown, after: unknown) =>
    call(method, async () => ({ host: await host('ws03'), ...more }), undefined, [again(key), before, after]);
  // The first is the allocation's, the second the host's own.
  const tags = ['desktop', 'desktop', 'linux', 'ws03'];
  return [
    call('GetHosts', () => ({ r: {} }), { hosts: { hosts: Array.from({ length: 40 }, () => ({})) } }),
    call('GetHosts', () => ({ r: { hosts: ['rqd017', 'nope'] } }), {
      hosts: { hosts: [{ name: 'rqd017', state: 'REPAIR', hasComment: true, idleMemory: '133693440' }] },
    }),
    call('FindHost', () => ({ name: 'ws02' }), {
      host: { name: 'ws02', allocName: 'local.desktop', lockState: 'NIMBY_LOCKED', nimbyEnabled: true },
    }),
    call('GetProcs', async () => ({ host: await host('ws01') }), { procs: { procs: [] } }),
    call('GetComments', async () => ({ host: await host('rqd011') }), {
      comments: { comments: [{ user: 'wren', subject: 'Locked' }] },
    }),
    call(
      'AddComment',
      async () => ({ host: await host('ws03'), new_comment: { user: 'ann', subject: 'from', message: 'cueweb' } }),
      undefined,
      [
        async () => {
          const answer = await ask('host.HostInterface/GetComments', { host: await host('ws03') });
          const told = answer.comments.comments.map(({ user, subject, message }: Json) => [user, subject, message]);
          return [await again('hasComment')(), told];
        },
        [false, []],
        [true, [['ann', 'from', 'cueweb']]],
      ],
    ),
    set('Lock', {}, 'lockState', 'OPEN', 'LOCKED'),
    set('Unlock', {}, 'lockState', 'LOCKED', 'OPEN'),
    set('AddTags', { tags: ['cueweb'] }, 'tags', tags, [...tags, 'cueweb']),
    set('RenameTag', { old_tag: 'cueweb', new_tag: 'web' }, 'tags', [...tags, 'cueweb'], [...tags, 'web']),
    set('RemoveTags', { tags: ['web'] }, 'tags', [...tags, 'web'], tags),
    call(
      'SetAllocation',
      async () => ({ host: await host('ws03'), allocation_id: (await web.allocation('local.unassigned')).id }),
      undefined,
      [
        async () => [await again('allocName')(), await again('tags')()],
        ['local.desktop', tags],
        ['local.unassigned', ['unassigned', 'desktop', 'linux', 'ws03']],
      ],
    ),
    set('SetHardwareState', { state: 'REPAIR' }, 'state', 'UP', 'REPAIR'),
    set('SetHardwareState', { state: 'DOWN' }, 'state', 'REPAIR', 'DOWN'),
    call(
      'RedirectToJob',
      async () => {
        const [first] = await web.procs({ jobs: [WEDGE] });
        return {
          host: await host(first.name.split('/')[0]),
          proc_names: [first.id],
          job_id: (await web.job(BROKEN)).id,
        };
      },
      { value: true },
      // Its frame is killed at once.
      [running(web, WEDGE), 40, 39],
    ),
    call('RebootWhenIdle', async () => ({ host: await host('ws01') }), undefined, [
      again('state', 'ws01'),
      'UP',
      'REBOOT_WHEN_IDLE',
    ]),
    call('Reboot', async () => ({ host: await host('ws01') }), undefined, [
      again('state', 'ws01'),
      'REBOOT_WHEN_IDLE',
      'REBOOTING',
    ]),
    // CueWeb sends a name, and a real Cuebot wants the id.
    {
      rpc: 'host.OwnerInterface/TakeOwnership',
      body: () => ({ owner: { name: 'ann' }, host: 'ws03' }),
      fails: 'Incorrect result size: expected 1, actual 0',
      effect: [
        async () => {
          const answer = await ask('host.HostInterface/GetOwner', { host: await host('ws03') });
          return answer.owner.name;
        },
        'hugo',
        'hugo',
      ],
    },
    call('Delete', async () => ({ host: await host('ws03') }), undefined, [
      async () => (await hosts()).some(({ name }) => name === 'ws03'),
      true,
      false,
    ]),
  ];
}

/** host.ProcInterface. */
export function procCalls(web: CueWeb): CueWebCall[] {
  const { ask, host, procs } = web;
  const call = (
    method: string,
    body: CueWebCall['body'],
    answer?: Json,
    effect?: CueWebCall['effect'],
  ): CueWebCall => ({
    rpc: `host.ProcInterface/${method}`,
    body,
    ...(answer !== undefined && { answer }),
    ...(effect && { effect }),
  });
  const on = async (name: string) =>
    (await ask('host.HostInterface/GetProcs', { host: await host(name) })).procs.procs as Json[];
  const unbooked = async () => (await on('gpu01')).map((one) => one.unbooked);
  return [
    call('GetProcs', () => ({ r: { hosts: ['gpu01'] } }), {
      procs: { procs: Array.from({ length: 2 }, () => ({ showName: 'demo', unbooked: false, services: ['arnold'] })) },
    }),
    call('GetProcs', () => ({ r: { shows: ['demo'], allocs: ['local.gpu'] } }), {
      procs: { procs: Array.from({ length: 8 }, () => ({ reservedGpus: 1, jobName: TURNTABLE })) },
    }),
    call('GetProcs', () => ({ r: { jobs: [COMP] } }), {
      procs: { procs: Array.from({ length: 6 }, () => ({ jobName: COMP, reservedCores: 2, redirectTarget: '' })) },
    }),
    call('GetProcs', () => ({ r: { layers: ['comp'] } }), {
      procs: { procs: Array.from({ length: 9 }, () => ({ services: ['nuke'] })) },
    }),
    // It ends with its frame.
    call('Unbook', async () => ({ proc: (await on('gpu01'))[0], kill: false }), undefined, [
      unbooked,
      [false, false],
      [true, false],
    ]),
    call('Unbook', async () => ({ proc: (await on('gpu01'))[0], kill: true }), undefined, [
      unbooked,
      [true, false],
      [false],
    ]),
    call('Kill', async () => ({ proc: (await on('gpu01'))[0] }), undefined, [running(web, TURNTABLE), 7, 6]),
    call('UnbookProcs', () => ({ r: { jobs: [CLOUD] }, kill: false }), { numProcs: 30 }, [
      async () => (await procs({ jobs: [CLOUD] })).map((one) => one.unbooked),
      Array.from({ length: 30 }, () => false),
      Array.from({ length: 30 }, () => true),
    ]),
    call('UnbookProcs', () => ({ r: { jobs: [WATER] }, kill: true }), { numProcs: 12 }, [running(web, WATER), 12, 0]),
  ];
}

/** facility.AllocationInterface. */
export function allocationCalls(): CueWebCall[] {
  const names = [
    'cloud.general',
    'cloud.unassigned',
    'local.desktop',
    'local.general',
    'local.gpu',
    'local.unassigned',
  ];
  return [
    {
      rpc: 'facility.AllocationInterface/GetAll',
      body: () => ({}),
      answer: { allocations: { allocations: names.map((name) => ({ name })) } },
    },
  ];
}
