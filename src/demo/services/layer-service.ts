import { eatFrame, finishIfComplete, killFrame, markFrameDone, retryFrame } from '../farm/change-frames.ts';
import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { FrameRow, LayerRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFramePage } from '../search/find-frames.ts';
import { viewFrame } from '../views/frame-view.ts';
import { viewLayer } from '../views/job-view.ts';
import { viewLimit } from '../views/limit-view.ts';
import { viewDepends } from '../views/show-view.ts';
import { notFound, thrown } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Servant } from './servant.ts';

interface OfLayer {
  readonly layer: EntityReference | null;
}

type WithLayer = <Request extends OfLayer>(
  work: (layer: LayerRow, request: Request) => Message,
) => (request: Request) => Promise<Message>;

// Fewer core points than this are taken for a mistake, and stored as one core.
const LEAST_CORES = 0.1;

/** job.LayerInterface: all reads, and the everyday writes. */
export function createLayerService(farm: Farm, servant: Servant<LayerRow>): ServiceHandlers {
  const withLayer: WithLayer = (work) => async (request) => {
    const layer = pickRow(farm.layers, idOf(request.layer));
    return work(await servant.hold(layer), request);
  };
  return { ...createReads(farm, withLayer), ...createWrites(farm, withLayer) };
}

function createReads(farm: Farm, withLayer: WithLayer): ServiceHandlers {
  return {
    GetLayer: ({ id }: { id: string }) => ({ layer: viewLayer(pickRow(farm.layers, id, notFound)) }),
    FindLayer(request: { job: string; layer: string }) {
      const test = ({ job, name }: LayerRow) =>
        job.state === 'PENDING' && job.name === request.job && name === request.layer;
      return { layer: viewLayer(pickOnly(farm.layers.values(), test)) };
    },
    GetFrames: withLayer((layer, { s }: OfLayer & { s: FrameCriteria | null }) => ({
      frames: { frames: findFramePage(farm, layer, s).map((frame) => viewFrame(farm, frame)) },
    })),
    GetLimits: withLayer((layer) => ({ limits: layer.limits.map((limit) => viewLimit(limit, [layer])) })),
    GetOutputPaths: withLayer((layer) => ({ outputPaths: layer.outputPaths })),
    // Rows of the layer, and frame-on-frame rows that stand for themselves: whatever was not expanded from another row.
    GetWhatThisDependsOn: withLayer((layer) =>
      viewDepends(layer.job.dependsOn, ({ er, parent }) => er.layer === layer && !parent),
    ),
    GetWhatDependsOnThis: withLayer((layer) =>
      viewDepends(layer.job.awaitedBy, ({ on, parent }) => on.layer === layer && !on.frame && !parent),
    ),
  };
}

function createWrites(farm: Farm, withLayer: WithLayer): ServiceHandlers {
  const changing = <Request extends OfLayer>(change: (layer: LayerRow, request: Request) => void) =>
    withLayer((layer, request: Request) => {
      change(layer, request);
      farm.touch();
      return {};
    });
  const setting = <Request extends OfLayer>(valuesOf: (request: Request) => Partial<LayerRow>) =>
    changing((layer, request: Request) => {
      Object.assign(layer, valuesOf(request));
    });
  const changingFrames = (change: (farm: Farm, frame: FrameRow) => void) =>
    changing((layer) => {
      for (const frame of layer.frames) change(farm, frame);
      finishIfComplete(farm, layer.job);
    });
  return {
    RetryFrames: changingFrames(retryFrame),
    EatFrames: changingFrames(eatFrame),
    KillFrames: changingFrames(killFrame),
    MarkdoneFrames: changingFrames(markFrameDone),
    SetTags: setting(({ tags }: OfLayer & { tags: string[] }) => {
      if (tags.length === 0) throw thrown('java.lang.IllegalArgumentException', 'Layer must have at least one tag');
      return { tags };
    }),
    SetMinMemory: setting(({ memory }: OfLayer & { memory: number }) => ({ minMemory: memory })),
    SetMinGpuMemory: setting(({ gpuMemory }: OfLayer & { gpuMemory: number }) => ({ minGpuMemory: gpuMemory })),
    SetMinCores: setting(({ cores }: OfLayer & { cores: number }) => ({
      minCores: cores < LEAST_CORES ? 1 : Math.round(cores * 100) / 100,
    })),
    SetMaxCores: setting(({ cores }: OfLayer & { cores: number }) => ({ maxCores: Math.round(cores) })),
    SetMinGpus: setting(({ minGpus }: OfLayer & { minGpus: number }) => ({ minGpus })),
    SetMaxGpus: setting(({ maxGpus }: OfLayer & { maxGpus: number }) => ({ maxGpus })),
    SetThreadable: setting(({ threadable }: OfLayer & { threadable: boolean }) => ({ isThreadable: threadable })),
    SetTimeout: setting(({ timeout }: OfLayer & { timeout: number }) => ({ timeout })),
    SetTimeoutLLU: setting(({ timeoutLlu }: OfLayer & { timeoutLlu: number }) => ({ timeoutLlu })),
    RegisterOutputPath: changing((layer, { spec }: OfLayer & { spec: string }) => {
      // A path that is there already makes the insert fail, which Cuebot only logs.
      if (!layer.outputPaths.includes(spec)) layer.outputPaths.push(spec);
    }),
  };
}
