import type { DeedRow, OwnerRow, RenderPartitionRow } from '../farm/configuration-rows.ts';
import type { Farm } from '../farm/farm.ts';
import type { Message } from '../wire/message-codec.ts';

/** host.Owner. */
export function viewOwner(farm: Farm, owner: OwnerRow): Message {
  const hostCount = [...farm.deeds.values()].filter((deed) => deed.owner === owner).length;
  return { id: owner.id, name: owner.name, show: owner.show.name, hostCount };
}

/** host.Deed, whose show Cuebot never fills. */
export function viewDeed(farm: Farm, { id, host, owner }: DeedRow): Message {
  const deed = { id, host: host.name, owner: owner.name };
  return farm.defects.has('deed-hosts') ? deed : { ...deed, show: owner.show.name };
}

/** renderPartition.RenderPartition; cores in points. */
export function viewRenderPartition(partition: RenderPartitionRow): Message {
  const { job, layer, frame, host, ...amounts } = partition;
  return {
    ...amounts,
    job: job.name,
    layer: layer?.name ?? '',
    frame: frame?.name ?? '',
    renderPartType: frame ? 'FRAME_PARTITION' : layer ? 'LAYER_PARTITION' : 'JOB_PARTITION',
    host: host.name,
  };
}
