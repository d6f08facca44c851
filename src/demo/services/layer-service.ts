import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/find-rows.ts';
import type { LayerRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFramePage } from '../search/find-frames.ts';
import { viewDepends } from '../views/depend-view.ts';
import { viewFrame } from '../views/frame-view.ts';
import { viewLayer } from '../views/job-view.ts';
import { viewLimit } from '../views/limit-view.ts';
import { notFound } from '../wire/cuebot-error.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { createLayerWrites } from './layer-writes.ts';
import type { OfLayer, Servant, WithLayer } from './servant.ts';

/** job.LayerInterface. SetMinGpu is declared and implemented nowhere. */
export function createLayerService(cuebot: Cuebot, servant: Servant<LayerRow>): ServiceHandlers {
  const { farm } = cuebot;
  const withLayer: WithLayer = (work) => async (request) => {
    const layer = pickRow(farm.layers, idOf(request.layer));
    return work(await servant.hold(layer), request);
  };
  return { ...createReads(farm, withLayer), ...createLayerWrites(cuebot, withLayer) };
}

function createReads(farm: Farm, withLayer: WithLayer): ServiceHandlers {
  return {
    GetLayer: ({ id }: { id: string }) => ({ layer: viewLayer(farm, pickRow(farm.layers, id, notFound)) }),
    FindLayer(request: { job: string; layer: string }) {
      const test = ({ job, name }: LayerRow) =>
        job.state === 'PENDING' && job.name === request.job && name === request.layer;
      return { layer: viewLayer(farm, pickOnly(farm.layers.values(), test)) };
    },
    GetFrames: withLayer((layer, { s }: OfLayer & { s: FrameCriteria | null }) => ({
      frames: { frames: findFramePage(farm, layer, s).map((frame) => viewFrame(farm, frame)) },
    })),
    GetLimits: withLayer((layer) => ({ limits: layer.limits.map(({ limit }) => viewLimit(farm, limit, [layer])) })),
    GetOutputPaths: withLayer((layer) => ({ outputPaths: layer.outputPaths })),
    // Rows of the layer, and frame-on-frame rows that stand for themselves: whatever was not expanded from another row.
    GetWhatThisDependsOn: withLayer((layer) =>
      viewDepends(layer.job.dependsOn, ({ er, parent }) => er.layer === layer && !parent),
    ),
    GetWhatDependsOnThis: withLayer((layer) => viewDepends(layer.awaitedBy, ({ parent }) => !parent)),
  };
}
