import type { DepartmentRow, FilterRow, ServiceOverrideRow } from '../farm/configuration-rows.ts';
import { countJobs } from '../farm/counts.ts';
import type { Farm } from '../farm/farm.ts';
import type { JobRow, ShowRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/**
 * show.Show. Running and dead frames count pending jobs only; created and rendered ones count all that there ever were.
 * Takes the jobs when the caller has sorted them by show already.
 */
export function viewShow(farm: Farm, show: ShowRow, jobs: readonly JobRow[] = jobsOfShow(farm, show)): Message {
  const { reserved: _reserved, archived, ...fields } = show;
  const pendingJobs = jobs.filter((job) => job.state === 'PENDING');
  const pending = countJobs(pendingJobs);
  const all = countJobs(jobs);
  return {
    ...fields,
    showStats: {
      runningFrames: pending.frames.RUNNING,
      deadFrames: pending.frames.DEAD,
      pendingFrames: pending.frames.WAITING + pending.frames.DEPEND,
      pendingJobs: pendingJobs.length,
      createdJobCount: archived.jobs + jobs.length,
      createdFrameCount: archived.frames + all.totalFrames,
      renderedFrameCount: archived.rendered + all.renderedFrames,
      failedFrameCount: archived.failed + all.failedFrames,
      reservedCores: pending.reservedCores,
      reservedGpus: pending.reservedGpus,
    },
  };
}

function jobsOfShow(farm: Farm, show: ShowRow): JobRow[] {
  return [...farm.jobs.values()].filter((job) => job.group.show === show);
}

/** Several shows, going through the farm's jobs once. */
export function viewShows(farm: Farm, shows: readonly ShowRow[]): Message {
  const jobs = new Map<ShowRow, JobRow[]>(shows.map((show) => [show, []]));
  for (const job of farm.jobs.values()) jobs.get(job.group.show)?.push(job);
  return { shows: { shows: shows.map((show) => viewShow(farm, show, jobs.get(show))) } };
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
