import type { Farm } from '../farm/farm.ts';
import type { FrameRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/** job.Frame. GPU memory columns exist in the message, but Cuebot does not fill them. */
export function viewFrame(farm: Farm, frame: FrameRow): Message {
  const { layer } = frame;
  const seconds = frame.startTime === 0 ? 0 : (frame.stopTime || farm.now()) - frame.startTime;
  return {
    id: frame.id,
    name: frame.name,
    layerName: layer.name,
    number: frame.number,
    state: frame.state,
    retryCount: frame.retryCount,
    exitStatus: frame.exitStatus,
    dispatchOrder: frame.dispatchOrder,
    startTime: frame.startTime,
    stopTime: frame.stopTime,
    maxRss: frame.maxRss,
    usedMemory: frame.usedMemory,
    reservedMemory: frame.reservedMemory,
    reservedGpuMemory: frame.proc?.gpuMemory ?? 0,
    lastResource: lastResource(farm, frame),
    checkpointState: frame.checkpointState,
    checkpointCount: frame.checkpointCount,
    totalCoreTime: Math.round(seconds * frame.cores),
    lluTime: lastLogUpdate(farm, frame),
    totalGpuTime: seconds * frame.gpus,
    frameStateDisplayOverride: frame.overrides.find(({ state }) => state === frame.state),
    maxPss: frame.maxRss,
    usedPss: frame.usedMemory,
    eligibleTime: frame.eligibleTime || layer.job.startTime,
    submissionTime: layer.job.startTime,
    ...gpuMemory(farm, frame),
  };
}

// As with memory, not all that is reserved is used.
const GPU_MEMORY_USED = 0.7;

/** What a frame with GPUs uses of their memory, in KB, where Cuebot is said to fill that in. */
export function gpuMemory(farm: Farm, { gpus, layer }: FrameRow): Message {
  if (farm.defects.has('empty-fields')) return {};
  const used = gpus > 0 ? Math.round(layer.minGpuMemory * GPU_MEMORY_USED) : 0;
  return { usedGpuMemory: used, maxGpuMemory: used };
}

/** When the frame last wrote to its log, which it keeps when it has ended; one that never ran shows its submission. */
function lastLogUpdate(farm: Farm, { proc, lastLogTime, layer }: FrameRow): number {
  if (!proc) return lastLogTime || layer.job.startTime;
  const reported = Math.max(proc.dispatchTime, farm.now() - 5);
  return Math.min(proc.silentSince ?? reported, reported);
}

/** job.UpdatedFrame, in which Cuebot leaves llu_time and all GPU fields empty. */
export function viewUpdatedFrame(farm: Farm, frame: FrameRow): Message {
  return {
    id: frame.id,
    state: frame.state,
    retryCount: frame.retryCount,
    exitStatus: frame.exitStatus,
    startTime: frame.startTime,
    stopTime: frame.stopTime,
    maxRss: frame.maxRss,
    usedMemory: frame.usedMemory,
    lastResource: lastResource(farm, frame),
    frameStateDisplayOverride: frame.overrides.find(({ state }) => state === frame.state),
    maxPss: frame.maxRss,
    ...(!farm.defects.has('empty-fields') && { lluTime: lastLogUpdate(farm, frame) }),
    ...gpuMemory(farm, frame),
  };
}

/** `host/cores/gpus`; a frame that never ran has an empty host name, which gives `/0.00/0`. */
function lastResource(farm: Farm, { hostName, cores, gpus }: FrameRow): string {
  if (hostName === '' && !farm.defects.has('last-resources')) return '';
  return `${hostName}/${cores.toFixed(2)}/${gpus}`;
}
