import type { Farm } from '../farm/farm.ts';
import type { Message } from '../wire/message-codec.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';

/** cue.CueInterface: the probe that clients send to see whether a Cuebot is there. */
export function createCueService(farm: Farm): ServiceHandlers {
  return { GetSystemStats: () => ({ stats: viewSystemStats(farm) }) };
}

/** Pools and queues of an idle Cuebot with default sizes; the three `req` counters are always zero in the real one too. */
function viewSystemStats(farm: Farm): Message {
  return {
    manageRemainingCapacity: 2000,
    manageThreads: 6,
    manageExecuted: farm.version,
    dispatchRemainingCapacity: 2000,
    dispatchThreads: 6,
    dispatchExecuted: farm.procs.size,
    reportRemainingCapacity: 5000,
    reportThreads: 6,
    reportExecuted: farm.hosts.size,
    bookingRemainingCapacity: 1000,
    bookingThreads: 6,
    bookingExecuted: farm.procs.size,
    bookedProcs: farm.procs.size,
    pickedUpCores: 0,
  };
}
