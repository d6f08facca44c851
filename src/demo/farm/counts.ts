import type { FrameState, JobRow, LayerCount, LayerRow } from './rows.ts';

/** Sums over no frames. */
export function emptyCounts(): LayerCount {
  return {
    frames: { WAITING: 0, SETUP: 0, RUNNING: 0, SUCCEEDED: 0, DEPEND: 0, DEAD: 0, EATEN: 0, CHECKPOINT: 0 },
    totalFrames: 0,
    renderedFrames: 0,
    failedFrames: 0,
    renderedCoreSec: 0,
    failedCoreSec: 0,
    renderedGpuSec: 0,
    failedGpuSec: 0,
    clockSec: 0,
    lowFrameSec: 0,
    highFrameSec: 0,
    maxRss: 0,
    reservedCores: 0,
    reservedGpus: 0,
  };
}

/** The sums over all layers of some jobs. */
export function countJobs(jobs: Iterable<JobRow>): LayerCount {
  const sums = emptyCounts();
  for (const job of jobs) for (const layer of job.layers) add(sums, layer.counts);
  return sums;
}

/** Frames that keep a job from being done. Checkpointed ones count here although no counter of the API shows them. */
export function unfinishedFrames({ frames }: LayerCount): number {
  return frames.SETUP + frames.WAITING + frames.RUNNING + frames.DEAD + frames.DEPEND + frames.CHECKPOINT;
}

/** One attempt at a frame. */
export interface Attempt {
  readonly rendered: boolean;
  readonly seconds: number;
  readonly cores: number;
  readonly gpus: number;
}

/** Adds an attempt that ended to its layer's sums. */
export function countAttempt(layer: LayerRow, { rendered, seconds, cores, gpus }: Attempt): void {
  const { counts } = layer;
  if (!rendered) {
    counts.failedFrames += 1;
    counts.failedCoreSec += Math.round(seconds * cores);
    counts.failedGpuSec += seconds * gpus;
    return;
  }
  counts.renderedFrames += 1;
  counts.clockSec += seconds;
  counts.renderedCoreSec += Math.round(seconds * cores);
  counts.renderedGpuSec += seconds * gpus;
  counts.highFrameSec = Math.max(counts.highFrameSec, seconds);
  counts.lowFrameSec = counts.lowFrameSec === 0 ? seconds : Math.min(counts.lowFrameSec, seconds);
}

function add(sums: LayerCount, more: LayerCount): void {
  for (const state in more.frames) sums.frames[state as FrameState] += more.frames[state as FrameState];
  sums.totalFrames += more.totalFrames;
  sums.renderedFrames += more.renderedFrames;
  sums.failedFrames += more.failedFrames;
  sums.renderedCoreSec += more.renderedCoreSec;
  sums.failedCoreSec += more.failedCoreSec;
  sums.renderedGpuSec += more.renderedGpuSec;
  sums.failedGpuSec += more.failedGpuSec;
  sums.clockSec += more.clockSec;
  sums.highFrameSec = Math.max(sums.highFrameSec, more.highFrameSec);
  sums.lowFrameSec = Math.min(sums.lowFrameSec || more.lowFrameSec, more.lowFrameSec || sums.lowFrameSec);
  sums.maxRss = Math.max(sums.maxRss, more.maxRss);
  sums.reservedCores += more.reservedCores;
  sums.reservedGpus += more.reservedGpus;
}
