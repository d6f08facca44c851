import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import type { Json } from '../../json.ts';
import type { CuebotClient } from '../cuebot-client.ts';
import { createCuebotClient } from '../cuebot-client.ts';

let demo: DemoCuebot;
let client: CuebotClient;

beforeAll(async () => {
  demo = await createDemoCuebot({ now: () => 1_800_000_000_000 });
  client = createCuebotClient(demo.endpoint);
});

afterAll(async () => {
  client.close();
  await demo.close();
});

const show = async (name: string) => (await client.get('show.ShowInterface/FindShow', { name })).show;
const jobOf = (suffix: string) => [...demo.farm.jobs.values()].find(({ name }) => name.endsWith(`_${suffix}`))!;
const hostOf = (name: string) => [...demo.farm.hosts.values()].find((host) => host.name === name)!;
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
const dependsOf = async (method: string, request: Json) =>
  (await client.get(`job.${method}`, request)).depends.depends as Json[];

describe('groups', () => {
  test('Show.GetGroups sorts by level and name, Group.GetGroups by the order people gave', async () => {
    const { groups } = await client.get('show.ShowInterface/GetGroups', { show: await show('demo') });
    expect(names(groups.groups)).toEqual(['demo', 'anim', 'comp', 'fx', 'lighting', 'seq010', 'seq020']);
    const { group } = await client.get('show.ShowInterface/GetRootGroup', { show: await show('demo') });
    const children = await client.get('job.GroupInterface/GetGroups', { group });
    expect(names(children.groups.groups)).toEqual(['lighting', 'anim', 'fx', 'comp']);
  });

  test('the groups of a show hold its pending jobs between them', async () => {
    const { groups } = await client.get('show.ShowInterface/GetGroups', { show: await show('demo') });
    const found: string[] = [];
    for (const group of groups.groups) {
      const { jobs } = await client.get('job.GroupInterface/GetJobs', { group });
      expect(jobs.jobs.length).toBe(group.groupStats.pendingJobs);
      found.push(...names(jobs.jobs));
    }
    const { jobs } = await client.get('show.ShowInterface/GetJobs', { show: await show('demo') });
    expect(found.sort()).toEqual(names(jobs.jobs));
  });

  test('the whiteboard is the same tree, with the jobs inside', async () => {
    const { whiteboard } = await client.get('show.ShowInterface/GetJobWhiteboard', { show: await show('aurora') });
    expect([whiteboard.name, whiteboard.parent, names(whiteboard.groups.nestedGroups)]).toEqual([
      'aurora',
      null,
      ['fx', 'layout', 'lighting'],
    ]);
    const [fx] = whiteboard.groups.nestedGroups;
    const [sims] = fx.groups.nestedGroups;
    expect([sims.name, sims.parent.name, names(sims.inlineJobs)]).toEqual([
      'sims',
      'fx',
      ['aurora-sq100-gina_water_sim_v004'],
    ]);
    expect(sims.jobs).toEqual(sims.inlineJobs.map(({ id }: Json) => id));
  });
});

describe('depends', () => {
  test('a job shows the depends of its layers, without the rows they were expanded to', async () => {
    const job = { id: jobOf('beauty_v003').id };
    const types = (await dependsOf('JobInterface/GetDepends', { job })).map(({ type }) => type);
    expect(types.sort()).toEqual([
      'FRAME_BY_FRAME',
      'FRAME_BY_FRAME',
      'LAYER_ON_LAYER',
      'LAYER_ON_LAYER',
      'LAYER_ON_LAYER',
    ]);
  });

  test('a job on a job shows from both ends', async () => {
    const [forth] = await dependsOf('JobInterface/GetWhatThisDependsOn', { job: { id: jobOf('beauty_v001').id } });
    const [back] = await dependsOf('JobInterface/GetWhatDependsOnThis', { job: { id: jobOf('beauty_v003').id } });
    expect(forth).toEqual(back);
    expect(forth).toMatchObject({
      type: 'JOB_ON_JOB',
      target: 'EXTERNAL',
      active: true,
      dependErJob: 'demo-sh020-ann_beauty_v001',
      dependOnJob: 'demo-sh010-ann_beauty_v003',
      dependErLayer: '',
    });
    expect((await client.get('depend.DependInterface/GetDepend', { id: forth.id })).depend).toEqual(forth);
  });

  test('a layer hides what was expanded and shows frames that depend by themselves', async () => {
    const layer = jobOf('comp_v007').layers[1]!;
    const rows = await dependsOf('LayerInterface/GetWhatThisDependsOn', { layer: { id: layer.id } });
    expect(rows.map(({ type, target }) => [type, target])).toEqual([
      ['FRAME_BY_FRAME', 'INTERNAL'],
      ['FRAME_ON_FRAME', 'EXTERNAL'],
    ]);
  });

  test('a frame shows its own rows, and those of its layer and job', async () => {
    const frame = jobOf('comp_v007').layers[1]!.frames[0]!;
    const rows = await dependsOf('FrameInterface/GetWhatThisDependsOn', { frame: { id: frame.id } });
    expect(rows.map(({ type }) => type)).toEqual([
      'FRAME_BY_FRAME',
      'FRAME_ON_FRAME',
      'JOB_ON_LAYER',
      'FRAME_ON_FRAME',
    ]);
    const plate = jobOf('comp_v007').layers[0]!.frames[0]!;
    const waiting = await dependsOf('FrameInterface/GetWhatDependsOnThis', { frame: { id: plate.id } });
    expect(waiting.map(({ dependErFrame, active }) => [dependErFrame, active])).toEqual([['1001-comp', false]]);
  });
});

