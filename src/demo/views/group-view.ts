import { countJobs } from '../farm/counts.ts';
import type { Farm } from '../farm/farm.ts';
import { byName } from '../farm/find-rows.ts';
import type { GroupRow, JobRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';
import { viewJob } from './job-view.ts';

/** job.Group. Its counters cover the pending jobs that lie directly in it. */
export function viewGroup(farm: Farm, group: GroupRow): Message {
  return {
    ...groupLimits(group),
    parentId: group.parent?.id ?? '',
    groupStats: viewGroupStats(farm, group),
  };
}

/**
 * job.NestedGroup: a group with its pending jobs and, recursively, its sub-groups. Every sub-group carries its parent,
 * as far as that was known when the sub-group was added: without the parent's own sub-groups.
 */
export function viewWhiteboard(farm: Farm, group: GroupRow, parent?: Message): Message {
  const jobs = pendingJobs(farm, group).sort(byName);
  const view: Message = {
    ...groupLimits(group),
    parent,
    jobs: jobs.map((job) => job.id),
    stats: viewGroupStats(farm, group),
    inlineJobs: jobs.map((job) => viewJob(farm, job)),
  };
  const children = [...farm.groups.values()].filter((child) => child.parent === group).sort(byName);
  if (children.length === 0) return view;
  return { ...view, groups: { nestedGroups: children.map((child) => viewWhiteboard(farm, child, view)) } };
}

/** The fields that job.Group and job.NestedGroup share. */
function groupLimits(group: GroupRow): Message {
  return {
    id: group.id,
    name: group.name,
    department: group.department,
    defaultJobPriority: group.defaultJobPriority,
    defaultJobMinCores: group.defaultJobMinCores,
    defaultJobMaxCores: group.defaultJobMaxCores,
    minCores: group.minCores,
    maxCores: group.maxCores,
    level: group.level,
    defaultJobMinGpus: group.defaultJobMinGpus,
    defaultJobMaxGpus: group.defaultJobMaxGpus,
    minGpus: group.minGpus,
    maxGpus: group.maxGpus,
  };
}

/** job.GroupStats of the pending jobs directly in a group. */
function viewGroupStats(farm: Farm, group: GroupRow): Message {
  const jobs = pendingJobs(farm, group);
  const { frames, reservedCores, reservedGpus } = countJobs(jobs);
  return {
    runningFrames: frames.RUNNING,
    deadFrames: frames.DEAD,
    dependFrames: frames.DEPEND,
    waitingFrames: frames.WAITING,
    pendingJobs: jobs.length,
    reservedCores,
    reservedGpus,
  };
}

function pendingJobs(farm: Farm, group: GroupRow): JobRow[] {
  return [...farm.jobs.values()].filter((job) => job.group === group && job.state === 'PENDING');
}
