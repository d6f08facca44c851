import { countJobs, countLayer, unfinishedFrames } from './count-frames.ts';
import type { Farm } from './farm.ts';
import type { DependRow, FrameRow, JobRow } from './rows.ts';
import { setFrameState, stopFrame } from './run-frames.ts';

// After a manual stop Cuebot stores 500 plus the ordinal of the state that the frame was given.
const STOPPED_TO_WAITING = 500;
const STOPPED_TO_EATEN = 506;
/** SIGKILL as RQD reports it. */
const KILLED = 9;

/** Back to WAITING, or DEPEND while something it waits for is active; a running process is killed first. */
export function retryFrame(farm: Farm, frame: FrameRow): void {
  if (frame.state === 'SUCCEEDED' || frame.state === 'EATEN') reviveDepends(farm, frame);
  const next = waitsForSomething(frame) ? 'DEPEND' : 'WAITING';
  if (frame.state === 'RUNNING') stopFrame(farm, frame, next, STOPPED_TO_WAITING);
  else setFrameState(farm, frame, next);
  const { job } = frame.layer;
  // Only the state column is written: the stop time stays what it was.
  if (job.state === 'FINISHED') job.state = 'PENDING';
}

/** EATEN, whatever it was; but a database trigger keeps what succeeded. */
export function eatFrame(farm: Farm, frame: FrameRow): void {
  if (frame.state === 'SUCCEEDED' || frame.state === 'EATEN') return;
  if (frame.state === 'RUNNING') stopFrame(farm, frame, 'EATEN', STOPPED_TO_EATEN);
  else setFrameState(farm, frame, 'EATEN');
}

/** Kills the process of a running frame; a signal is a failure like any other. */
export function killFrame(farm: Farm, frame: FrameRow): void {
  if (frame.state === 'RUNNING') failFrame(farm, frame, KILLED);
}

/** What becomes of a running frame that failed: it waits again while it has retries left, and is DEAD (or EATEN) else. */
export function failFrame(farm: Farm, frame: FrameRow, exitStatus: number): void {
  const { job } = frame.layer;
  const hasRetries = frame.retryCount < job.maxRetries;
  if (hasRetries && !job.autoEat) frame.retryCount += 1;
  stopFrame(farm, frame, job.autoEat ? 'EATEN' : hasRetries ? 'WAITING' : 'DEAD', exitStatus);
}

/** A running frame came to a good end; who waited for it may go on. */
export function completeFrame(farm: Farm, frame: FrameRow): void {
  stopFrame(farm, frame, 'SUCCEEDED', 0);
  markFrameDone(farm, frame);
}

/** Satisfies every depend on the frame; its own state stays. */
export function markFrameDone(farm: Farm, frame: FrameRow): void {
  satisfyDepends(farm, frame.layer.job, ({ on }) => on.frame === frame);
}

/** FINISHED at once; running frames are stopped, and whoever waited for the job may go on. */
export function killJob(farm: Farm, job: JobRow): void {
  if (job.state === 'FINISHED') return;
  finishJob(farm, job);
  for (const layer of job.layers) {
    for (const frame of layer.frames) {
      if (frame.state === 'RUNNING') stopFrame(farm, frame, 'WAITING', STOPPED_TO_WAITING);
    }
  }
}

/** What Cuebot looks at after frames ended: who waited for a complete layer may go on, and a complete job is FINISHED. */
export function finishIfComplete(farm: Farm, job: JobRow): void {
  for (const layer of job.layers) {
    if (unfinishedFrames(countLayer(layer)) > 0) continue;
    satisfyDepends(farm, job, ({ on }) => on.layer === layer && !on.frame);
  }
  if (job.state === 'PENDING' && unfinishedFrames(countJobs([job])) === 0) finishJob(farm, job);
}

function finishJob(farm: Farm, job: JobRow): void {
  job.state = 'FINISHED';
  job.stopTime = farm.now();
  satisfyDepends(farm, job, ({ on }) => !on.layer);
  farm.touch();
}

function satisfyDepends(farm: Farm, awaited: JobRow, test: (depend: DependRow) => boolean): void {
  for (const depend of awaited.awaitedBy) {
    if (!depend.active || !test(depend)) continue;
    depend.active = false;
    releaseFrames(farm, depend);
  }
  farm.touch();
}

/** What counted on a frame that is undone has to wait again: its own depends, and those on its layer as a whole. */
function reviveDepends(farm: Farm, frame: FrameRow): void {
  const { layer } = frame;
  for (const depend of layer.job.awaitedBy) {
    const { type, on, parent } = depend;
    const counts = type === 'FRAME_ON_FRAME' ? on.frame === frame : type === 'LAYER_ON_LAYER' && on.layer === layer;
    if (!counts || depend.active) continue;
    depend.active = true;
    if (parent) parent.active = true;
    for (const waiting of framesOf(depend)) {
      if (DEMOTED.has(waiting.state)) setFrameState(farm, waiting, 'DEPEND');
    }
  }
}

// A database trigger sends frames in these states back to DEPEND as soon as something they wait for is active.
const DEMOTED: ReadonlySet<string> = new Set(['WAITING', 'SUCCEEDED', 'DEAD', 'CHECKPOINT']);

function framesOf({ er }: DependRow): readonly FrameRow[] {
  return er.frame ? [er.frame] : (er.layer?.frames ?? er.job.layers.flatMap((layer) => layer.frames));
}

function releaseFrames(farm: Farm, depend: DependRow): void {
  for (const frame of framesOf(depend)) {
    if (frame.state === 'DEPEND' && !waitsForSomething(frame)) setFrameState(farm, frame, 'WAITING');
  }
}

function waitsForSomething(frame: FrameRow): boolean {
  for (const depend of frame.layer.job.dependsOn) {
    // A frame-by-frame parent row holds nobody up; its children do.
    if (!depend.active || depend.type === 'FRAME_BY_FRAME') continue;
    const { layer, frame: only } = depend.er;
    if (only ? only === frame : layer === undefined || layer === frame.layer) return true;
  }
  return false;
}
