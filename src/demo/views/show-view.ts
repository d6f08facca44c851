import { countJobs } from '../farm/count-frames.ts';
import type { Farm } from '../farm/farm.ts';
import type { DepartmentRow, FilterRow, ServiceOverrideRow } from '../farm/configuration-rows.ts';
import type { DependRow, GroupRow, ShowRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/** show.Show. Running and dead frames count pending jobs only; created and rendered ones count all. */
export function viewShow(farm: Farm, show: ShowRow): Message {
  const jobs = [...farm.jobs.values()].filter((job) => job.group.show === show);
  const pendingJobs = jobs.filter((job) => job.state === 'PENDING');
  const pending = countJobs(pendingJobs);
  const all = countJobs(jobs);
  return {
    ...show,
    showStats: {
      runningFrames: pending.frames.RUNNING,
      deadFrames: pending.frames.DEAD,
      pendingFrames: pending.frames.WAITING + pending.frames.DEPEND,
      pendingJobs: pendingJobs.length,
      createdJobCount: jobs.length,
      createdFrameCount: all.totalFrames,
      renderedFrameCount: all.renderedFrames,
      failedFrameCount: all.failedFrames,
      reservedCores: pending.reservedCores,
      reservedGpus: pending.reservedGpus,
    },
  };
}

/** job.Group. Its counters cover the pending jobs that lie directly in it. */
export function viewGroup(farm: Farm, group: GroupRow): Message {
  return {
    ...groupLimits(group),
    parentId: group.parent?.id ?? '',
    groupStats: viewGroupStats(farm, group),
  };
}

/** The fields that job.Group and job.NestedGroup share. */
export function groupLimits(group: GroupRow): Message {
  return {
    id: group.id,
    name: group.name,
    department: group.department,
    defaultJobPriority: group.defaultJobPriority,
    defaultJobMinCores: group.defaultJobMinCores,
    defaultJobMaxCores: group.defaultJobMaxCores,
    minCores: 0,
    maxCores: -1,
    level: group.level,
    defaultJobMinGpus: -1,
    defaultJobMaxGpus: -1,
    minGpus: 0,
    maxGpus: -1,
  };
}

/** job.GroupStats of the pending jobs directly in a group. */
export function viewGroupStats(farm: Farm, group: GroupRow): Message {
  const jobs = [...farm.jobs.values()].filter((job) => job.group === group && job.state === 'PENDING');
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

/** filter.Filter. */
export function viewFilter({ id, name, type, order, enabled }: FilterRow): Message {
  return { id, name, type, order, enabled };
}

/** department.Department; its name is composed of the show's and the department's. */
export function viewDepartment({ id, show, dept, tiTask, minCores, tiManaged }: DepartmentRow): Message {
  return { id, name: `${show.name}.${dept}`, dept, tiTask, minCores, tiManaged };
}

/** service.ServiceOverride; both ids are the override's. */
export function viewServiceOverride({ data }: ServiceOverrideRow): Message {
  return { id: data.id, data };
}

/** The depends that pass the test, as the messages that list them wrap them. */
export function viewDepends(depends: readonly DependRow[], test: (depend: DependRow) => boolean): Message {
  return { depends: { depends: depends.filter(test).map(viewDepend) } };
}

/** depend.Depend, which names what it links and carries no ids. */
export function viewDepend({ id, type, anyFrame, active, er, on }: DependRow): Message {
  return {
    id,
    type,
    target: er.job === on.job ? 'INTERNAL' : 'EXTERNAL',
    anyFrame,
    active,
    dependErJob: er.job.name,
    dependErLayer: er.layer?.name ?? '',
    dependErFrame: er.frame?.name ?? '',
    dependOnJob: on.job.name,
    dependOnLayer: on.layer?.name ?? '',
    dependOnFrame: on.frame?.name ?? '',
  };
}
