import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { GroupRow } from '../farm/rows.ts';
import { byName, findJobs } from '../search/find-jobs.ts';
import { viewJob } from '../views/job-view.ts';
import { viewGroup } from '../views/show-view.ts';
import { notFound } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

interface OfGroup {
  readonly group: EntityReference | null;
}

/** job.GroupInterface: all reads. */
export function createGroupService(farm: Farm): ServiceHandlers {
  const groupOf = ({ group }: OfGroup) => pickRow(farm.groups, idOf(group));
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
