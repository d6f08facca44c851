import type { ActionRow } from '../farm/configuration-rows.ts';
import { insertDepend } from '../farm/depends.ts';
import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { newLimit } from '../farm/new-rows.ts';
import type { HostRow, JobRow } from '../farm/rows.ts';
import { findGroup, findShow } from './seed-shows.ts';

const GIGABYTE = 1_048_576;

// Name and tokens. One limit has none left, one is bound to no layer.
const LIMITS: readonly (readonly [string, number])[] = [
  ['arnold_lic', 96],
  ['nuke_lic', 32],
  ['houdini_lic', 32],
  ['io_heavy', 40],
  ['mari_lic', 0],
];

/** Adds the licence limits, so many times the usual tokens; they must exist before the layers that name them. */
export function seedLimits(farm: Farm, times: number): void {
  for (const [name, tokens] of LIMITS) insert(farm.limits, newLimit(farm.random.uuid(), name, tokens * times));
}

/** Adds everything that hangs on jobs, hosts and shows: comments, owners, filters and the like. */
export function seedExtras(farm: Farm): void {
  seedComments(farm);
  seedDesks(farm);
  seedFilters(farm);
  seedServices(farm);
  seedDepartments(farm);
  seedOddDepends(farm);
  seedStuckFrames(farm);
}

function seedComments(farm: Farm): void {
  const comment = (parent: JobRow | HostRow, hoursAgo: number, user: string, subject: string, message: string) => {
    const timestamp = farm.now() - hoursAgo * 3600;
    parent.comments.push(insert(farm.comments, { id: farm.random.uuid(), parent, timestamp, user, subject, message }));
  };
  const broken = findJob(farm, 'beauty_v012');
  comment(broken, 18, 'wren', 'Dead frames', 'Five frames die with exit status 1. Ben looks at the textures.');
  comment(broken, 16, 'ben', 'Re: Dead frames', 'Missing UDIM 1043, republishing.');
  comment(findJob(farm, 'crowd_v005'), 6, 'dev', 'Paused', 'Waiting for the new agents, please do not resume.');
  comment(findHost(farm, 'rqd017'), 30, 'wren', 'Disk', 'Temporary disk below 5 %, sent to repair.');
  comment(findHost(farm, 'rqd011'), 2, 'wren', 'Locked', 'Fan noise. Let the running frames finish.');
}

function seedDesks(farm: Farm): void {
  const owners = [
    ['ann', 'demo', ['ws01', 'ws02']],
    ['hugo', 'aurora', ['ws03']],
    ['kim', 'testing', []],
  ] as const;
  for (const [name, showName, hostNames] of owners) {
    const owner = insert(farm.owners, { id: farm.random.uuid(), name, show: findShow(farm, showName)! });
    for (const hostName of hostNames) {
      insert(farm.deeds, { id: farm.random.uuid(), host: findHost(farm, hostName), owner });
    }
  }
  const job = findJob(farm, 'beauty_v003');
  const partition = {
    job,
    host: findHost(farm, 'ws02'),
    threads: 2,
    cores: 0,
    maxCores: 400,
    memory: 0,
    maxMemory: 16 * GIGABYTE,
    gpus: 0,
    maxGpus: 0,
    gpuMemory: 0,
    maxGpuMemory: 0,
  };
  insert(farm.renderPartitions, { id: farm.random.uuid(), ...partition, layer: undefined, frame: undefined });
  insert(farm.renderPartitions, { id: farm.random.uuid(), ...partition, layer: job.layers[1]!, frame: undefined });
}

