import { cuebotThrown } from '../wire/cuebot-error.ts';
import { countJobs, unfinishedFrames } from './counts.ts';
import { dependsOnJob, satisfyDepend } from './depends.ts';
import type { Farm } from './farm.ts';
import { stopFrame } from './frame-states.ts';
import type { GroupRow, JobRow } from './rows.ts';

const STOPPED_TO_WAITING = 500;

/** FINISHED at once; running frames are stopped, and whoever waited for the job may go on. */
export function killJob(farm: Farm, job: JobRow): void {
  if (job.state === 'FINISHED') return;
  finishJob(farm, job);
  for (const layer of job.layers) {
    if (layer.counts.frames.RUNNING === 0) continue;
    for (const frame of layer.frames) {
      if (frame.state === 'RUNNING') stopFrame(farm, frame, 'WAITING', STOPPED_TO_WAITING);
    }
  }
}

/** A pending job without anything left to do is FINISHED. */
export function finishIfComplete(farm: Farm, job: JobRow): void {
  if (job.state === 'PENDING' && unfinishedFrames(countJobs([job])) === 0) finishJob(farm, job);
}

/** PENDING again after a retry. Only the state column is written: the stop time stays what it was. */
export function reopenJob(farm: Farm, job: JobRow): void {
  job.state = 'PENDING';
  farm.touch();
}

function finishJob(farm: Farm, job: JobRow): void {
  job.state = 'FINISHED';
  job.stopTime = farm.now();
  for (const depend of dependsOnJob(job)) satisfyDepend(farm, depend);
  if (job.postJob?.state === 'POSTED') job.postJob.state = 'PENDING';
  job.postJob = undefined;
  farm.touch();
}

/** Which of a group's defaults a job takes over. */
export type Inherited = 'priority' | 'minCores' | 'maxCores' | 'minGpus' | 'maxGpus';

const EVERYTHING: readonly Inherited[] = ['priority', 'minCores', 'maxCores', 'minGpus', 'maxGpus'];

/** Moves a job into a group of its show; the job takes over the group's department, and the defaults that are set. */
export function moveJob(farm: Farm, job: JobRow, group: GroupRow, inherited: readonly Inherited[] = EVERYTHING): void {
  if (job.group.show !== group.show) {
    throw cuebotThrown('EntityModificationError', 'error moving job, cannot move jobs between shows');
  }
  const defaults: Readonly<Record<Inherited, number>> = {
    priority: group.defaultJobPriority,
    minCores: group.defaultJobMinCores,
    maxCores: group.defaultJobMaxCores,
    minGpus: group.defaultJobMinGpus,
    maxGpus: group.defaultJobMaxGpus,
  };
  for (const key of inherited) if (defaults[key] !== -1) job[key] = defaults[key];
  job.group = group;
  job.department = group.department;
  farm.touch();
}
