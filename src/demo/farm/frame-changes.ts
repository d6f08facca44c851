import { unfinishedFrames } from './counts.ts';
import { countDepends, dependsOnFrame, satisfyDepend, unsatisfyDepend } from './depends.ts';
import type { Farm } from './farm.ts';
import { setFrameState, stopFrame } from './frame-states.ts';
import { finishIfComplete, reopenJob } from './job-changes.ts';
import { applyFailureRules } from './limits.ts';
import type { FrameRow, LayerRow } from './rows.ts';

// After a manual stop Cuebot stores 500 plus the ordinal of the state that the frame was given.
const STOPPED_TO_WAITING = 500;
const STOPPED_TO_EATEN = 506;
/** SIGKILL as RQD reports it. */
const KILLED = 9;

const FAILED_LAUNCH = 256;
const SKIP_RETRY = 286;
const OUT_OF_MEMORY: ReadonlySet<number> = new Set([33, 137]);
// A frame that ran this long is not tried again.
const LONGEST_RUN_SEC = 12 * 3600;
const USUAL_MEMORY_INCREASE = 2_097_152;

/** Back to WAITING, or DEPEND while something it waits for is active; a running process is killed first. */
export function retryFrame(farm: Farm, frame: FrameRow): void {
  if (frame.state === 'RUNNING') stopFrame(farm, frame, 'WAITING', STOPPED_TO_WAITING);
  else setFrameState(farm, frame, 'WAITING');
  const { layer } = frame;
  for (const depend of [...(frame.awaitedBy ?? []), ...layer.awaitedBy]) unsatisfyDepend(farm, depend);
  reopenJob(farm, layer.job);
}

/** EATEN, whatever it was; but a database trigger keeps what succeeded. */
export function eatFrame(farm: Farm, frame: FrameRow): void {
  if (frame.state === 'SUCCEEDED' || frame.state === 'EATEN') return;
  if (frame.state === 'RUNNING') stopFrame(farm, frame, 'EATEN', STOPPED_TO_EATEN);
  else setFrameState(farm, frame, 'EATEN');
  settleLayer(farm, frame.layer);
}

/** Kills the process of a running frame; a signal is a failure like any other. */
export function killFrame(farm: Farm, frame: FrameRow): void {
  if (frame.state === 'RUNNING') endFrame(farm, frame, KILLED);
}

/** A running frame ended. What becomes of it is decided by the rules of Cuebot's completion reports, first match first. */
export function endFrame(farm: Farm, frame: FrameRow, exitStatus: number): void {
  const { layer } = frame;
  const { job } = layer;
  if (exitStatus === 0) {
    stopFrame(farm, frame, 'SUCCEEDED', 0);
    markFrameDone(farm, frame);
  } else if (exitStatus === SKIP_RETRY) {
    stopFrame(farm, frame, 'WAITING', exitStatus);
  } else if (exitStatus === FAILED_LAUNCH && frame.retryCount < job.maxRetries) {
    stopFrame(farm, frame, 'WAITING', exitStatus);
  } else if (job.autoEat) {
    stopFrame(farm, frame, 'EATEN', exitStatus);
  } else if (applyFailureRules(farm, layer, exitStatus)) {
    stopFrame(farm, frame, 'WAITING', exitStatus);
  } else if (ranTooLong(farm, frame)) {
    stopFrame(farm, frame, 'DEAD', exitStatus);
  } else if (OUT_OF_MEMORY.has(exitStatus)) {
    raiseMemory(farm, layer);
    stopFrame(farm, frame, 'WAITING', exitStatus);
  } else {
    stopFrame(farm, frame, frame.retryCount >= job.maxRetries ? 'DEAD' : 'WAITING', exitStatus);
  }
  settleLayer(farm, layer);
}

/** Satisfies every depend on the frame; its own state stays. */
export function markFrameDone(farm: Farm, frame: FrameRow): void {
  for (const depend of dependsOnFrame(frame)) satisfyDepend(farm, depend);
}

/** DEPEND frames wait for a host from now on, whatever they depended on; others stay as they are. */
export function markFrameWaiting(farm: Farm, frame: FrameRow): void {
  if (frame.state !== 'DEPEND') return;
  frame.dependCount = 0;
  setFrameState(farm, frame, 'WAITING');
}

/** A WAITING frame with active depends waits for them again. */
export function markFrameDepend(farm: Farm, frame: FrameRow): void {
  if (frame.state !== 'WAITING') return;
  frame.dependCount = countDepends(frame);
  setFrameState(farm, frame, 'WAITING');
}

/** Lets those go who wait for a layer that is complete, and ends a job that is. */
function settleLayer(farm: Farm, layer: LayerRow): void {
  // A checkpointed frame does not keep its layer from being complete, but its job.
  if (unfinishedFrames(layer.counts) - layer.counts.frames.CHECKPOINT > 0) return;
  for (const depend of layer.awaitedBy) satisfyDepend(farm, depend);
  finishIfComplete(farm, layer.job);
}

function ranTooLong(farm: Farm, { layer, startTime }: FrameRow): boolean {
  const seconds = farm.now() - startTime;
  return seconds > LONGEST_RUN_SEC || (layer.timeout > 0 && seconds > layer.timeout * 60);
}

/** The layer gets more memory for the next attempt, by as much as its service says, and keeps it. */
function raiseMemory(farm: Farm, layer: LayerRow): void {
  const [name] = layer.services;
  const { show } = layer.job.group;
  const own = [...farm.serviceOverrides.values()].find((row) => row.show === show && row.data.name === name)?.data;
  const service = own ?? [...farm.services.values()].find((row) => row.name === name);
  layer.minMemory += service?.minMemoryIncrease || USUAL_MEMORY_INCREASE;
  layer.memoryOptimizerEnabled = false;
}
