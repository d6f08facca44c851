import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { Defect } from '../../src/demo/farm/defects.ts';
import { DEFECTS, parseDefects, USUAL_DEFECTS } from '../../src/demo/farm/defects.ts';
import type { Farm } from '../../src/demo/farm/farm.ts';
import { endFrame } from '../../src/demo/farm/frame-changes.ts';
import type { Json } from '../json.ts';

import type { CuebotClient } from './cuebot-client.ts';
import { createCuebotClient } from './cuebot-client.ts';
import { allocationOf, first, hostOf, jobOf, ref } from './rpcs/rpc-case.ts';

/** Something that shows whether a defect is there: the value with it, and the value without. */
interface Symptom {
  readonly look: (client: CuebotClient, farm: Farm) => Promise<unknown>;
  readonly with: unknown;
  readonly without: unknown;
}

const code = async (client: CuebotClient, method: string, request: Json) => {
  const outcome = await client.call(method, request);
  return 'code' in outcome ? outcome.code : 0;
};
const wedge = (farm: Farm) => jobOf(farm, 'wedge_v001');
const lighting = (farm: Farm) => first(farm.departments, ({ dept, tasks }) => dept === 'Lighting' && tasks.length > 0);
const orders = (farm: Farm, layer: number) =>
  wedge(farm)
    .layers[layer]!.frames.slice(0, 3)
    .map((frame) => frame.dispatchOrder);

/** All but `lanes`, which has tests of its own. */
const SYMPTOMS: Readonly<Record<Exclude<Defect, 'lanes'>, Symptom>> = {
  'allocation-ids': {
    look: (client, farm) => code(client, 'facility.AllocationInterface/Get', ref(allocationOf(farm, 'local.gpu'))),
    with: 5,
    without: 0,
  },
  'allocation-keys': {
    async look(client, farm) {
      const gpu = allocationOf(farm, 'local.gpu');
      const general = { id: gpu.id, facility: 'local', name: 'local.general' };
      await client.get('facility.AllocationInterface/SetTag', { allocation: general, tag: 'new' });
      return [gpu.tag, allocationOf(farm, 'local.general').tag];
    },
    with: ['gpu', 'new'],
    without: ['new', 'general'],
  },
  'allocation-tags': {
    async look(client, farm) {
      await client.get('facility.AllocationInterface/SetTag', {
        allocation: { ...ref(allocationOf(farm, 'local.gpu')), facility: 'local', name: 'gpu' },
        tag: 'new',
      });
      return hostOf(farm, 'gpu01').tags.includes('new');
    },
    with: false,
    without: true,
  },
  'action-parents': {
    look: (client, farm) =>
      code(client, 'filter.ActionInterface/GetParentFilter', { action: ref(first(farm.filters).actions[0]!) }),
    with: 13,
    without: 0,
  },
  'any-frames': {
    async look(client, farm) {
      const [, wedges, collect] = wedge(farm).layers;
      await client.get('job.JobInterface/DropDepends', { job: ref(wedge(farm)), target: 'ANY_TARGET' });
      const request = { layer: ref(collect!), depend_layer: ref(wedges!), any_frame: true };
      const { depend } = await client.get('job.LayerInterface/CreateFrameByFrameDependency', request);
      const before = collect!.frames[0]!.state;
      // Not the frame of its number, which has succeeded long ago.
      const running = wedges!.frames.find(({ state }) => state === 'RUNNING')!;
      endFrame(farm, running, 0);
      return [depend.anyFrame, before, collect!.frames[0]!.state];
    },
    with: [false, 'WAITING', 'WAITING'],
    without: [true, 'DEPEND', 'WAITING'],
  },
  'average-frame-time': {
    look: async (client, farm) =>
      (await client.get('job.JobInterface/GetJob', ref(wedge(farm)))).job.jobStats.avgFrameSec > 0,
    with: false,
    without: true,
  },
  'deed-hosts': {
    look: (client, farm) => code(client, 'host.DeedInterface/GetHost', { deed: ref(first(farm.deeds)) }),
    with: 13,
    without: 0,
  },
  'department-tasks': {
    look: (client, farm) =>
      code(client, 'department.DepartmentInterface/AddTask', { department: ref(lighting(farm)), shot: 'x' }),
    with: 13,
    without: 0,
  },
  'double-names': {
    async look(client) {
      await client.call('limit.LimitInterface/Create', { name: 'nuke_lic' });
      return code(client, 'limit.LimitInterface/Find', { name: 'nuke_lic' });
    },
    with: 13,
    without: 0,
  },
  'empty-fields': {
    async look(client, farm) {
      const { frame, id } = first(farm.procs, ({ gpus }) => gpus > 0);
      const told = (await client.get('job.FrameInterface/GetFrame', ref(frame))).frame;
      const { procs } = await client.get('host.ProcInterface/GetProcs', { r: { hosts: [frame.hostName] } });
      const proc = procs.procs.find((one: Json) => one.id === id);
      endFrame(farm, frame, 0);
      const { job } = frame.layer;
      const updated = await client.get('job.JobInterface/GetUpdatedFrames', {
        job: ref(job),
        lastCheck: farm.now() - 50,
      });
      const row = updated.updatedFrames.updatedFrames[0];
      return [told.usedGpuMemory, told.maxGpuMemory, proc.usedGpuMemory]
        .map((kb) => Number(kb) > 0)
        .concat(row.lluTime > 0);
    },
    with: [false, false, false, false],
    without: [true, true, true, true],
  },
  'empty-lists': {
    look: async (client, farm) =>
      (await client.get('job.LayerInterface/GetLayer', ref(wedge(farm).layers[0]!))).layer.limits,
    with: [''],
    without: [],
  },
  'frame-pages': {
    look: async (client, farm) =>
      (await client.get('job.LayerInterface/GetFrames', { layer: ref(wedge(farm).layers[0]!) })).frames.frames.length,
    with: 0,
    without: 1,
  },
  'host-whiteboard': {
    look: (client) => code(client, 'host.HostInterface/GetHostWhiteboard', {}),
    with: 13,
    without: 0,
  },
  'kills-without-reason': {
    async look(client, farm) {
      await client.get('job.JobInterface/Kill', { job: ref(wedge(farm)) });
      return wedge(farm).state;
    },
    with: 'PENDING',
    without: 'FINISHED',
  },
  'last-resources': {
    look: async (client, farm) =>
      (await client.get('job.FrameInterface/GetFrame', ref(wedge(farm).layers[2]!.frames[0]!))).frame.lastResource,
    with: '/0.00/0',
    without: '',
  },
  'override-timeouts': {
    async look(client, farm) {
      const service = { name: 'shell', timeout: 7, timeoutLlu: 5 };
      const request = { show: ref(wedge(farm).group.show), service };
      const { data } = (await client.get('show.ShowInterface/CreateServiceOverride', request)).serviceOverride;
      return [data.timeout, data.timeoutLlu];
    },
    with: [0, 0],
    without: [7, 5],
  },
  'redirect-hosts': {
    async look(client, farm) {
      const { id, host, cores, gpus } = first(farm.procs);
      const names = [id, `${host.name}/${cores.toFixed(2)}/${gpus}`];
      const answers = [];
      for (const name of names) {
        const request = { host: ref(host), proc_names: [name], job_id: wedge(farm).id };
        const before = farm.redirects.length;
        answers.push(await code(client, 'host.HostInterface/RedirectToJob', request), farm.redirects.length > before);
      }
      return answers;
    },
    with: [0, true, 13, false],
    without: [0, false, 0, true],
  },
  'reorder-last': {
    async look(client, farm) {
      const request = { layer: ref(wedge(farm).layers[1]!), range: '1001', order: 'LAST' };
      await client.get('job.LayerInterface/ReorderFrames', request);
      return orders(farm, 1);
    },
    with: [0, 1, 2],
    without: [1000, 1, 2],
  },
  'silent-writes': {
    look: async (client) =>
      Promise.all([
        code(client, 'comment.CommentInterface/Save', { comment: { id: 'nope' } }),
        code(client, 'service.ServiceInterface/Update', { service: { id: 'nope' } }),
        code(client, 'service.ServiceInterface/Delete', { service: { id: 'nope' } }),
        code(client, 'service.ServiceOverrideInterface/Update', { service: { id: 'nope' } }),
        code(client, 'service.ServiceOverrideInterface/Delete', { service: { id: 'nope' } }),
      ]),
    with: [0, 0, 0, 0, 0],
    without: [13, 13, 13, 13, 13],
  },
  'stagger-layers': {
    async look(client, farm) {
      const request = { layer: ref(wedge(farm).layers[0]!), range: '1001-1004', stagger: 2 };
      await client.get('job.LayerInterface/StaggerFrames', request);
      return orders(farm, 1);
    },
    with: [0, 2, 1],
    without: [0, 1, 2],
  },
  subscribers: {
    async look(client, farm) {
      const job = wedge(farm);
      job.emails = undefined;
      const request = { job: ref(job), subscriber: 'ann@studio.example' };
      return [await code(client, 'job.JobInterface/AddSubscriber', request), job.emails];
    },
    with: [13, undefined],
    without: [0, 'ann@studio.example'],
  },
  'task-ids': {
    look: (client, farm) => code(client, 'task.TaskInterface/Delete', { task: ref(lighting(farm).tasks[0]!) }),
    with: 13,
    without: 0,
  },
  'update-window': {
    async look(client, farm) {
      const answered = client.call('job.JobInterface/GetUpdatedFrames', { job: ref(wedge(farm)), lastCheck: 1 });
      // A call that came later is answered later; by then the first one has its answer, if it ever gets one.
      const later = client.get('show.ShowInterface/GetShows').then(() => 'nothing');
      return Promise.race([answered.then(() => 'an answer'), later]);
    },
    with: 'nothing',
    without: 'an answer',
  },
};

