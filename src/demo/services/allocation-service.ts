import type { Farm } from '../farm/farm.ts';
import { pickOnly } from '../farm/pick-row.ts';
import type { HostRow } from '../farm/rows.ts';
import type { HostCriteria } from '../search/find-hosts.ts';
import { findHosts } from '../search/find-hosts.ts';
import { byName } from '../search/find-jobs.ts';
import { viewAllocation, viewHost, viewSubscription } from '../views/host-view.ts';
import { missingRow } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

interface OfAllocation {
  readonly allocation: EntityReference | null;
}

/** facility.AllocationInterface: all reads. */
export function createAllocationService(farm: Farm): ServiceHandlers {
  const named = (name: string) => pickOnly(farm.allocations, (allocation) => allocation.name === name);
  const listHosts = (hosts: readonly HostRow[]) => ({ hosts: { hosts: hosts.map((host) => viewHost(farm, host)) } });
  return {
    Find: ({ name }: { name: string }) => ({ allocation: viewAllocation(farm, named(name)) }),
    // The id is looked up as a name; a real id finds nothing.
    Get: ({ id }: { id: string }) => ({ allocation: viewAllocation(farm, named(id)) }),
    GetDefault: () => ({
      allocation: viewAllocation(
        farm,
        pickOnly(farm.allocations, (allocation) => allocation.isDefault, missingRow),
      ),
    }),
    GetAll: () => ({
      allocations: { allocations: [...farm.allocations].sort(byName).map((row) => viewAllocation(farm, row)) },
    }),
    GetHosts({ allocation }: OfAllocation) {
      const id = idOf(allocation);
      return listHosts([...farm.hosts.values()].filter((host) => host.allocation.id === id));
    },
    // The id joins a filter of names, which leaves nothing unless the criteria name an allocation themselves.
    FindHosts({ allocation, r }: OfAllocation & { r: HostCriteria | null }) {
      const id = idOf(allocation);
      const criteria: HostCriteria = { ...NO_CRITERIA, ...r, allocs: [...(r?.allocs ?? []), id] };
      return listHosts(findHosts(farm, criteria));
    },
    GetSubscriptions({ allocation }: OfAllocation) {
      const id = idOf(allocation);
      const rows = [...farm.subscriptions.values()].filter((row) => row.allocation.id === id);
      return { subscriptions: { subscriptions: rows.map((row) => viewSubscription(farm, row)) } };
    },
  };
}

const NO_CRITERIA: HostCriteria = {
  hosts: [],
  regex: [],
  substr: [],
  ids: [],
  allocs: [],
  states: null,
  lockStates: null,
};
