import { cuebotThrown, internalError, missingRow } from '../wire/cuebot-error.ts';
import type { OwnerRow, RenderPartitionRow } from './configuration-rows.ts';
import type { Farm } from './farm.ts';
import { insert } from './farm.ts';
import { findHost, pickOnly } from './find-rows.ts';
import { startFrame } from './frame-states.ts';
import { idleCores, idleMemory } from './host-resources.ts';
import { unbookProc } from './redirects.ts';
import type { FrameRow, HostRow, JobRow, LayerRow } from './rows.ts';

/** What somebody lends of their own workstation: whole cores, memory in KB. */
export interface Loan {
  readonly host: string;
  readonly username: string;
  readonly threads: number;
  readonly maxCores: number;
  readonly maxMemory: number;
  readonly maxGpuMemory: number;
  readonly maxGpus: number;
}

/**
 * Lends a part of a locked workstation to a job, layer or frame of its owner and starts a frame there. Throws as Cuebot does
 * for a host that is open, for somebody who does not own it, and when no frame suits; the partition stays in that last case.
 */
export function lendHost(farm: Farm, borrower: JobRow | LayerRow | FrameRow, loan: Loan): RenderPartitionRow {
  const host = findHost(farm, loan.host);
  if (host.lockState === 'OPEN')
    throw cuebotThrown('SpcueRuntimeException', `The host ${host.name} is not NIMBY locked`);
  const isOwner = ({ name, id }: OwnerRow) => name === loan.username || id === loan.username;
  const owner = pickOnly(farm.owners.values(), isOwner, missingRow);
  if (![...farm.deeds.values()].some((deed) => deed.owner === owner)) {
    const text = `${loan.username} is not the owner of the host ${host.name}`;
    throw cuebotThrown('SpcueRuntimeException', text);
  }
  const partition = insert(farm.renderPartitions, newPartition(farm, borrower, host, loan));
  if (!startLocal(farm, borrower, host, partition)) {
    // Only the frame's servant lets the name of a method slip into its text.
    const isFrame = 'dependCount' in borrower;
    throw internalError(`Failed to find suitable frames.${isFrame ? '\ncustomException()' : ''}`);
  }
  farm.touch();
  return partition;
}

function newPartition(
  farm: Farm,
  borrower: JobRow | LayerRow | FrameRow,
  host: HostRow,
  loan: Loan,
): RenderPartitionRow {
  const frame = 'dependCount' in borrower ? borrower : undefined;
  const layer = frame?.layer ?? ('frames' in borrower ? borrower : undefined);
  return {
    id: farm.random.uuid(),
    job: layer?.job ?? (borrower as JobRow),
    layer,
    frame,
    host,
    threads: loan.threads,
    cores: 0,
    maxCores: loan.maxCores * 100,
    memory: 0,
    maxMemory: loan.maxMemory,
    gpus: 0,
    maxGpus: frame ? 0 : loan.maxGpus,
    gpuMemory: 0,
    maxGpuMemory: loan.maxGpuMemory,
  };
}

function startLocal(
  farm: Farm,
  borrower: JobRow | LayerRow | FrameRow,
  host: HostRow,
  { maxCores, maxMemory, threads }: RenderPartitionRow,
): boolean {
  const layers = 'layers' in borrower ? borrower.layers : 'frames' in borrower ? [borrower] : [borrower.layer];
  const cores = Math.min(Math.max(threads, 1), maxCores / 100, idleCores(host));
  for (const layer of layers) {
    const frame = 'dependCount' in borrower ? borrower : layer.frames.find(({ state }) => state === 'WAITING');
    const fits = cores > 0 && layer.minMemory <= Math.min(maxMemory, idleMemory(host));
    if (frame?.state !== 'WAITING' || !fits || layer.job.state !== 'PENDING') continue;
    startFrame(farm, frame, host, farm.now(), { cores, gpus: 0, memory: layer.minMemory, gpuMemory: 0 });
    return true;
  }
  return false;
}

/** Takes a loan back: what runs on the host for its borrower is killed. */
export function endLoan(farm: Farm, partition: RenderPartitionRow): void {
  farm.renderPartitions.delete(partition.id);
  const { host, job, layer, frame } = partition;
  for (const proc of [...host.procs]) {
    const isTheirs = frame ? proc.frame === frame : layer ? proc.frame.layer === layer : proc.frame.layer.job === job;
    if (isTheirs) unbookProc(farm, proc, true);
  }
  farm.touch();
}