function seedFilters(farm: Farm): void {
  const demo = findShow(farm, 'demo')!;
  const aurora = findShow(farm, 'aurora')!;
  const matcher = (subject: string, type: string, input: string) => ({ id: farm.random.uuid(), subject, type, input });
  const action = (type: string, valueType: string, value: Partial<ActionRow>): ActionRow => ({
    id: farm.random.uuid(),
    type,
    valueType,
    groupValue: '',
    stringValue: '',
    integerValue: 0,
    floatValue: 0,
    booleanValue: false,
    ...value,
  });
  const toFx = action('MOVE_JOB_TO_GROUP', 'GROUP_TYPE', { groupValue: findGroup(farm, demo, 'fx')!.id });
  const stop = action('STOP_PROCESSING', 'NONE_TYPE', {});
  const shared = { enabled: true, type: 'MATCH_ALL' } as const;
  insert(farm.filters, {
    ...shared,
    id: farm.random.uuid(),
    name: 'fx to its group',
    show: demo,
    order: 1,
    type: 'MATCH_ANY',
    matchers: [matcher('JOB_NAME', 'CONTAINS', '_sim_'), matcher('SERVICE_NAME', 'IS', 'houdini')],
    actions: [stop, toFx, action('SET_JOB_PRIORITY', 'INTEGER_TYPE', { integerValue: 150 })],
  });
  insert(farm.filters, {
    ...shared,
    id: farm.random.uuid(),
    name: 'memory for beauty',
    show: demo,
    order: 2,
    matchers: [matcher('LAYER_NAME', 'BEGINS_WITH', 'beauty')],
    actions: [action('SET_ALL_RENDER_LAYER_MEMORY', 'INTEGER_TYPE', { integerValue: 16 * GIGABYTE })],
  });
  insert(farm.filters, {
    ...shared,
    id: farm.random.uuid(),
    name: 'pause overnight',
    show: aurora,
    order: 1,
    enabled: false,
    matchers: [matcher('JOB_NAME', 'REGEX', 'overnight_v[0-9]+$')],
    actions: [action('PAUSE_JOB', 'BOOLEAN_TYPE', { booleanValue: true })],
  });
}

function seedServices(farm: Farm): void {
  const byName = (name: string) => [...farm.services.values()].find((service) => service.name === name)!;
  insert(farm.services, {
    ...byName('arnold'),
    id: farm.random.uuid(),
    name: 'arnold_gpu',
    minCores: 200,
    maxCores: 800,
    minGpus: 1,
    maxGpus: 2,
    minGpuMemory: 8 * GIGABYTE,
    tags: ['gpu'],
    timeoutLlu: 60,
  });
  const data = { ...byName('arnold'), id: farm.random.uuid(), minMemory: 12 * GIGABYTE, minCores: 400, timeout: 720 };
  farm.serviceOverrides.set(data.id, { show: findShow(farm, 'demo')!, data });
}

function seedDepartments(farm: Farm): void {
  const task = (shot: string, minCores: number, adjustCores = 0) => ({
    id: farm.random.uuid(),
    shot,
    minCores,
    adjustCores,
  });
  for (const [showName, dept, shots] of [
    ['demo', 'Pipeline', []],
    ['demo', 'Lighting', ['sh010', 'sh020', 'sh030']],
    ['aurora', 'Pipeline', []],
    ['aurora', 'FX', ['sq100']],
    ['vault', 'Pipeline', []],
  ] as const) {
    const managed = shots.length > 1;
    insert(farm.departments, {
      id: farm.random.uuid(),
      show: findShow(farm, showName)!,
      dept,
      tiTask: managed ? 'Lighting' : '',
      minCores: managed ? 80 : 0,
      tiManaged: managed,
      tasks: shots.map((shot, index) => task(shot, 20, index === 1 ? 5 : 0)),
    });
  }
}

/** Depends that no layer template makes: across jobs, satisfied ones, single frames. */
function seedOddDepends(farm: Farm): void {
  const comp = findJob(farm, 'comp_v007');
  const layout = findJob(farm, 'layout_v001');
  const oldBeauty = findJob(farm, 'beauty_v009');
  const water = findJob(farm, 'water_beauty_v004');
  const sim = findJob(farm, 'water_sim_v004');
  const satisfied = { active: false };
  insertDepend(farm, 'JOB_ON_LAYER', { job: comp }, { job: layout, layer: layout.layers[0] }, satisfied);
  insertDepend(
    farm,
    'FRAME_ON_FRAME',
    { job: comp, layer: comp.layers[1], frame: comp.layers[1]!.frames[0] },
    { job: oldBeauty, layer: oldBeauty.layers[1], frame: oldBeauty.layers[1]!.frames[0] },
    satisfied,
  );
  insertDepend(farm, 'LAYER_ON_LAYER', { job: water, layer: water.layers[1] }, { job: sim, layer: sim.layers[3] });
}

/** Two frames that run and have not written to their logs for a while. */
function seedStuckFrames(farm: Farm): void {
  for (const suffix of ['pyro_sim_v002', 'wedge_v001']) {
    const job = findJob(farm, suffix);
    const stuck = job.layers.flatMap(({ frames }) => frames).find(({ proc }) => proc)?.proc;
    if (stuck) stuck.silentSince = Math.max(stuck.dispatchTime, farm.now() - 2700);
  }
}

function findJob(farm: Farm, suffix: string): JobRow {
  return [...farm.jobs.values()].find((job) => job.name.endsWith(`_${suffix}`))!;
}

function findHost(farm: Farm, name: string): HostRow {
  return [...farm.hosts.values()].find((host) => host.name === name)!;
}
