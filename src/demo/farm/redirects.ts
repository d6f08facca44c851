import type { Farm } from './farm.ts';
import { killFrame } from './frame-changes.ts';
import type { GroupRow, JobRow, ProcRow } from './rows.ts';

/** Sends a proc to a job or group as soon as its frame ends; with `kill` that is at once. */
export function redirectProc(farm: Farm, proc: ProcRow, target: JobRow | GroupRow, kill: boolean): void {
  proc.redirect = target;
  farm.touch();
  if (kill) killProc(farm, proc);
}

/** Whether the target has a frame that could run next. Cuebot asks so before it redirects a single proc. */
export function hasWork(farm: Farm, target: JobRow | GroupRow): boolean {
  const jobs = 'layers' in target ? [target] : [...farm.jobs.values()].filter((job) => job.group === target);
  return jobs.some(
    (job) => job.state === 'PENDING' && !job.isPaused && job.layers.some(({ counts }) => counts.frames.WAITING > 0),
  );
}

/** Marks a proc to be freed when its frame ends; with `kill` that is at once. */
export function unbookProc(farm: Farm, proc: ProcRow, kill: boolean): void {
  proc.unbooked = true;
  farm.statistics.unbookedProcs += 1;
  farm.touch();
  if (kill) killProc(farm, proc);
}

/** Kills the frame that runs on a proc. */
function killProc(farm: Farm, proc: ProcRow): void {
  if (proc.frame.proc === proc) killFrame(farm, proc.frame);
}
