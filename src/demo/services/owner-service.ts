import type { DeedRow } from '../farm/configuration-rows.ts';
import { insert } from '../farm/farm.ts';
import { findHost, findShow, pickOnly, pickRow } from '../farm/find-rows.ts';
import { endLoan } from '../farm/render-partitions.ts';
import { viewHost } from '../views/host-view.ts';
import { viewDeed, viewOwner } from '../views/owner-view.ts';
import { cuebotThrown, missingRow, stillReferenced } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfOwner {
  readonly owner: EntityReference | null;
}

interface OfDeed {
  readonly deed: EntityReference | null;
}

/** host.OwnerInterface. */
export function createOwnerService({ farm }: Cuebot): ServiceHandlers {
  const ownerOf = ({ owner }: OfOwner) => pickRow(farm.owners, idOf(owner));
  const deedsOf = (request: OfOwner): DeedRow[] => {
    const row = ownerOf(request);
    return [...farm.deeds.values()].filter((deed) => deed.owner === row);
  };
  return {
    GetOwner({ name }: { name: string }) {
      const owner = pickOnly(farm.owners.values(), (row) => row.name === name || row.id === name);
      return { owner: viewOwner(farm, owner) };
    },
    GetDeeds: (request: OfOwner) => ({ deeds: { deeds: deedsOf(request).map((deed) => viewDeed(farm, deed)) } }),
    GetHosts: (request: OfOwner) => ({ hosts: { hosts: deedsOf(request).map(({ host }) => viewHost(farm, host)) } }),
    Delete(request: OfOwner) {
      const owner = ownerOf(request);
      if (deedsOf(request).length > 0) {
        throw stillReferenced('DELETE FROM owner WHERE pk_owner = ?', 'owner', 'c_deed_pk_owner', 'deed');
      }
      farm.owners.delete(owner.id);
      farm.touch();
      return DONE;
    },
    SetShow(request: OfOwner & { show: string }) {
      const owner = ownerOf(request);
      owner.show = findShow(farm, request.show);
      farm.touch();
      return DONE;
    },
    // The owner by id, the host by name.
    TakeOwnership(request: OfOwner & { host: string }) {
      const owner = ownerOf(request);
      const host = findHost(farm, request.host);
      if (!host.nimbyEnabled) throw cuebotThrown('SpcueRuntimeException', 'Cannot setup deeeds on non-NIMBY hosts.');
      for (const deed of [...farm.deeds.values()]) if (deed.host === host) farm.deeds.delete(deed.id);
      insert(farm.deeds, { id: farm.random.uuid(), host, owner });
      farm.touch();
      return DONE;
    },
  };
}

/** host.DeedInterface. */
export function createDeedService({ farm }: Cuebot): ServiceHandlers {
  const deedOf = ({ deed }: OfDeed) => pickRow(farm.deeds, idOf(deed));
  return {
    GetOwner: (request: OfDeed) => ({ owner: viewOwner(farm, deedOf(request).owner) }),
    GetHost(request: OfDeed) {
      // The deed's id is taken for a host's, so nothing is ever found.
      if (farm.defects.has('deed-hosts')) throw missingRow();
      return { host: viewHost(farm, deedOf(request).host) };
    },
    Delete(request: OfDeed) {
      farm.deeds.delete(deedOf(request).id);
      farm.touch();
      return DONE;
    },
  };
}

/** renderPartition.RenderPartitionInterface. */
export function createRenderPartitionService({ farm }: Cuebot): ServiceHandlers {
  interface OfPartition {
    readonly renderPartition: EntityReference | null;
  }
  const partitionOf = ({ renderPartition }: OfPartition) => pickRow(farm.renderPartitions, idOf(renderPartition));
  return {
    Delete(request: OfPartition) {
      endLoan(farm, partitionOf(request));
      return DONE;
    },
    // What is not above 0 stays as it is. Cores are taken for core points, whatever clients mean.
    SetMaxResources(request: OfPartition & { cores: number; memory: number; gpuMemory: number; gpus: number }) {
      const row = partitionOf(request);
      if (request.cores > 0) row.maxCores = request.cores;
      if (request.memory > 0) row.maxMemory = request.memory;
      if (request.gpus > 0) row.maxGpus = request.gpus;
      if (request.gpuMemory > 0) row.maxGpuMemory = request.gpuMemory;
      farm.touch();
      return DONE;
    },
  };
}
