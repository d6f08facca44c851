import { countAttempt } from './counts.ts';
import type { Farm } from './farm.ts';
import { countProc } from './host-resources.ts';
import type { FrameRow, FrameState, HostRow, ProcRow } from './rows.ts';

// A database trigger sends frames in these states to DEPEND as long as an active depend holds them up.
const HELD_UP: ReadonlySet<FrameState> = new Set(['WAITING', 'SUCCEEDED', 'DEAD', 'CHECKPOINT']);

/** Exit statuses after which the next attempt is not counted as a retry: the frame did not really run. */
const NOT_RETRIES: ReadonlySet<number> = new Set([-1, 256, 286, 299, 301, 302, 399]);

/**
 * Every change of a frame's state goes through here, so that counters and change dates follow. A frame with active depends
 * becomes DEPEND instead of waiting, and one without becomes WAITING instead of DEPEND.
 */
export function setFrameState(farm: Farm, frame: FrameRow, wanted: FrameState): void {
  const state = permittedState(frame, wanted);
  const { frames } = frame.layer.counts;
  frames[frame.state] -= 1;
  frames[state] += 1;
  frame.state = state;
  frame.updateTime = farm.now();
  if (state === 'WAITING' && frame.eligibleTime === 0) frame.eligibleTime = farm.now();
  farm.touch();
}

function permittedState({ dependCount }: FrameRow, wanted: FrameState): FrameState {
  if (dependCount > 0 && HELD_UP.has(wanted)) return 'DEPEND';
  return dependCount === 0 && wanted === 'DEPEND' ? 'WAITING' : wanted;
}

/** One more active depend holds the frame up. */
export function raiseDependCount(farm: Farm, frame: FrameRow): void {
  frame.dependCount += 1;
  if (HELD_UP.has(frame.state)) setFrameState(farm, frame, 'DEPEND');
}

/** One depend less; with the last one a frame that depends waits for a host. */
export function lowerDependCount(farm: Farm, frame: FrameRow): void {
  if (frame.dependCount === 0) return;
  frame.dependCount -= 1;
  if (frame.dependCount === 0 && frame.state === 'DEPEND') setFrameState(farm, frame, 'WAITING');
}

/** What a host gives to a frame: cores, GPUs, and memory in KB. */
export interface Grant {
  readonly cores: number;
  readonly gpus: number;
  readonly memory: number;
  readonly gpuMemory: number;
}

/** Reserves what the layer asks for, or what is granted, and makes the frame RUNNING. */
export function startFrame(farm: Farm, frame: FrameRow, host: HostRow, startTime: number, grant?: Grant): ProcRow {
  const { layer } = frame;
  const given = grant ?? {
    cores: layer.minCores,
    gpus: layer.minGpus,
    memory: layer.minMemory,
    gpuMemory: layer.minGpuMemory,
  };
  const used = Math.round(given.memory * (0.3 + 0.5 * farm.random.next()));
  const proc: ProcRow = {
    id: farm.random.uuid(),
    host,
    frame,
    ...given,
    usedMemory: used,
    bookedTime: startTime,
    dispatchTime: startTime,
    unbooked: false,
    redirect: undefined,
    silentSince: undefined,
  };
  host.procs.add(proc);
  farm.procs.set(proc.id, proc);
  farm.statistics.bookedProcs += 1;
  countProc(proc, 1);
  if (!NOT_RETRIES.has(frame.exitStatus)) frame.retryCount += 1;
  frame.proc = proc;
  frame.startTime = startTime;
  frame.stopTime = 0;
  frame.cores = proc.cores;
  frame.gpus = proc.gpus;
  frame.hostName = host.name;
  frame.reservedMemory = proc.memory;
  setMemory(frame, used);
  setFrameState(farm, frame, 'RUNNING');
  frame.updateTime = startTime;
  return proc;
}

/** What the frame uses now, in KB; its maximum is a little more. */
export function setMemory(frame: FrameRow, used: number): void {
  frame.usedMemory = used;
  if (frame.proc) frame.proc.usedMemory = used;
  frame.maxRss = Math.max(frame.maxRss, Math.round(used * 1.1));
  const { counts } = frame.layer;
  counts.maxRss = Math.max(counts.maxRss, frame.maxRss);
}

/** Takes the proc away from a running frame, counts the attempt, and puts the frame into its next state. */
export function stopFrame(farm: Farm, frame: FrameRow, state: FrameState, exitStatus: number): void {
  const { proc } = frame;
  if (proc) {
    proc.host.procs.delete(proc);
    farm.procs.delete(proc.id);
    countProc(proc, -1);
    frame.proc = undefined;
    frame.lastLogTime = Math.min(proc.silentSince ?? farm.now(), farm.now());
    if (proc.redirect) farm.redirects.push({ host: proc.host, target: proc.redirect });
    const seconds = farm.now() - frame.startTime;
    countAttempt(frame.layer, { rendered: state === 'SUCCEEDED', seconds, cores: frame.cores, gpus: frame.gpus });
  }
  frame.stopTime = farm.now();
  frame.exitStatus = exitStatus;
  setFrameState(farm, frame, state);
}
