import type { Farm } from '../farm/farm.ts';
import { idleCores, idleGpuMemory, idleGpus, idleMemory } from '../farm/idle-resources.ts';
import type { DeedRow, OwnerRow, RenderPartitionRow, SubscriptionRow } from '../farm/configuration-rows.ts';
import type { AllocationRow, HostRow, ProcRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';
import { hasComment, namesOrOneEmpty } from './job-view.ts';

/** host.Host. */
export function viewHost(farm: Farm, host: HostRow): Message {
  const idle = idleCores(host);
  const freeMemory = Math.floor(idleMemory(host) * 0.9);
  return {
    id: host.id,
    name: host.name,
    allocName: host.allocation.name,
    nimbyEnabled: host.nimbyEnabled,
    hasComment: hasComment(farm, host),
    cores: host.cores,
    idleCores: idle,
    memory: host.memory,
    idleMemory: idleMemory(host),
    gpuMemory: host.gpuMemory,
    idleGpuMemory: idleGpuMemory(host),
    totalSwap: host.totalSwap,
    totalMemory: host.totalMemory,
    totalGpuMemory: host.gpuMemory,
    totalMcp: host.totalMcp,
    freeSwap: host.totalSwap,
    freeMemory,
    freeMcp: host.freeMcp,
    freeGpuMemory: idleGpuMemory(host),
    load: Math.round((host.cores - idle) * 100),
    bootTime: host.bootTime,
    pingTime: lastPing(farm, host),
    os: host.os,
    tags: host.tags,
    state: host.state,
    lockState: host.lockState,
    threadMode: host.threadMode,
    gpus: host.gpus,
    idleGpus: idleGpus(host),
  };
}

/** host.Proc, which names its host, job and frame and carries none of their ids. */
export function viewProc(farm: Farm, proc: ProcRow): Message {
  const { frame, host } = proc;
  const { job } = frame.layer;
  return {
    id: proc.id,
    name: `${host.name}/${proc.cores.toFixed(2)}/${proc.gpus}`,
    showName: job.group.show.name,
    jobName: job.name,
    frameName: frame.name,
    groupName: job.group.name,
    pingTime: lastPing(farm, host),
    bookedTime: proc.bookedTime,
    dispatchTime: proc.dispatchTime,
    reservedMemory: proc.memory,
    reservedGpuMemory: proc.gpuMemory,
    usedMemory: proc.usedMemory,
    reservedCores: proc.cores,
    unbooked: proc.unbooked,
    logPath: `${job.logDir}/${job.name}.${frame.name}.rqlog`,
    redirectTarget: proc.redirectTarget,
    services: namesOrOneEmpty(frame.layer.services),
    reservedGpus: proc.gpus,
  };
}

/** Hosts that are up report every few seconds; the others stay at the time they fell silent. */
function lastPing(farm: Farm, { state, pingAge, seededAt }: HostRow): number {
  return (state === 'UP' || state === 'REBOOT_WHEN_IDLE' ? farm.now() : seededAt) - pingAge;
}

/** facility.Allocation with the sums over its hosts. Locked hosts count LOCKED ones, locked cores NIMBY ones too. */
export function viewAllocation(farm: Farm, allocation: AllocationRow): Message {
  const hosts = [...farm.hosts.values()].filter((host) => host.allocation === allocation);
  const sum = (amount: (host: HostRow) => number) => hosts.reduce((total, host) => total + amount(host), 0);
  const available = (host: HostRow) => host.lockState === 'OPEN' && host.state === 'UP';
  const locked = (host: HostRow) => host.lockState !== 'OPEN';
  const { id, name, tag, facility, billable } = allocation;
  return {
    id,
    name,
    tag,
    facility: facility.name,
    billable,
    stats: {
      cores: sum((host) => host.cores),
      availableCores: sum((host) => (available(host) ? idleCores(host) : 0)),
      idleCores: sum(idleCores),
      runningCores: sum((host) => host.cores - idleCores(host)),
      lockedCores: sum((host) => (locked(host) ? host.cores : 0)),
      hosts: hosts.length,
      lockedHosts: sum((host) => (host.lockState === 'LOCKED' ? 1 : 0)),
      downHosts: sum((host) => (host.state === 'DOWN' ? 1 : 0)),
      gpus: sum((host) => host.gpus),
      availableGpus: sum((host) => (available(host) ? idleGpus(host) : 0)),
      idleGpus: sum(idleGpus),
      runningGpus: sum((host) => host.gpus - idleGpus(host)),
      lockedGpus: sum((host) => (locked(host) ? host.gpus : 0)),
    },
  };
}

/** subscription.Subscription; cores in points, as nowhere else among the shows' messages. */
export function viewSubscription(farm: Farm, { id, show, allocation, size, burst }: SubscriptionRow): Message {
  let cores = 0;
  let gpus = 0;
  for (const proc of farm.procs.values()) {
    if (proc.frame.layer.job.group.show !== show || proc.host.allocation !== allocation) continue;
    cores += proc.cores;
    gpus += proc.gpus;
  }
  return {
    id,
    name: `${allocation.name}.${show.name}`,
    showName: show.name,
    facility: allocation.facility.name,
    allocationName: allocation.name,
    size,
    burst,
    reservedCores: Math.round(cores * 100),
    reservedGpus: gpus,
  };
}

/** host.Owner. */
export function viewOwner(farm: Farm, owner: OwnerRow): Message {
  const hostCount = [...farm.deeds.values()].filter((deed) => deed.owner === owner).length;
  return { id: owner.id, name: owner.name, show: owner.show.name, hostCount };
}

/** host.Deed, whose show Cuebot never fills. */
export function viewDeed({ id, host, owner }: DeedRow): Message {
  return { id, host: host.name, owner: owner.name };
}

/** renderPartition.RenderPartition; cores in points. */
export function viewRenderPartition(partition: RenderPartitionRow): Message {
  const { job, layer, frame, host, ...amounts } = partition;
  return {
    ...amounts,
    job: job.name,
    layer: layer?.name ?? '',
    frame: frame?.name ?? '',
    renderPartType: frame ? 'FRAME_PARTITION' : layer ? 'LAYER_PARTITION' : 'JOB_PARTITION',
    host: host.name,
  };
}
