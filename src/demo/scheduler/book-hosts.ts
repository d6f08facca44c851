import type { SubscriptionRow } from '../farm/configuration-rows.ts';
import { roundCores } from '../farm/cores.ts';
import { countJobs } from '../farm/counts.ts';
import type { Farm } from '../farm/farm.ts';
import { startFrame } from '../farm/frame-states.ts';
import { idleCores, idleGpuMemory, idleGpus, idleMemory } from '../farm/host-resources.ts';
import { countUsage, isUsedUp } from '../farm/limits.ts';
import type { AllocationRow, FrameRow, GroupRow, HostRow, JobRow, LayerRow, LimitRow, ShowRow } from '../farm/rows.ts';

// How much one pass of Cuebot's dispatcher gives away.
const FRAMES_PER_HOST = 12;
const FRAMES_PER_JOB = 8;
const LEAST_CORES = 0.1;
// A threadable layer takes at most this many times its minimum from an idle host.
const MOST_THREADING = 2;

/** One pass of booking: what is asked for and what is used, looked up once. */
export interface BookingPass {
  /** Starts frames on a host as far as it has room, best job first; gives their number. */
  bookHost(host: HostRow): number;
  /** Starts frames of one job on a host, whoever else waits. */
  bookJob(host: HostRow, job: JobRow): number;
}

/** Looks up what may be booked now: priority first, within subscriptions, limits and the maxima of groups and jobs. */
export function createBookingPass(farm: Farm): BookingPass {
  const candidates = dispatchableJobs(farm);
  const subscriptions = new Map<ShowRow, Map<AllocationRow, SubscriptionRow>>();
  for (const row of farm.subscriptions.values()) {
    const ofShow = subscriptions.get(row.show) ?? new Map<AllocationRow, SubscriptionRow>();
    subscriptions.set(row.show, ofShow.set(row.allocation, row));
  }
  const usage = countLimitUsage(farm);
  const groupCores = countGroups(candidates);
  // Hosts of one kind with the same room find the same nothing; asking once is enough.
  const fruitless = new Set<string>();
  const bookJob = (host: HostRow, job: JobRow): number => {
    const subscription = subscriptions.get(job.group.show)?.get(host.allocation);
    if (!subscription || host.allocation.facility !== job.facility || !suitsOs(host, job)) return 0;
    let booked = 0;
    for (const layer of job.layers) {
      while (booked < FRAMES_PER_JOB && layer.counts.frames.WAITING > 0) {
        const cores = coresFor(host, layer);
        if (!fits(farm, host, layer, cores) || isOverLimits(farm, layer, usage)) break;
        if (isOverMaxima(job, cores, subscription, groupCores)) break;
        const frame = nextWaiting(layer);
        if (!frame) break;
        startFrame(farm, frame, host, farm.now(), {
          cores,
          gpus: layer.minGpus,
          memory: layer.minMemory,
          gpuMemory: layer.minGpuMemory,
        });
        addUsage(usage, layer, host);
        groupCores.set(job.group, (groupCores.get(job.group) ?? 0) + cores);
        booked += 1;
      }
    }
    return booked;
  };
  return {
    bookJob,
    bookHost(host) {
      if (host.state !== 'UP' || host.lockState !== 'OPEN' || idleCores(host) < LEAST_CORES) return 0;
      const kind = kindOf(host);
      if (fruitless.has(kind)) return 0;
      let booked = 0;
      for (const job of candidates) {
        booked += bookJob(host, job);
        if (booked >= FRAMES_PER_HOST || idleCores(host) < LEAST_CORES) return booked;
      }
      if (booked === 0) fruitless.add(kind);
      return booked;
    },
  };
}

/** Jobs with frames that wait, highest priority first, the older of two first. */
function dispatchableJobs(farm: Farm): JobRow[] {
  const jobs: JobRow[] = [];
  for (const job of farm.jobs.values()) {
    const { active, bookingEnabled } = job.group.show;
    if (job.state !== 'PENDING' || job.isPaused || !active || !bookingEnabled) continue;
    if (job.layers.some(({ counts }) => counts.frames.WAITING > 0)) jobs.push(job);
  }
  return jobs.sort((a, b) => b.priority - a.priority || a.startTime - b.startTime);
}

function kindOf(host: HostRow): string {
  const own = host.tags.filter((tag) => tag !== host.name).join(' ');
  return `${host.allocation.id} ${own} ${host.os} ${idleCores(host)} ${idleMemory(host)} ${idleGpus(host)}`;
}

