import { countJobs } from '../farm/counts.ts';
import type { Farm } from '../farm/farm.ts';
import type { CommentRow, HostRow, JobRow, LayerCount, LayerRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/** job.Job. */
export function viewJob(farm: Farm, job: JobRow): Message {
  const count = countJobs([job]);
  return {
    id: job.id,
    state: job.state,
    name: job.name,
    shot: job.shot,
    show: job.group.show.name,
    user: job.user,
    group: job.group.name,
    facility: job.facility.name,
    os: job.os,
    uid: job.uid,
    priority: job.priority,
    minCores: job.minCores,
    maxCores: job.maxCores,
    logDir: job.logDir,
    isPaused: job.isPaused,
    hasComment: job.comments.length > 0,
    autoEat: job.autoEat,
    startTime: job.startTime,
    stopTime: job.stopTime,
    jobStats: {
      ...frameStats(count),
      totalLayers: job.layers.length,
      // Cuebot computes the average, then stores it in avgCoreSec and overwrites it there.
      avgFrameSec: farm.defects.has('average-frame-time') ? 0 : average(count.clockSec, count.renderedFrames),
    },
    minGpus: job.minGpus,
    maxGpus: job.maxGpus,
    lokiUrl: '',
    eligibleTime: job.startTime,
  };
}

/** job.Layer. Lists without entries hold one empty name, because Cuebot splits an empty string. */
export function viewLayer(farm: Farm, layer: LayerRow): Message {
  const count = layer.counts;
  return {
    id: layer.id,
    name: layer.name,
    range: layer.range,
    tags: layer.tags,
    minCores: layer.minCores,
    maxCores: layer.maxCores,
    isThreadable: layer.isThreadable,
    minMemory: layer.minMemory,
    minGpuMemory: layer.minGpuMemory,
    chunkSize: layer.chunkSize,
    dispatchOrder: layer.dispatchOrder,
    type: layer.type,
    services: namesOrOneEmpty(farm, layer.services),
    memoryOptimizerEnabled: layer.memoryOptimizerEnabled,
    layerStats: {
      ...frameStats(count),
      avgFrameSec: average(count.clockSec, count.renderedFrames),
      lowFrameSec: count.lowFrameSec,
    },
    parentId: layer.job.id,
    limits: namesOrOneEmpty(
      farm,
      layer.limits.map(({ limit }) => limit.name),
    ),
    timeout: layer.timeout,
    timeoutLlu: layer.timeoutLlu,
    minGpus: layer.minGpus,
    maxGpus: layer.maxGpus,
    command: layer.command,
    eligibleTime: layer.eligibleTime,
    ...layerTimes(layer, count),
    startAfter: layer.startAfter,
    startAfterReason: layer.startAfterReason,
  };
}

/** Comments of a job or host, oldest first. */
export function viewComments({ comments }: JobRow | HostRow): Message {
  return { comments: [...comments].sort((a, b) => a.timestamp - b.timestamp).map(viewComment) };
}

/** A list as Cuebot reads it from a comma separated column: an empty column is one empty name. */
export function namesOrOneEmpty(farm: Farm, names: readonly string[]): readonly string[] {
  return names.length > 0 || !farm.defects.has('empty-lists') ? names : [''];
}

function viewComment({ id, timestamp, user, subject, message }: CommentRow): Message {
  return { id, timestamp, user, subject, message };
}

/** What job.JobStats and job.LayerStats have in common. */
function frameStats(count: LayerCount): Message {
  const { frames } = count;
  const pendingFrames = frames.WAITING + frames.DEPEND;
  const avgCoreSec = average(count.renderedCoreSec, count.renderedFrames);
  return {
    totalFrames: count.totalFrames,
    waitingFrames: frames.WAITING,
    runningFrames: frames.RUNNING,
    deadFrames: frames.DEAD,
    eatenFrames: frames.EATEN,
    dependFrames: frames.DEPEND,
    succeededFrames: frames.SUCCEEDED,
    pendingFrames,
    highFrameSec: count.highFrameSec,
    avgCoreSec,
    renderedFrameCount: count.renderedFrames,
    failedFrameCount: count.failedFrames,
    remainingCoreSec: pendingFrames * avgCoreSec,
    totalCoreSec: count.renderedCoreSec + count.failedCoreSec,
    renderedCoreSec: count.renderedCoreSec,
    failedCoreSec: count.failedCoreSec,
    maxRss: count.maxRss,
    reservedCores: count.reservedCores,
    totalGpuSec: count.renderedGpuSec + count.failedGpuSec,
    renderedGpuSec: count.renderedGpuSec,
    failedGpuSec: count.failedGpuSec,
    reservedGpus: count.reservedGpus,
    maxGpuMemory: 0,
    maxPss: count.maxRss,
  };
}

/** A layer starts with its first frame, and stops when none waits, runs or depends. */
function layerTimes(layer: LayerRow, { frames }: LayerCount): Message {
  let startTime = 0;
  let stopTime = 0;
  for (const frame of layer.frames) {
    if (frame.startTime > 0 && (startTime === 0 || frame.startTime < startTime)) startTime = frame.startTime;
    stopTime = Math.max(stopTime, frame.stopTime);
  }
  const open = frames.WAITING + frames.RUNNING + frames.DEPEND + frames.SETUP;
  return { startTime, stopTime: open > 0 ? 0 : stopTime };
}

function average(sum: number, count: number): number {
  return count === 0 ? 0 : Math.floor(sum / count);
}