describe('the defects', () => {
  test.each(Object.entries(SYMPTOMS))(
    '%s shows, and can be left out',
    async (_name, { look, with: there, without }) => {
      for (const [defects, expected] of [
        [USUAL_DEFECTS, there],
        [new Set<Defect>(), without],
      ] as const) {
        const demo = await createDemoCuebot({ defects, now: () => 1_800_000_000_000 });
        const client = createCuebotClient(demo.endpoint);
        try {
          expect(await look(client, demo.farm)).toEqual(expected);
        } finally {
          client.close();
          await demo.close();
        }
      }
    },
  );

  test('are listed in the documentation, in the same words', () => {
    const text = readFileSync(new URL('../../docs/demo.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z][a-z-]*)` \| (.*) \|$/gm)].map(([, name, meaning]) => [name, meaning]);
    expect(Object.fromEntries(rows)).toEqual(DEFECTS);
  });
});

describe('parseDefects()', () => {
  test.each([
    ['none', []],
    ['lanes', ['lanes']],
    ['none, task-ids,lanes', ['task-ids', 'lanes']],
    ['usual', [...USUAL_DEFECTS]],
    ['all', Object.keys(DEFECTS)],
    ['usual,lanes', Object.keys(DEFECTS)],
  ])('reads %s', (text, names) => {
    expect([...parseDefects(text)].sort()).toEqual([...names].sort());
  });

  test('says what it does not know', () => {
    expect(() => parseDefects('usual,lane')).toThrow(/^defects: "lane" is none of none, usual, all, lanes, /);
  });
});
