import { describe, expect, test } from 'vitest';

import { seedFarm } from '../../../src/demo/seed/seed-farm.ts';
import { viewAllocation, viewSubscription } from '../../../src/demo/views/allocation-view.ts';
import { viewDepend } from '../../../src/demo/views/depend-view.ts';
import { viewFrame, viewUpdatedFrame } from '../../../src/demo/views/frame-view.ts';
import { viewGroup, viewWhiteboard } from '../../../src/demo/views/group-view.ts';
import { viewHost, viewProc } from '../../../src/demo/views/host-view.ts';
import { viewJob, viewLayer } from '../../../src/demo/views/job-view.ts';
import { viewLimit } from '../../../src/demo/views/limit-view.ts';
import { viewDeed, viewOwner, viewRenderPartition } from '../../../src/demo/views/owner-view.ts';
import { viewDepartment, viewFilter, viewShow } from '../../../src/demo/views/show-view.ts';
import { loadProtocol } from '../../../src/demo/wire/load-protocol.ts';
import type { Message } from '../../../src/demo/wire/message-codec.ts';

const farm = seedFarm(1, () => 1_800_000_000, {});
const { root } = loadProtocol()[0]!.requestType;
const first = <Row>(table: ReadonlyMap<string, Row>): Row => [...table.values()][0]!;
const job = first(farm.jobs);
const layer = first(farm.layers);
const frame = first(farm.frames);
const host = first(farm.hosts);

/** Message, what its view gives, and the fields that stay empty on purpose: in Cuebot itself, or on this farm. */
const VIEWS: readonly (readonly [message: string, view: Message, empty: readonly string[]])[] = [
  ['show.Show', viewShow(farm, first(farm.shows)), []],
  ['show.ShowStats', viewShow(farm, first(farm.shows))['showStats'] as Message, []],
  ['job.Group', viewGroup(farm, first(farm.groups)), []],
  ['job.GroupStats', viewGroup(farm, first(farm.groups))['groupStats'] as Message, []],
  ['job.NestedGroup', viewWhiteboard(farm, first(farm.groups)), []],
  ['job.Job', viewJob(farm, job), []],
  ['job.JobStats', viewJob(farm, job)['jobStats'] as Message, []],
  ['job.Layer', viewLayer(farm, layer), []],
  ['job.LayerStats', viewLayer(farm, layer)['layerStats'] as Message, []],
  ['job.Frame', viewFrame(farm, frame), ['maxGpuMemory', 'usedGpuMemory']],
  ['job.UpdatedFrame', viewUpdatedFrame(farm, frame), ['lluTime', 'maxGpuMemory', 'usedGpuMemory']],
  ['host.Host', viewHost(farm, host), []],
  ['host.Proc', viewProc(farm, first(farm.procs)), ['usedGpuMemory', 'childProcesses']],
  ['host.Owner', viewOwner(farm, first(farm.owners)), []],
  ['host.Deed', viewDeed(farm, first(farm.deeds)), ['show']],
  ['facility.Allocation', viewAllocation(farm, farm.allocations[0]!), []],
  ['facility.AllocationStats', viewAllocation(farm, farm.allocations[0]!)['stats'] as Message, []],
  ['subscription.Subscription', viewSubscription(first(farm.subscriptions)), []],
  ['depend.Depend', viewDepend(first(farm.depends)), []],
  ['filter.Filter', viewFilter(first(farm.filters)), []],
  ['department.Department', viewDepartment(first(farm.departments)), []],
  ['renderPartition.RenderPartition', viewRenderPartition(first(farm.renderPartitions)), []],
  ['service.Service', { ...first(farm.services) }, []],
  ['limit.Limit', viewLimit(farm, first(farm.limits), [layer]), []],
];

describe('the views', () => {
  test.each(VIEWS)('fill every field of %s', (message, view, empty) => {
    const fields = root.lookupType(message).fieldsArray.map(({ name }) => name);
    expect(fields.filter((name) => !(name in view))).toEqual(empty);
  });

  test.each(VIEWS)('name no field that %s does not have', (message, view) => {
    const fields = new Set(root.lookupType(message).fieldsArray.map(({ name }) => name));
    expect(Object.keys(view).filter((name) => !fields.has(name))).toEqual([]);
  });
});
