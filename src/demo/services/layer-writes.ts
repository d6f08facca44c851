import { cutCores, wholeCores } from '../farm/cores.ts';
import type { DependTarget } from '../farm/depends.ts';
import { dropDepends } from '../farm/depends.ts';
import type { Farm } from '../farm/farm.ts';
import { LEAST_MEMORY } from '../farm/filters.ts';
import { pickRow } from '../farm/find-rows.ts';
import { eatFrame, killFrame, markFrameDone, retryFrame } from '../farm/frame-changes.ts';
import { expandFrameSet } from '../farm/frame-set.ts';
import { bindLimit, unbindLimit } from '../farm/limits.ts';
import type { Loan } from '../farm/render-partitions.ts';
import { lendHost } from '../farm/render-partitions.ts';
import type { Order } from '../farm/reorder-frames.ts';
import { reorderFrames, staggerFrames } from '../farm/reorder-frames.ts';
import type { FrameRow, LayerRow } from '../farm/rows.ts';
import { viewRenderPartition } from '../views/owner-view.ts';
import { danglingKey, illegalArgument, invalidArgument } from '../wire/cuebot-error.ts';
import type { EntityReference, RpcHandler, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';
import { answerDepend } from './depend-service.ts';
import type { OfLayer, WithLayer } from './servant.ts';

// Fewer core points than this are taken for a mistake, and stored as one core.
const LEAST_CORES = 0.1;
const MOST_YEARS_AHEAD = 5;
const SECONDS_PER_YEAR = 365 * 24 * 3600;

const INSERT_LIMIT = 'INSERT INTO layer_limit (pk_layer_limit,pk_layer,pk_limit_record) VALUES (?,?,?)';

/** The writes of job.LayerInterface. */
export function createLayerWrites(cuebot: Cuebot, withLayer: WithLayer): ServiceHandlers {
  return {
    ...createSetters(cuebot.farm, withLayer),
    ...createFrameWrites(cuebot, withLayer),
    ...createDependWrites(cuebot, withLayer),
  };
}

function createSetters(farm: Farm, withLayer: WithLayer): ServiceHandlers {
  const changing = <Request extends OfLayer>(change: (layer: LayerRow, request: Request) => void) =>
    withLayer((layer, request: Request) => {
      change(layer, request);
      farm.touch();
      return DONE;
    });
  const setting = <Request extends OfLayer>(valuesOf: (request: Request) => Partial<LayerRow>): RpcHandler =>
    changing((layer, request: Request) => {
      Object.assign(layer, valuesOf(request));
    });
  return {
    SetTags: setting(({ tags }: OfLayer & { tags: readonly string[] }) => ({ tags: acceptTags(tags) })),
    SetMinMemory: setting(({ memory }: OfLayer & { memory: number }) => ({
      minMemory: Math.max(memory, LEAST_MEMORY),
    })),
    SetMinGpuMemory: setting(({ gpuMemory }: OfLayer & { gpuMemory: number }) => ({ minGpuMemory: gpuMemory })),
    SetMinCores: setting(({ cores }: OfLayer & { cores: number }) => ({
      minCores: cutCores(cores) < LEAST_CORES ? 1 : cutCores(cores),
    })),
    SetMaxCores: setting(({ cores }: OfLayer & { cores: number }) => ({ maxCores: wholeCores(cores) })),
    SetMinGpus: setting(({ minGpus }: OfLayer & { minGpus: number }) => ({ minGpus })),
    SetMaxGpus: setting(({ maxGpus }: OfLayer & { maxGpus: number }) => ({ maxGpus })),
    SetThreadable: setting(({ threadable }: OfLayer & { threadable: boolean }) => ({ isThreadable: threadable })),
    SetTimeout: setting(({ timeout }: OfLayer & { timeout: number }) => ({ timeout })),
    SetTimeoutLLU: setting(({ timeoutLlu }: OfLayer & { timeoutLlu: number }) => ({ timeoutLlu })),
    EnableMemoryOptimizer: setting(({ value }: OfLayer & { value: boolean }) => ({ memoryOptimizerEnabled: value })),
    SetDispatchOrder: setting(({ order }: OfLayer & { order: number }) => {
      if (order <= 0) throw illegalArgument('Layer dispatch order must be positive.');
      return { dispatchOrder: order };
    }),
    SetStartAfter: createStartAfter(farm, withLayer),
    RegisterOutputPath: changing((layer, { spec }: OfLayer & { spec: string }) => {
      // A path that is there already makes the insert fail, which Cuebot only logs.
      if (!layer.outputPaths.includes(spec)) layer.outputPaths.push(spec);
    }),
    AddLimit: changing((layer, { limitId }: OfLayer & { limitId: string }) => {
      const limit = farm.limits.get(limitId);
      if (!limit) {
        const key = `(pk_limit_record)=(${limitId})`;
        throw danglingKey(INSERT_LIMIT, 'layer_limit', 'c_layer_limit_pk_limit_record', key);
      }
      bindLimit(farm, layer, limit, 'MANUAL');
    }),
    DropLimit: changing((layer, { limitId }: OfLayer & { limitId: string }) => {
      const limit = farm.limits.get(limitId);
      if (limit) unbindLimit(farm, layer, limit);
    }),
    AddRenderPartition: withLayer((layer, request: OfLayer & Loan) => ({
      renderPartition: viewRenderPartition(lendHost(farm, layer, request)),
    })),
  };
}

/** Tags are one column, joined by bars and read without spaces: a tag with a bar in it comes back as two. */
function acceptTags(tags: readonly string[]): string[] {
  if (tags.length === 0) throw illegalArgument('Layers must have at least one tag.');
  const kept = [...new Set(tags)].filter((tag) => tag !== '');
  if (kept.length === 0) {
    throw illegalArgument('Invalid layer tags, cannot contain null tags or tags of zero length.');
  }
  return [...new Set(kept.flatMap((tag) => tag.replaceAll(' ', '').split('|')))];
}

/** The time is looked at before the layer. */
function createStartAfter(farm: Farm, withLayer: WithLayer): RpcHandler {
  type Request = OfLayer & { readonly startAfter: number; readonly username: string };
  const set = withLayer((layer, { startAfter, username }: Request) => {
    layer.startAfter = startAfter;
    layer.startAfterReason = startAfter === 0 ? '' : `Set by ${username || 'unknown'}`;
    farm.touch();
    return DONE;
  });
  return (request: Request) => {
    const { startAfter } = request;
    if (startAfter >= 0 && startAfter <= farm.now() + MOST_YEARS_AHEAD * SECONDS_PER_YEAR) return set(request);
    throw invalidArgument(
      `start_after must be a Unix timestamp in seconds no more than ${MOST_YEARS_AHEAD} years in the future, ` +
        `or 0 to clear the gate; got ${startAfter}. Was a milliseconds value passed where seconds are expected?`,
    );
  };
}

/** What acts on frames; all of it is queued. */
function createFrameWrites({ farm, queue }: Cuebot, withLayer: WithLayer): ServiceHandlers {
  const queued = <Request extends OfLayer>(what: string, prepare: (layer: LayerRow, request: Request) => () => void) =>
    withLayer((layer, request: Request) => {
      const work = prepare(layer, request);
      const { layer: _layer, ...rest } = request;
      queue.execute(`${what} layer ${layer.id} ${JSON.stringify(rest)}`, work);
      return DONE;
    });
  const queuedFrames = (what: string, change: (farm: Farm, frame: FrameRow) => void) =>
    queued(what, (layer) => () => {
      for (const frame of layer.frames) change(farm, frame);
    });
  return {
    RetryFrames: queuedFrames('retry frames of', retryFrame),
    EatFrames: queuedFrames('eat frames of', eatFrame),
    KillFrames: queuedFrames('kill frames of', killFrame),
    MarkdoneFrames: queuedFrames('mark frames done of', markFrameDone),
    ReorderFrames: queued('reorder', (layer, { range, order }: OfLayer & { range: string; order: Order }) => {
      const numbers = expandFrameSet(range);
      return () => reorderFrames(farm, layer, numbers, order);
    }),
    StaggerFrames: queued('stagger', (layer, { range, stagger }: OfLayer & { range: string; stagger: number }) => {
      const layers = farm.defects.has('stagger-layers') ? layer.job.layers : [layer];
      return () => {
        for (const each of layers) staggerFrames(farm, each, range, stagger);
      };
    }),
  };
}

interface FrameByFrame {
  readonly dependLayer: EntityReference | null;
  readonly anyFrame: boolean;
}

function createDependWrites({ farm, queue }: Cuebot, withLayer: WithLayer): ServiceHandlers {
  return {
    CreateDependencyOnJob: withLayer((layer, { job }: OfLayer & { job: EntityReference | null }) =>
      answerDepend(farm, 'LAYER_ON_JOB', layer, pickRow(farm.jobs, idOf(job))),
    ),
    CreateDependencyOnLayer: withLayer(
      (layer, { dependOnLayer }: OfLayer & { dependOnLayer: EntityReference | null }) =>
        answerDepend(farm, 'LAYER_ON_LAYER', layer, pickRow(farm.layers, idOf(dependOnLayer))),
    ),
    CreateDependencyOnFrame: withLayer((layer, { frame }: OfLayer & { frame: EntityReference | null }) =>
      answerDepend(farm, 'LAYER_ON_FRAME', layer, pickRow(farm.frames, idOf(frame))),
    ),
    // `any_frame` is in the request and does nothing; it ought to let the layer go with any frame of the other.
    CreateFrameByFrameDependency: withLayer((layer, request: OfLayer & FrameByFrame) => {
      const anyFrame = request.anyFrame && !farm.defects.has('any-frames');
      const type = anyFrame ? 'LAYER_ON_LAYER' : 'FRAME_BY_FRAME';
      return answerDepend(farm, type, layer, pickRow(farm.layers, idOf(request.dependLayer)), anyFrame);
    }),
    DropDepends: withLayer((layer, { target }: OfLayer & { target: DependTarget }) => {
      queue.execute(`drop depends of layer ${layer.id} ${target}`, () => dropDepends(farm, layer, target));
      return DONE;
    }),
  };
}
