import type { SubscriptionRow } from '../farm/configuration-rows.ts';
import type { Farm } from '../farm/farm.ts';
import { idleCores, idleGpus } from '../farm/host-resources.ts';
import type { AllocationRow, HostRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

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
export function viewSubscription({ id, show, allocation, size, burst }: SubscriptionRow): Message {
  const reserved = show.reserved.get(allocation);
  return {
    id,
    name: `${allocation.name}.${show.name}`,
    showName: show.name,
    facility: allocation.facility.name,
    allocationName: allocation.name,
    size,
    burst,
    reservedCores: Math.round((reserved?.cores ?? 0) * 100),
    reservedGpus: reserved?.gpus ?? 0,
  };
}
