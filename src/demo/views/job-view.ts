import { countJobs, countLayer } from '../farm/count-frames.ts';
import type { Farm } from '../farm/farm.ts';
import type { CommentRow, HostRow, JobRow, LayerCount, LayerRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/** job.Job. */
export function viewJob(farm: Farm, job: JobRow): Message {
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
    hasComment: hasComment(farm, job),
    autoEat: job.autoEat,
    startTime: job.startTime,
    stopTime: job.stopTime,
    jobStats: {
      ...frameStats(countJobs([job])),
      totalLayers: job.layers.length,
      // Cuebot computes the average, then stores it in avgCoreSec and overwrites it there.
      avgFrameSec: 0,
    },
    minGpus: job.minGpus,
    maxGpus: job.maxGpus,
    lokiUrl: '',
    eligibleTime: job.startTime,
  };
}

/** job.Layer. Lists without entries hold one empty name, because Cuebot splits an empty string. */
export function viewLayer(layer: LayerRow): Message {
  const count = countLayer(layer);
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
    services: namesOrOneEmpty(layer.services),
    memoryOptimizerEnabled: layer.memoryOptimizerEnabled,
    layerStats: {
      ...frameStats(count),
      avgFrameSec: average(count.clockSec, count.renderedFrames),
      lowFrameSec: count.lowFrameSec,
    },
    parentId: layer.job.id,
    limits: namesOrOneEmpty(layer.limits.map((limit) => limit.name)),
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

/** Whether some comment hangs on the job or host. */
export function hasComment(farm: Farm, parent: JobRow | HostRow): boolean {
  for (const comment of farm.comments.values()) if (comment.parent === parent) return true;
  return false;
}

/** Comments of a job or host, oldest first. */
export function viewComments(farm: Farm, parent: JobRow | HostRow): Message {
  const rows = [...farm.comments.values()].filter((comment) => comment.parent === parent);
  return { comments: rows.sort((a, b) => a.timestamp - b.timestamp).map(viewComment) };
}

/** A list as Cuebot reads it from a comma separated column: an empty column is one empty name. */
export function namesOrOneEmpty(names: readonly string[]): readonly string[] {
  return names.length > 0 ? names : [''];
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
    totalGpuSec: count.renderedGpuSec,
    renderedGpuSec: count.renderedGpuSec,
    failedGpuSec: 0,
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