describe('desks', () => {
  test('host, deed and owner lead to each other, but for the deed to its host', async () => {
    const host = { id: hostOf('ws01').id };
    const { deed } = await client.get('host.HostInterface/GetDeed', { host });
    expect(deed).toMatchObject({ host: 'ws01', owner: 'ann', show: '' });
    const { owner } = await client.get('host.DeedInterface/GetOwner', { deed });
    expect(owner).toMatchObject({ name: 'ann', show: 'demo', hostCount: 2 });
    expect((await client.get('host.HostInterface/GetOwner', { host })).owner).toEqual(owner);
    const { hosts } = await client.get('host.OwnerInterface/GetHosts', { owner });
    expect(names(hosts.hosts)).toEqual(['ws01', 'ws02']);
    expect((await client.get('host.OwnerInterface/GetDeeds', { owner })).deeds.deeds.length).toBe(2);
    expect((await client.get('show.ShowInterface/GetDeeds', { show: await show('demo') })).deeds.deeds.length).toBe(2);
    expect(await client.call('host.DeedInterface/GetHost', { deed })).toMatchObject({ code: 13 });
    expect(await client.call('host.HostInterface/GetDeed', { host: { id: hostOf('rqd001').id } })).toMatchObject({
      code: 13,
    });
  });

  test('an owner is found by name and by id', async () => {
    const { owner } = await client.get('host.OwnerInterface/GetOwner', { name: 'hugo' });
    expect((await client.get('host.OwnerInterface/GetOwner', { name: owner.id })).owner).toEqual(owner);
  });

  test('render partitions say what they are for', async () => {
    const { renderPartitions } = await client.get('host.HostInterface/GetRenderPartitions', {
      host: { id: hostOf('ws02').id },
    });
    expect(renderPartitions.renderPartitions.map(({ renderPartType, layer }: Json) => [renderPartType, layer])).toEqual(
      [
        ['JOB_PARTITION', ''],
        ['LAYER_PARTITION', 'beauty'],
      ],
    );
  });
});

describe('filters', () => {
  test('are listed in order, with matchers as created and actions that stop last', async () => {
    const { filters } = await client.get('show.ShowInterface/GetFilters', { show: await show('demo') });
    expect(names(filters.filters)).toEqual(['fx to its group', 'memory for beauty']);
    const [filter] = filters.filters;
    const { matchers } = await client.get('filter.FilterInterface/GetMatchers', { filter });
    expect(matchers.matchers.map(({ subject }: Json) => subject)).toEqual(['JOB_NAME', 'SERVICE_NAME']);
    const { actions } = await client.get('filter.FilterInterface/GetActions', { filter });
    expect(actions.actions.map(({ type }: Json) => type)).toEqual([
      'MOVE_JOB_TO_GROUP',
      'SET_JOB_PRIORITY',
      'STOP_PROCESSING',
    ]);
    const [matcher] = matchers.matchers;
    expect((await client.get('filter.MatcherInterface/GetParentFilter', { matcher })).filter).toEqual(filter);
    expect((await client.get('filter.FilterInterface/FindFilter', { show: 'demo', name: filter.name })).filter).toEqual(
      filter,
    );
  });
});

