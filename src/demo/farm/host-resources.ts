import { roundCores } from './cores.ts';
import type { HostRow, HostTag, ProcRow, Reservation, ShowRow } from './rows.ts';

/** Cores of a host that no proc has reserved. */
export function idleCores(host: HostRow): number {
  return roundCores(host.cores - host.reserved.cores);
}

/** GPUs of a host that no proc has reserved. */
export function idleGpus(host: HostRow): number {
  return host.gpus - host.reserved.gpus;
}

/** Memory of a host that no proc has reserved, in KB. */
export function idleMemory(host: HostRow): number {
  return host.memory - host.reserved.memory;
}

/** GPU memory of a host that no proc has reserved, in KB. */
export function idleGpuMemory(host: HostRow): number {
  return host.gpuMemory - host.reserved.gpuMemory;
}

/** Adds a proc to what its host, its show and its layer have reserved (`sign` 1), or takes it away (`sign` -1). */
export function countProc(proc: ProcRow, sign: 1 | -1): void {
  const { host, frame, cores, gpus, memory, gpuMemory } = proc;
  host.reserved.cores = roundCores(host.reserved.cores + sign * cores);
  host.reserved.gpus += sign * gpus;
  host.reserved.memory += sign * memory;
  host.reserved.gpuMemory += sign * gpuMemory;
  const { counts } = frame.layer;
  counts.reservedCores = roundCores(counts.reservedCores + sign * cores);
  counts.reservedGpus += sign * gpus;
  const share = reservationOf(frame.layer.job.group.show, host);
  share.cores = roundCores(share.cores + sign * cores);
  share.gpus += sign * gpus;
}

function reservationOf(show: ShowRow, { allocation }: HostRow): Reservation {
  const known = show.reserved.get(allocation);
  if (known) return known;
  const fresh = { cores: 0, gpus: 0 };
  show.reserved.set(allocation, fresh);
  return fresh;
}

/** Writes the tags' names anew after a change, in the order of Cuebot: by type, then by name. Doubles stay. */
export function sortTags(host: HostRow): void {
  const order = (a: HostTag, b: HostTag) => compare(a.type, b.type) || compare(a.name, b.name);
  host.tags = [...host.hostTags].sort(order).map(({ name }) => name);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
