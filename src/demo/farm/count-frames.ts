import type { FrameRow, FrameState, JobRow, LayerCount, LayerRow } from './rows.ts';

type Sums = { -readonly [Key in keyof LayerCount]: LayerCount[Key] } & { frames: Record<FrameState, number> };

/** The sums of one layer, kept until `forgetCount`. */
export function countLayer(layer: LayerRow): LayerCount {
  layer.counted ??= sumFrames(layer.frames);
  return layer.counted;
}

/** Says that a frame of the layer changed. */
export function forgetCount(layer: LayerRow): void {
  layer.counted = undefined;
}

/** The sums over all layers of some jobs. */
export function countJobs(jobs: Iterable<JobRow>): LayerCount {
  const sums = emptySums();
  for (const job of jobs) for (const layer of job.layers) add(sums, countLayer(layer));
  return sums;
}

/** Frames that keep a job from being done. Checkpointed ones count here although no counter of the API shows them. */
export function unfinishedFrames({ frames }: LayerCount): number {
  return frames.SETUP + frames.WAITING + frames.RUNNING + frames.DEAD + frames.DEPEND + frames.CHECKPOINT;
}

function sumFrames(frames: readonly FrameRow[]): LayerCount {
  const sums = emptySums();
  for (const frame of frames) addFrame(sums, frame);
  return sums;
}

function addFrame(sums: Sums, frame: FrameRow): void {
  sums.frames[frame.state] += 1;
  sums.totalFrames += 1;
  sums.maxRss = Math.max(sums.maxRss, frame.maxRss);
  sums.failedFrames += frame.retryCount + (frame.state === 'DEAD' ? 1 : 0);
  sums.failedCoreSec += frame.failedCoreSec;
  if (frame.proc) {
    sums.reservedCores += frame.proc.cores;
    sums.reservedGpus += frame.proc.gpus;
  }
  if (frame.state !== 'SUCCEEDED') return;
  const seconds = frame.stopTime - frame.startTime;
  sums.renderedFrames += 1;
  sums.clockSec += seconds;
  sums.renderedCoreSec += Math.round(seconds * frame.cores);
  sums.renderedGpuSec += seconds * frame.gpus;
  sums.highFrameSec = Math.max(sums.highFrameSec, seconds);
  sums.lowFrameSec = sums.lowFrameSec === 0 ? seconds : Math.min(sums.lowFrameSec, seconds);
}

function add(sums: Sums, more: LayerCount): void {
  for (const state of Object.keys(sums.frames) as FrameState[]) sums.frames[state] += more.frames[state];
  sums.totalFrames += more.totalFrames;
  sums.renderedFrames += more.renderedFrames;
  sums.failedFrames += more.failedFrames;
  sums.renderedCoreSec += more.renderedCoreSec;
  sums.failedCoreSec += more.failedCoreSec;
  sums.renderedGpuSec += more.renderedGpuSec;
  sums.clockSec += more.clockSec;
  sums.highFrameSec = Math.max(sums.highFrameSec, more.highFrameSec);
  sums.lowFrameSec = Math.min(sums.lowFrameSec || more.lowFrameSec, more.lowFrameSec || sums.lowFrameSec);
  sums.maxRss = Math.max(sums.maxRss, more.maxRss);
  sums.reservedCores += more.reservedCores;
  sums.reservedGpus += more.reservedGpus;
}

function emptySums(): Sums {
  return {
    frames: { WAITING: 0, SETUP: 0, RUNNING: 0, SUCCEEDED: 0, DEPEND: 0, DEAD: 0, EATEN: 0, CHECKPOINT: 0 },
    totalFrames: 0,
    renderedFrames: 0,
    failedFrames: 0,
    renderedCoreSec: 0,
    failedCoreSec: 0,
    renderedGpuSec: 0,
    clockSec: 0,
    lowFrameSec: 0,
    highFrameSec: 0,
    maxRss: 0,
    reservedCores: 0,
    reservedGpus: 0,
  };
}