describe('allocations, subscriptions, services, departments, limits', () => {
  test('allocations add up what their hosts have', async () => {
    const { allocations } = await client.get('facility.AllocationInterface/GetAll');
    expect(names(allocations.allocations)).toEqual([
      'cloud.general',
      'cloud.unassigned',
      'local.desktop',
      'local.general',
      'local.gpu',
      'local.unassigned',
    ]);
    for (const { stats } of allocations.allocations) expect(stats.idleCores + stats.runningCores).toBe(stats.cores);
    const desktop = allocations.allocations[2].stats;
    expect(desktop).toMatchObject({ hosts: 6, lockedHosts: 1, lockedCores: 48, cores: 96 });
  });

  test('an allocation is found by name even where an id is asked for', async () => {
    const { allocation } = await client.get('facility.AllocationInterface/Find', { name: 'cloud.general' });
    expect((await client.get('facility.AllocationInterface/Get', { id: 'cloud.general' })).allocation).toEqual(
      allocation,
    );
    expect(await client.call('facility.AllocationInterface/Get', { id: allocation.id })).toMatchObject({ code: 5 });
    expect((await client.get('facility.FacilityInterface/Get', { name: allocation.facility })).facility.name).toBe(
      'cloud',
    );
  });

  test('a subscription is found by its three-part name, in core points', async () => {
    const name = 'local.general.demo';
    const { subscription } = await client.get('subscription.SubscriptionInterface/Find', { name });
    expect(subscription).toMatchObject({ name, size: 30_000, burst: 40_000, showName: 'demo' });
    expect(subscription.reservedCores % 100).toBe(0);
    expect(await client.call('subscription.SubscriptionInterface/Find', { name: 'local.general.nope' })).toEqual({
      code: 5,
      message: 'A subscription to local.general.nope was not found.',
    });
    const { subscriptions } = await client.get('show.ShowInterface/GetSubscriptions', { show: await show('demo') });
    expect(subscriptions.subscriptions.length).toBe(3);
  });

  test('a service override carries the values of one show', async () => {
    const request = { show: await show('demo'), name: 'arnold' };
    const { serviceOverride } = await client.get('show.ShowInterface/GetServiceOverride', request);
    expect(serviceOverride.data).toMatchObject({ id: serviceOverride.id, minCores: 400, minMemory: '12582912' });
    const byId = { ...request, name: serviceOverride.id };
    expect((await client.get('show.ShowInterface/GetServiceOverride', byId)).serviceOverride).toEqual(serviceOverride);
    const { service } = await client.get('service.ServiceInterface/GetService', { name: 'arnold' });
    expect(service.minCores).toBe(100);
  });

  test('departments have tasks, which have neither name nor point id', async () => {
    const request = { show: await show('demo'), department: 'Lighting' };
    const { department } = await client.get('show.ShowInterface/GetDepartment', request);
    expect(department).toMatchObject({ name: 'demo.Lighting', tiManaged: true });
    const { tasks } = await client.get('department.DepartmentInterface/GetTasks', { department });
    expect(tasks.tasks.map(({ shot, name, pointId, dept }: Json) => [shot, name, pointId, dept])).toEqual(
      ['sh010', 'sh020', 'sh030'].map((shot) => [shot, '', '', 'Lighting']),
    );
  });

  test('a limit counts the farm, but only the layer when a layer is asked', async () => {
    const { limit } = await client.get('limit.LimitInterface/Find', { name: 'arnold_lic' });
    const bound = (await client.get('limit.LimitInterface/GetBindings', { limitName: 'arnold_lic' })).bindings;
    const holds = (await client.get('limit.LimitInterface/GetHolds', { limitName: 'arnold_lic' })).holds;
    expect(limit).toMatchObject({ specLayerCount: bound.length, currentUsage: limit.currentRunning });
    expect(holds.reduce((sum: number, { tokens }: Json) => sum + tokens, 0)).toBe(limit.currentRunning);
    const layer = { id: jobOf('beauty_v003').layers[1]!.id };
    const [ofLayer] = (await client.get('job.LayerInterface/GetLimits', { layer })).limits;
    expect(ofLayer).toMatchObject({ id: limit.id, currentRunning: 24 });
    expect(limit.currentRunning).toBeGreaterThan(24);
    const none = { limitName: 'arnold_lic', sources: ['AUTO'] };
    expect((await client.get('limit.LimitInterface/GetBindings', none)).bindings).toEqual([]);
  });
});

describe('oddities of the real one', () => {
  test('empty lists of names hold one empty name, a frame that never ran has an empty host', async () => {
    const { layer } = await client.get('job.LayerInterface/GetLayer', { id: jobOf('beauty_v003').layers[0]!.id });
    expect(layer.limits).toEqual(['']);
    const waiting = [...demo.farm.frames.values()].find(({ state }) => state === 'WAITING')!;
    const { frame } = await client.get('job.FrameInterface/GetFrame', { id: waiting.id });
    expect(frame).toMatchObject({ lastResource: '/0.00/0', exitStatus: -1, eligibleTime: frame.submissionTime });
  });

  test('a job has no average frame time, a layer has', async () => {
    const { job } = await client.get('job.JobInterface/GetJob', { id: jobOf('wedge_v001').id });
    const { layer } = await client.get('job.LayerInterface/GetLayer', { id: jobOf('wedge_v001').layers[1]!.id });
    expect(job.jobStats.avgFrameSec).toBe(0);
    expect(layer.layerStats.avgFrameSec).toBeGreaterThan(60);
    expect(layer.parentId).toBe(job.id);
  });

  test('GetSystemStats answers a probe', async () => {
    const { stats } = await client.get('cue.CueInterface/GetSystemStats');
    expect(stats).toMatchObject({ reqForData: '0', manageRemainingCapacity: 2000 });
  });
});
