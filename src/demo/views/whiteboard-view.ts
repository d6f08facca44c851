import type { Farm } from '../farm/farm.ts';
import type { GroupRow } from '../farm/rows.ts';
import { byName } from '../search/find-jobs.ts';
import type { Message } from '../wire/message-codec.ts';
import { viewJob } from './job-view.ts';
import { groupLimits, viewGroupStats } from './show-view.ts';

/**
 * job.NestedGroup: a group with its pending jobs and, recursively, its sub-groups. Every sub-group carries its parent,
 * as far as that was known when the sub-group was added: without the parent's own sub-groups.
 */
export function viewWhiteboard(farm: Farm, group: GroupRow, parent?: Message): Message {
  const jobs = [...farm.jobs.values()].filter((job) => job.group === group && job.state === 'PENDING').sort(byName);
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
