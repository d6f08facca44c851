import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { DeedRow } from '../farm/configuration-rows.ts';
import { viewDeed, viewHost, viewOwner } from '../views/host-view.ts';
import { missingRow } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

interface OfOwner {
  readonly owner: EntityReference | null;
}

interface OfDeed {
  readonly deed: EntityReference | null;
}

/** host.OwnerInterface: all reads. */
export function createOwnerService(farm: Farm): ServiceHandlers {
  const deedsOf = ({ owner }: OfOwner): DeedRow[] => {
    const row = pickRow(farm.owners, idOf(owner));
    return [...farm.deeds.values()].filter((deed) => deed.owner === row);
  };
  return {
    GetOwner({ name }: { name: string }) {
      const owner = pickOnly(farm.owners.values(), (row) => row.name === name || row.id === name);
      return { owner: viewOwner(farm, owner) };
    },
    GetDeeds: (request: OfOwner) => ({ deeds: { deeds: deedsOf(request).map(viewDeed) } }),
    GetHosts: (request: OfOwner) => ({ hosts: { hosts: deedsOf(request).map(({ host }) => viewHost(farm, host)) } }),
  };
}

/** host.DeedInterface: the reads. */
export function createDeedService(farm: Farm): ServiceHandlers {
  return {
    GetOwner: ({ deed }: OfDeed) => ({ owner: viewOwner(farm, pickRow(farm.deeds, idOf(deed)).owner) }),
    // The deed's id is taken for a host's, so nothing is ever found.
    GetHost() {
      throw missingRow();
    },
  };
}
