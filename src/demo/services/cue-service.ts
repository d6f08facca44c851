import { MANAGE_CAPACITY } from '../farm/manage-queue.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';

/** cue.CueInterface: the probe that clients send to see whether a Cuebot is there. */
export function createCueService({ farm, queue }: Cuebot): ServiceHandlers {
  return {
    // Pools and queues of default sizes; the three `req` counters are always zero in the real one too.
    GetSystemStats: () => ({
      stats: {
        manageWaiting: queue.stats.waiting,
        manageRemainingCapacity: MANAGE_CAPACITY - queue.stats.waiting,
        manageThreads: 6,
        manageExecuted: queue.stats.executed,
        manageRejected: queue.stats.rejected,
        dispatchRemainingCapacity: 2000,
        dispatchThreads: 6,
        dispatchExecuted: farm.statistics.bookedProcs,
        reportRemainingCapacity: 5000,
        reportThreads: 6,
        reportExecuted: farm.statistics.hostReports,
        bookingRemainingCapacity: 1000,
        bookingThreads: 6,
        bookingExecuted: farm.statistics.bookedProcs,
        bookedProcs: farm.statistics.bookedProcs,
        unbookedProcs: farm.statistics.unbookedProcs,
      },
    }),
  };
}
