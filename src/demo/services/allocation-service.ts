import type { Farm } from '../farm/farm.ts';
import { byName, pickOnly } from '../farm/find-rows.ts';
import { sortTags } from '../farm/host-resources.ts';
import type { AllocationRow, HostRow } from '../farm/rows.ts';
import type { HostCriteria } from '../search/find-hosts.ts';
import { findHosts } from '../search/find-hosts.ts';
import { viewAllocation, viewSubscription } from '../views/allocation-view.ts';
import { viewHost } from '../views/host-view.ts';
import { cuebotThrown, illegalArgument, missingRow, notFound } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf, nameOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';
import { moveHost } from './host-service.ts';

interface OfAllocation {
  readonly allocation: (EntityReference & { readonly facility: string }) | null;
}

/** facility.AllocationInterface. */
export function createAllocationService(cuebot: Cuebot): ServiceHandlers {
  return { ...createReads(cuebot.farm), ...createWrites(cuebot) };
}

function createReads(farm: Farm): ServiceHandlers {
  const enabled = () => farm.allocations.filter((allocation) => allocation.enabled);
  const named = (name: string) => pickOnly(enabled(), (allocation) => allocation.name === name);
  const listHosts = (hosts: readonly HostRow[]) => ({ hosts: { hosts: hosts.map((host) => viewHost(farm, host)) } });
  return {
    Find: ({ name }: { name: string }) => ({ allocation: viewAllocation(farm, named(name)) }),
    // The id is looked up as a name; a real id finds nothing.
    Get: ({ id }: { id: string }) => ({ allocation: viewAllocation(farm, getAllocation(farm, id, named)) }),
    GetDefault: () => ({
      allocation: viewAllocation(
        farm,
        pickOnly(farm.allocations, (allocation) => allocation.isDefault, missingRow),
      ),
    }),
    GetAll: () => ({
      allocations: {
        allocations: enabled()
          .sort(byName)
          .map((row) => viewAllocation(farm, row)),
      },
    }),
    GetHosts({ allocation }: OfAllocation) {
      const id = idOf(allocation);
      return listHosts([...farm.hosts.values()].filter((host) => host.allocation.id === id));
    },
    FindHosts({ allocation, r }: OfAllocation & { r: HostCriteria | null }) {
      // The id joins a filter of names, which leaves nothing unless the criteria name an allocation themselves.
      const id = idOf(allocation);
      const key = farm.defects.has('allocation-ids') ? id : (farm.allocations.find((row) => row.id === id)?.name ?? id);
      return listHosts(findHosts(farm, { ...NO_CRITERIA, ...r, allocs: [...(r?.allocs ?? []), key] }));
    },
    GetSubscriptions({ allocation }: OfAllocation) {
      const id = idOf(allocation);
      const rows = [...farm.subscriptions.values()].filter((row) => row.allocation.id === id);
      return { subscriptions: { subscriptions: rows.map(viewSubscription) } };
    },
  };
}

function getAllocation(farm: Farm, id: string, named: (name: string) => AllocationRow): AllocationRow {
  if (farm.defects.has('allocation-ids')) return named(id);
  return pickOnly(farm.allocations, (allocation) => allocation.id === id, notFound);
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

/** The writes. Most are keyed by facility and name; the id that the message carries is ignored. */
function createWrites({ farm, queue }: Cuebot): ServiceHandlers {
  const allocationOf = ({ allocation }: OfAllocation) => {
    if (!farm.defects.has('allocation-keys')) {
      const id = idOf(allocation);
      return pickOnly(farm.allocations, (row) => row.enabled && row.id === id, missingRow);
    }
    const name = `${allocation?.facility ?? ''}.${nameOf(allocation).replace(/^[^.]*\./, '')}`;
    return pickOnly(farm.allocations, (row) => row.enabled && row.name === name, missingRow);
  };
  const changing =
    <Request extends OfAllocation>(change: (row: AllocationRow, request: Request) => void) =>
    (request: Request): Message => {
      change(allocationOf(request), request);
      farm.touch();
      return DONE;
    };
  return {
    Create({ name, tag, facility }: { name: string; tag: string; facility: EntityReference | null }) {
      const key = nameOf(facility);
      const place = pickOnly(farm.facilities, (row) => row.name === key || row.id === key, missingRow);
      const fullName = `${place.name}.${name.replace(/^[^.]*\./, '')}`;
      const disabled = farm.allocations.find((row) => row.name === fullName);
      if (disabled) {
        // The old row comes back, but its id is not the one that is then read.
        disabled.enabled = true;
        farm.touch();
        throw missingRow();
      }
      const row = { id: farm.random.uuid(), name: fullName, tag, facility: place, billable: true, isDefault: false };
      farm.allocations.push({ ...row, enabled: true });
      farm.touch();
      return { allocation: viewAllocation(farm, farm.allocations.at(-1)!) };
    },
    Delete: changing((row) => deleteAllocation(farm, row)),
    SetBillable: changing((row, { value }: OfAllocation & { value: boolean }) => {
      row.billable = value;
    }),
    SetDefault: changing((row) => {
      for (const other of farm.allocations) other.isDefault = other === row;
    }),
    SetName: changing((row, { name }: OfAllocation & { name: string }) => {
      if (!/^\w+$/.test(name)) {
        throw illegalArgument('The new allocation namemust be alpha numeric and not contain the facility prefix.');
      }
      row.name = `${row.facility.name}.${name}`;
    }),
    SetTag: changing((row, { tag }: OfAllocation & { tag: string }) => {
      row.tag = tag;
      // The statement looks for tags of the type `Alloc`, and the table holds `ALLOC`.
      if (!farm.defects.has('allocation-tags')) retagHosts(farm, row);
    }),
    // An allocation that is not there shows when the queued work begins, and then only in the log.
    ReparentHosts({ allocation, hosts }: OfAllocation & { hosts: { hosts: readonly EntityReference[] } | null }) {
      const id = idOf(allocation);
      queue.execute(`reparent hosts ${id}`, () => {
        const row = farm.allocations.find((candidate) => candidate.id === id);
        for (const { id: hostId } of hosts?.hosts ?? []) {
          const host = farm.hosts.get(hostId);
          if (row && host && host.procs.size === 0) moveHost(farm, host, row);
        }
      });
      return DONE;
    },
  };
}

/** What was ever used stays in the database and is only disabled. */
function deleteAllocation(farm: Farm, row: AllocationRow): void {
  if ([...farm.hosts.values()].some((host) => host.allocation === row)) {
    throw removalError(row, 'allocation still contains hosts');
  }
  if (row.isDefault) throw removalError(row, 'you cannot delete the default allocation');
  const isUsed = [...farm.subscriptions.values()].some((subscription) => subscription.allocation === row);
  if (isUsed) row.enabled = false;
  else farm.allocations.splice(farm.allocations.indexOf(row), 1);
}

function removalError({ name }: AllocationRow, reason: string): Error {
  const entity = 'class com.imageworks.spcue.AllocationEntity';
  return cuebotThrown('EntityRemovalError', `failed to create entity of type: ${entity} with name: ${name} ,${reason}`);
}

function retagHosts(farm: Farm, row: AllocationRow): void {
  for (const host of farm.hosts.values()) {
    if (host.allocation !== row) continue;
    for (const tag of host.hostTags) if (tag.type === 'ALLOC') tag.name = row.tag;
    sortTags(host);
  }
}