function suitsOs(host: HostRow, { os }: JobRow): boolean {
  return os === '' || os.toLowerCase() === host.os.toLowerCase();
}

/** Threads spread over idle cores, but not over all of a large host. */
function coresFor(host: HostRow, { minCores, maxCores, isThreadable }: LayerRow): number {
  if (!isThreadable || minCores <= 0 || host.threadMode === 'AUTO') return Math.max(minCores, LEAST_CORES);
  const most = maxCores > 0 ? maxCores : minCores * MOST_THREADING;
  return roundCores(Math.max(minCores, Math.min(most, idleCores(host))));
}

function fits(farm: Farm, host: HostRow, layer: LayerRow, cores: number): boolean {
  return (
    cores <= idleCores(host) &&
    layer.minMemory <= idleMemory(host) &&
    layer.minGpus <= idleGpus(host) &&
    layer.minGpuMemory <= idleGpuMemory(host) &&
    layer.startAfter <= farm.now() &&
    layer.tags.some((tag) => host.tags.includes(tag))
  );
}

function isOverMaxima(
  job: JobRow,
  cores: number,
  { show, allocation, burst }: SubscriptionRow,
  groupCores: ReadonlyMap<GroupRow, number>,
): boolean {
  const share = show.reserved.get(allocation)?.cores ?? 0;
  if ((share + cores) * 100 > burst) return true;
  if (job.group.maxCores >= 0 && (groupCores.get(job.group) ?? 0) + cores > job.group.maxCores) return true;
  return countJobs([job]).reservedCores + cores > job.maxCores;
}

function countGroups(jobs: readonly JobRow[]): Map<GroupRow, number> {
  const cores = new Map<GroupRow, number>();
  for (const job of jobs) cores.set(job.group, (cores.get(job.group) ?? 0) + countJobs([job]).reservedCores);
  return cores;
}

interface Usage {
  tokens: number;
  readonly hosts: Set<string>;
}

function countLimitUsage(farm: Farm): Map<LimitRow, Usage> {
  const bound = new Map<LimitRow, LayerRow[]>();
  for (const layer of farm.layers.values()) {
    for (const { limit } of layer.limits) {
      const layers = bound.get(limit);
      if (layers) layers.push(layer);
      else bound.set(limit, [layer]);
    }
  }
  return new Map(
    [...bound].map(([limit, layers]) => {
      const { usage, hosts } = countUsage(farm, limit, layers);
      return [limit, { tokens: usage, hosts: new Set(hosts) }];
    }),
  );
}

function isOverLimits(farm: Farm, layer: LayerRow, usage: ReadonlyMap<LimitRow, Usage>): boolean {
  return layer.limits.some(({ limit }) => isUsedUp(farm, limit, usage.get(limit)?.tokens ?? 0));
}

function addUsage(usage: Map<LimitRow, Usage>, layer: LayerRow, host: HostRow): void {
  for (const { limit } of layer.limits) {
    const used = usage.get(limit) ?? { tokens: 0, hosts: new Set<string>() };
    usage.set(limit, used);
    if (limit.type !== 'HOST' || !used.hosts.has(host.name)) used.tokens += 1;
    used.hosts.add(host.name);
  }
}

/** Where the search for waiting frames of a layer goes on; frames before it were not waiting when last seen. */
const cursors = new WeakMap<LayerRow, number>();

/** The waiting frame that comes first in dispatch order. */
function nextWaiting(layer: LayerRow): FrameRow | undefined {
  const { frames } = layer;
  const start = cursors.get(layer) ?? 0;
  for (let offset = 0; offset < frames.length; offset++) {
    const index = (start + offset) % frames.length;
    const frame = frames[index]!;
    if (frame.state !== 'WAITING') continue;
    cursors.set(layer, index + 1);
    return firstInOrder(frames, frame);
  }
  return undefined;
}

/** Frames that were reordered go before the one that the cursor came to. */
function firstInOrder(frames: readonly FrameRow[], found: FrameRow): FrameRow {
  if (frames[0]!.dispatchOrder <= found.dispatchOrder) return found;
  return frames.reduce((best, frame) => (comesBefore(frame, best) ? frame : best), found);
}

function comesBefore(frame: FrameRow, best: FrameRow): boolean {
  return frame.state === 'WAITING' && frame.dispatchOrder < best.dispatchOrder;
}
