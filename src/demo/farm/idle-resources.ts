import type { HostRow, ProcRow } from './rows.ts';

/** Cores of a host that no proc has reserved. */
export function idleCores(host: HostRow): number {
  return host.cores - reserved(host, (proc) => proc.cores);
}

/** GPUs of a host that no proc has reserved. */
export function idleGpus(host: HostRow): number {
  return host.gpus - reserved(host, (proc) => proc.gpus);
}

/** Memory of a host that no proc has reserved, in KB. */
export function idleMemory(host: HostRow): number {
  return host.memory - reserved(host, (proc) => proc.memory);
}

/** GPU memory of a host that no proc has reserved, in KB. */
export function idleGpuMemory(host: HostRow): number {
  return host.gpuMemory - reserved(host, (proc) => proc.gpuMemory);
}

function reserved(host: HostRow, amount: (proc: ProcRow) => number): number {
  let sum = 0;
  for (const proc of host.procs) sum += amount(proc);
  return sum;
}
