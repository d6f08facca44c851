import type { Farm } from '../farm/farm.ts';
import { startFrame } from '../farm/frame-states.ts';
import { idleCores, idleGpus, idleMemory } from '../farm/host-resources.ts';
import type { FrameRow, HostRow, LayerRow } from '../farm/rows.ts';

/** Finds room for the frames that run when the farm begins, going round so that work spreads over it. */
export interface Booking {
  /** Starts the frame on a host with room, as of an epoch second; false when there is none. */
  book(frame: FrameRow, startTime: number): boolean;
  /** A host that may have run a frame of this layer in the past. */
  formerHost(layer: LayerRow): HostRow;
}

/** Booking on the hosts that pass the test. It does not notice resources that become free. */
export function createBooking(farm: Farm, isBookable: (host: HostRow) => boolean): Booking {
  const pools = new Map<string, Pool>();
  const poolOf = (layer: LayerRow) => {
    const key = [layer.job.facility.name, ...layer.tags].join(' ');
    let pool = pools.get(key);
    if (!pool) {
      const hosts = [...farm.hosts.values()].filter((host) => suits(host, layer));
      pool = { hosts, bookable: hosts.filter(isBookable), next: 0, full: new Set() };
      pools.set(key, pool);
    }
    return pool;
  };
  return {
    book(frame, startTime) {
      const { layer } = frame;
      const host = findRoom(poolOf(layer), layer);
      if (!host) return false;
      startFrame(farm, frame, host, startTime);
      return true;
    },
    formerHost: (layer) => farm.random.pick(poolOf(layer).hosts),
  };
}

/** The hosts that layers of one facility and the same tags may use. */
interface Pool {
  readonly hosts: readonly HostRow[];
  readonly bookable: readonly HostRow[];
  next: number;
  /** Sizes that no host had room for; there is no use in asking again. */
  readonly full: Set<string>;
}

function findRoom(pool: Pool, layer: LayerRow): HostRow | undefined {
  const size = `${layer.minCores}/${layer.minMemory}/${layer.minGpus}`;
  if (pool.full.has(size)) return undefined;
  for (let tried = 0; tried < pool.bookable.length; tried++) {
    const host = pool.bookable[pool.next % pool.bookable.length]!;
    pool.next += 1;
    if (hasRoom(host, layer)) return host;
  }
  pool.full.add(size);
  return undefined;
}

function suits(host: HostRow, layer: LayerRow): boolean {
  return host.allocation.facility === layer.job.facility && layer.tags.some((tag) => host.tags.includes(tag));
}

function hasRoom(host: HostRow, layer: LayerRow): boolean {
  return idleCores(host) >= layer.minCores && idleMemory(host) >= layer.minMemory && idleGpus(host) >= layer.minGpus;
}
