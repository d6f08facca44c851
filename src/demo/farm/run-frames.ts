import { forgetCount } from './count-frames.ts';
import type { Farm } from './farm.ts';
import type { FrameRow, HostRow, ProcRow } from './rows.ts';

/** Reserves what the layer asks for and makes the frame RUNNING. The caller stores the proc. */
export function startFrame(farm: Farm, frame: FrameRow, host: HostRow, startTime: number): ProcRow {
  const { layer } = frame;
  const used = Math.round(layer.minMemory * (0.3 + 0.5 * farm.random.next()));
  const proc: ProcRow = {
    id: farm.random.uuid(),
    host,
    frame,
    cores: layer.minCores,
    gpus: layer.minGpus,
    memory: layer.minMemory,
    gpuMemory: layer.minGpuMemory,
    usedMemory: used,
    bookedTime: startTime,
    dispatchTime: startTime,
    unbooked: false,
    redirectTarget: '',
  };
  host.procs.add(proc);
  Object.assign(frame, {
    state: 'RUNNING',
    proc,
    startTime,
    stopTime: 0,
    updateTime: startTime,
    cores: proc.cores,
    gpus: proc.gpus,
    hostName: host.name,
    reservedMemory: proc.memory,
    usedMemory: used,
    maxRss: Math.round(used * 1.1),
  } satisfies Partial<FrameRow>);
  forgetCount(layer);
  return proc;
}

/** Takes the proc away from a running frame and puts the frame into its next state. */
export function stopFrame(farm: Farm, frame: FrameRow, state: FrameRow['state'], exitStatus: number): void {
  if (frame.proc) {
    frame.proc.host.procs.delete(frame.proc);
    farm.procs.delete(frame.proc.id);
    frame.proc = undefined;
  }
  if (state !== 'SUCCEEDED') frame.failedCoreSec += Math.round((farm.now() - frame.startTime) * frame.cores);
  frame.stopTime = farm.now();
  frame.exitStatus = exitStatus;
  setFrameState(farm, frame, state);
}

/** Every later change of a frame's state goes through here, so that counters and change dates follow. */
export function setFrameState(farm: Farm, frame: FrameRow, state: FrameRow['state']): void {
  frame.state = state;
  frame.updateTime = farm.now();
  if (state === 'WAITING' && frame.eligibleTime === 0) frame.eligibleTime = farm.now();
  forgetCount(frame.layer);
  farm.touch();
}
