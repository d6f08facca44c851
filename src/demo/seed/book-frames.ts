import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { startFrame } from '../farm/run-frames.ts';
import { idleCores, idleGpus, idleMemory } from '../farm/idle-resources.ts';
import type { FrameRow, HostRow, LayerRow } from '../farm/rows.ts';

/** Finds room for frames on the hosts, going round so that work spreads over the farm. */
export interface Booking {
  /** Starts the frame on a host with room; false when there is none. */
  book(frame: FrameRow): boolean;
  /** A host that may have run a frame of this layer in the past. */
  formerHost(layer: LayerRow): HostRow;
}

/** Booking for the seed: it also fills hosts that were locked after their frames had started, as real farms have them. */
export function createBooking(farm: Farm): Booking {
  const hosts = [...farm.hosts.values()];
  let next = 0;
  const candidates = (layer: LayerRow) => hosts.filter((host) => suits(host, layer));
  return {
    book(frame) {
      for (let tried = 0; tried < hosts.length; tried++) {
        const host = hosts[next % hosts.length]!;
        next += 1;
        if (!isBookable(host) || !suits(host, frame.layer) || !hasRoom(host, frame.layer)) continue;
        const startTime = farm.now() - farm.random.between(40, 2400);
        const proc = startFrame(farm, frame, host, Math.max(startTime, frame.layer.job.startTime + 5));
        insert(farm.procs, proc);
        return true;
      }
      return false;
    },
    formerHost: (layer) => farm.random.pick(candidates(layer)),
  };
}

function isBookable(host: HostRow): boolean {
  return host.lockState !== 'NIMBY_LOCKED' && (host.state === 'UP' || host.state === 'REBOOT_WHEN_IDLE');
}

function suits(host: HostRow, layer: LayerRow): boolean {
  return host.allocation.facility === layer.job.facility && layer.tags.some((tag) => host.tags.includes(tag));
}

function hasRoom(host: HostRow, layer: LayerRow): boolean {
  return idleCores(host) >= layer.minCores && idleMemory(host) >= layer.minMemory && idleGpus(host) >= layer.minGpus;
}
