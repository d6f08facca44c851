import type { Farm } from '../farm/farm.ts';
import { idleCores, idleGpuMemory, idleGpus, idleMemory } from '../farm/host-resources.ts';
import type { HostRow, ProcRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';
import { gpuMemory } from './frame-view.ts';
import { namesOrOneEmpty } from './job-view.ts';

/** host.Host. */
export function viewHost(farm: Farm, host: HostRow): Message {
  const idle = idleCores(host);
  const freeMemory = Math.floor(idleMemory(host) * 0.9);
  return {
    id: host.id,
    name: host.name,
    allocName: host.allocation.name,
    nimbyEnabled: host.nimbyEnabled,
    hasComment: host.comments.length > 0,
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
    redirectTarget: proc.redirect?.name ?? '',
    services: namesOrOneEmpty(farm, frame.layer.services),
    reservedGpus: proc.gpus,
    ...(!farm.defects.has('empty-fields') && { usedGpuMemory: gpuMemory(farm, frame)['usedGpuMemory'] }),
  };
}

/** Hosts that are up report every few seconds; the others stay at the time they fell silent. */
function lastPing(farm: Farm, { state, pingAge, silentSince }: HostRow): number {
  return (state === 'UP' || state === 'REBOOT_WHEN_IDLE' ? farm.now() : silentSince) - pingAge;
}
