import type { Farm } from './farm.ts';
import { stopFrame } from './frame-states.ts';
import type { DependRow, JobRow } from './rows.ts';

/** Takes a job out of the live tables with all that hangs on it. Depends on other jobs go too, and hold nobody up. */
export function removeJob(farm: Farm, job: JobRow): void {
  for (const layer of job.layers) {
    for (const frame of layer.frames) {
      if (frame.proc) stopFrame(farm, frame, 'WAITING', 0);
      farm.frames.delete(frame.id);
    }
    farm.layers.delete(layer.id);
  }
  for (const depend of job.dependsOn) {
    farm.depends.delete(depend.id);
    if (depend.on.job !== job) forget(depend.on.job.awaitedBy, depend);
    if (depend.on.layer) forget(depend.on.layer.awaitedBy, depend);
    if (depend.on.frame?.awaitedBy) forget(depend.on.frame.awaitedBy, depend);
  }
  for (const depend of job.awaitedBy) {
    farm.depends.delete(depend.id);
    if (depend.er.job !== job) forget(depend.er.job.dependsOn, depend);
  }
  for (const { id } of job.comments) farm.comments.delete(id);
  for (const partition of [...farm.renderPartitions.values()]) {
    if (partition.job === job) farm.renderPartitions.delete(partition.id);
  }
  farm.jobs.delete(job.id);
  farm.touch();
}

function forget(list: DependRow[], depend: DependRow): void {
  const index = list.indexOf(depend);
  if (index >= 0) list.splice(index, 1);
}
