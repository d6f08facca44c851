import { wholeCores } from '../farm/cores.ts';
import type { Farm } from '../farm/farm.ts';
import { byName, pickOnly, pickRow } from '../farm/find-rows.ts';
import { createGroup, jobsOf, moveGroup, ensureDepartment } from '../farm/groups.ts';
import { moveJob } from '../farm/job-changes.ts';
import type { GroupRow } from '../farm/rows.ts';
import { findJobs } from '../search/find-jobs.ts';
import { viewGroup } from '../views/group-view.ts';
import { viewJob } from '../views/job-view.ts';
import { illegalArgument, internalError, missingRow, notFound } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfGroup {
  readonly group: EntityReference | null;
}

type GroupOf = (request: OfGroup) => GroupRow;

// How groups say that a default or a limit is off.
const OFF = -1;

/** The group's default for each field of its jobs. */
const DEFAULT_FIELDS = {
  minCores: 'defaultJobMinCores',
  maxCores: 'defaultJobMaxCores',
  minGpus: 'defaultJobMinGpus',
  maxGpus: 'defaultJobMaxGpus',
} as const;

/** job.GroupInterface. */
export function createGroupService({ farm }: Cuebot): ServiceHandlers {
  const groupOf: GroupOf = ({ group }) => pickRow(farm.groups, idOf(group));
  return { ...createReads(farm, groupOf), ...createTreeWrites(farm, groupOf), ...createSetters(farm, groupOf) };
}

function createReads(farm: Farm, groupOf: GroupOf): ServiceHandlers {
  return {
    GetGroup: ({ id }: { id: string }) => ({ group: viewGroup(farm, pickRow(farm.groups, id, notFound)) }),
    FindGroup({ show, name }: { show: string; name: string }) {
      const test = (group: GroupRow) => group.show.name === show && group.name === name;
      return { group: viewGroup(farm, pickOnly(farm.groups.values(), test)) };
    },
    GetGroups(request: OfGroup) {
      const parent = groupOf(request);
      const children = [...farm.groups.values()].filter((group) => group.parent === parent);
      children.sort((a, b) => b.order - a.order || byName(a, b));
      return { groups: { groups: children.map((group) => viewGroup(farm, group)) } };
    },
    GetJobs(request: OfGroup) {
      const group = groupOf(request);
      const jobs = findJobs(farm, null).filter((job) => job.group === group);
      return { jobs: { jobs: jobs.map((job) => viewJob(farm, job)) } };
    },
  };
}

function createTreeWrites(farm: Farm, groupOf: GroupOf): ServiceHandlers {
  return {
    CreateSubGroup(request: OfGroup & { name: string }) {
      const parent = groupOf(request);
      return { group: viewGroup(farm, createGroup(farm, parent.show, parent, request.name)) };
    },
    Delete(request: OfGroup) {
      const group = groupOf(request);
      const isUsed =
        jobsOf(farm, group).length > 0 ||
        [...farm.groups.values()].some((child) => child.parent === group) ||
        [...farm.filters.values()].some(({ actions }) => actions.some(({ groupValue }) => groupValue === group.id));
      if (isUsed) {
        throw internalError(
          'Failed to remove group, be sure that there are no jobs or filter actions pointing at the group.',
        );
      }
      // The root of a show stays, and Cuebot says nothing of it.
      if (group.parent) farm.groups.delete(group.id);
      farm.touch();
      return DONE;
    },
    SetGroup(request: OfGroup & { parentGroup: EntityReference | null }) {
      const group = groupOf(request);
      moveGroup(farm, group, pickRow(farm.groups, idOf(request.parentGroup)));
      return DONE;
    },
    // Ids that are not there are left out, as by a list in SQL.
    ReparentGroups(request: OfGroup & { groups: { groups: readonly EntityReference[] } | null }) {
      const parent = groupOf(request);
      for (const { id } of request.groups?.groups ?? []) {
        const group = farm.groups.get(id);
        if (group) moveGroup(farm, group, parent);
      }
      return DONE;
    },
    // Stops at the first job that is not there; those before it stay moved.
    ReparentJobs(request: OfGroup & { jobs: { jobs: readonly EntityReference[] } | null }) {
      const group = groupOf(request);
      for (const { id } of request.jobs?.jobs ?? []) moveJob(farm, pickRow(farm.jobs, id), group);
      return DONE;
    },
    SetName(request: OfGroup & { name: string }) {
      groupOf(request).name = request.name;
      farm.touch();
      return DONE;
    },
    SetDepartment(request: OfGroup & { dept: string }) {
      const group = groupOf(request);
      const dept = pickOnly(farm.departmentNames, (name) => name === request.dept, missingRow);
      ensureDepartment(farm, group.show, dept);
      group.department = dept;
      for (const job of jobsOf(farm, group)) job.department = dept;
      farm.touch();
      return DONE;
    },
  };
}

function createSetters(farm: Farm, groupOf: GroupOf): ServiceHandlers {
  const setting =
    <Request extends OfGroup>(change: (group: GroupRow, request: Request) => void) =>
    (request: Request) => {
      change(groupOf(request), request);
      farm.touch();
      return DONE;
    };
  const setDefault = (group: GroupRow, key: keyof typeof DEFAULT_FIELDS, value: number) => {
    group[DEFAULT_FIELDS[key]] = value <= 0 ? OFF : value;
    // A department that is managed from outside decides itself what its jobs get.
    if (value !== OFF && !isManaged(farm, group)) for (const job of jobsOf(farm, group)) job[key] = value;
  };
  type Cores = OfGroup & { readonly minCores: number; readonly maxCores: number };
  type Gpus = OfGroup & { readonly minGpus: number; readonly maxGpus: number };
  return {
    SetDefaultJobPriority: setting((group, { priority }: OfGroup & { priority: number }) => {
      group.defaultJobPriority = priority < 0 ? OFF : priority;
      for (const job of jobsOf(farm, group)) job.priority = priority;
    }),
    SetDefaultJobMinCores: setting((group, { minCores }: Cores) => setDefault(group, 'minCores', wholeCores(minCores))),
    SetDefaultJobMaxCores: setting((group, { maxCores }: Cores) => setDefault(group, 'maxCores', wholeCores(maxCores))),
    SetDefaultJobMinGpus: setting((group, { minGpus }: Gpus) => setDefault(group, 'minGpus', minGpus)),
    SetDefaultJobMaxGpus: setting((group, { maxGpus }: Gpus) => setDefault(group, 'maxGpus', maxGpus)),
    SetMinCores: setting((group, { minCores }: Cores) => {
      group.minCores = Math.max(wholeCores(minCores), 0);
    }),
    SetMaxCores: setting((group, { maxCores }: Cores) => {
      const whole = wholeCores(maxCores);
      if (whole === 0) {
        throw illegalArgument('The group max cores feature must be a whole core or greater, pass in: 0');
      }
      group.maxCores = Math.max(whole, OFF);
    }),
    SetMinGpus: setting((group, { minGpus }: Gpus) => {
      group.minGpus = Math.max(minGpus, 0);
    }),
    SetMaxGpus: setting((group, { maxGpus }: Gpus) => {
      group.maxGpus = Math.max(maxGpus, OFF);
    }),
  };
}

function isManaged(farm: Farm, { show, department }: GroupRow): boolean {
  return [...farm.departments.values()].some((row) => row.show === show && row.dept === department && row.tiManaged);
}
