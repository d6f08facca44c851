import { wholeCores } from '../farm/cores.ts';
import type { DependTarget } from '../farm/depends.ts';
import { dropDepends } from '../farm/depends.ts';
import type { Farm } from '../farm/farm.ts';
import { runFilters } from '../farm/filters.ts';
import { pickRow } from '../farm/find-rows.ts';
import { eatFrame, killFrame, markFrameDone, markFrameWaiting, retryFrame } from '../farm/frame-changes.ts';
import { expandFrameSet } from '../farm/frame-set.ts';
import { finishIfComplete, killJob, moveJob } from '../farm/job-changes.ts';
import type { Loan } from '../farm/render-partitions.ts';
import { lendHost } from '../farm/render-partitions.ts';
import type { Order } from '../farm/reorder-frames.ts';
import { reorderFrames, staggerFrames } from '../farm/reorder-frames.ts';
import type { FrameRow, JobRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFrames } from '../search/find-frames.ts';
import { viewRenderPartition } from '../views/owner-view.ts';
import { illegalArgument, internalError, nullPointer } from '../wire/cuebot-error.ts';
import type { EntityReference, RpcHandler, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { NewComment } from './comment-service.ts';
import { addComment } from './comment-service.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';
import { answerDepend } from './depend-service.ts';
import type { OfJob, WithJob } from './servant.ts';

// The MAX_FRAME_RETRIES row of Cuebot's config table.
const MOST_RETRIES = 16;

type WithFrames = OfJob & { readonly req: FrameCriteria | null };
type WithValue = OfJob & { readonly val: number };

/** The writes of job.JobInterface that take a job. */
export function createJobWrites(cuebot: Cuebot, withJob: WithJob): ServiceHandlers {
  return {
    ...createSetters(cuebot.farm, withJob),
    ...createFrameWrites(cuebot, withJob),
    ...createDependWrites(cuebot, withJob),
  };
}

function createSetters(farm: Farm, withJob: WithJob): ServiceHandlers {
  const changing = <Request extends OfJob>(change: (job: JobRow, request: Request) => void): RpcHandler =>
    withJob((job, request: Request) => {
      change(job, request);
      farm.touch();
      return DONE;
    });
  const setting = <Request extends OfJob>(valuesOf: (request: Request) => Partial<JobRow>) =>
    changing((job, request: Request) => {
      Object.assign(job, valuesOf(request));
    });
  return {
    Pause: setting(() => ({ isPaused: true })),
    Resume: setting(() => ({ isPaused: false })),
    SetPriority: setting(({ val }: WithValue) => ({ priority: val })),
    SetMinCores: setting(({ val }: WithValue) => ({ minCores: wholeCores(val) })),
    SetMaxCores: setting(({ val }: WithValue) => ({ maxCores: wholeCores(val) })),
    SetMinGpus: setting(({ val }: WithValue) => ({ minGpus: val })),
    SetMaxGpus: setting(({ val }: WithValue) => ({ maxGpus: val })),
    SetMaxRetries: setting(({ maxRetries }: OfJob & { maxRetries: number }) => ({
      maxRetries: acceptRetries(maxRetries),
    })),
    SetAutoEat: setting(({ value }: OfJob & { value: boolean }) => ({ autoEat: value, maxRetries: value ? 0 : 1 })),
    SetGroup: changing((job, { groupId }: OfJob & { groupId: string }) => {
      moveJob(farm, job, pickRow(farm.groups, groupId));
    }),
    RunFilters: changing((job) => runFilters(farm, job)),
    AddComment: changing((job, { newComment }: OfJob & { newComment: NewComment | null }) => {
      addComment(farm, job, newComment);
    }),
    AddRenderPartition: withJob((job, request: OfJob & Loan) => ({
      renderPartition: viewRenderPartition(lendHost(farm, job, request)),
    })),
    // The only one whose text differs when the job is missing, so it looks for itself.
    AddSubscriber({ job, subscriber }: OfJob & { subscriber: string }) {
      const row = farm.jobs.get(idOf(job));
      if (!row) throw internalError('Failed to find job data');
      if (row.emails === undefined && farm.defects.has('subscribers')) throw nullPointer();
      row.emails = [...new Set([...(row.emails?.split(',') ?? []), subscriber])].join(',');
      farm.touch();
      return DONE;
    },
  };
}

function acceptRetries(maxRetries: number): number {
  if (maxRetries < 0) throw illegalArgument('max retries must be greater than 0');
  if (maxRetries > MOST_RETRIES) throw illegalArgument(`max retries must be less than ${MOST_RETRIES}`);
  return maxRetries;
}

/** What acts on frames. Cuebot queues all of it but MarkAsWaiting. */
function createFrameWrites({ farm, queue }: Cuebot, withJob: WithJob): ServiceHandlers {
  const queued = <Request extends OfJob>(what: string, prepare: (job: JobRow, request: Request) => () => void) =>
    withJob((job, request: Request) => {
      const work = prepare(job, request);
      const { job: _job, ...rest } = request;
      queue.execute(`${what} job ${job.id} ${JSON.stringify(rest)}`, work);
      return DONE;
    });
  const queuedFrames = (what: string, change: (farm: Farm, frame: FrameRow) => void) =>
    queued(what, (job, { req }: WithFrames) => {
      // A range that does not parse fails while the request is looked at.
      const frames = findFrames(farm, job, req);
      return () => {
        for (const frame of frames) change(farm, frame);
      };
    });
  return {
    Kill: queued('kill', (job, { reason }: OfJob & { reason: string }) => () => {
      // Without a reason the answer is OK, and nothing happens.
      if (reason !== '' || !farm.defects.has('kills-without-reason')) killJob(farm, job);
    }),
    RetryFrames: queuedFrames('retry frames of', retryFrame),
    EatFrames: queuedFrames('eat frames of', eatFrame),
    MarkDoneFrames: queuedFrames('mark frames done of', markFrameDone),
    KillFrames: queued('kill frames of', (job, { req }: WithFrames) => {
      // The states of the criteria are dropped: what is killed are the procs of the frames.
      const frames = findFrames(farm, job, req && { ...req, states: null });
      return () => {
        for (const frame of frames) killFrame(farm, frame);
      };
    }),
    MarkAsWaiting: withJob((job, { req }: WithFrames) => {
      for (const frame of findFrames(farm, job, req)) markFrameWaiting(farm, frame);
      return DONE;
    }),
    ReorderFrames: queued('reorder', (job, { range, order }: OfJob & { range: string; order: Order }) => {
      const numbers = expandFrameSet(range);
      return () => {
        for (const layer of job.layers) reorderFrames(farm, layer, numbers, order);
      };
    }),
    StaggerFrames: queued('stagger', (job, { range, stagger }: OfJob & { range: string; stagger: number }) => () => {
      for (const layer of job.layers) staggerFrames(farm, layer, range, stagger);
    }),
    ShutdownIfCompleted: queued('shut down', (job) => () => finishIfComplete(farm, job)),
  };
}

function createDependWrites({ farm, queue }: Cuebot, withJob: WithJob): ServiceHandlers {
  return {
    CreateDependencyOnJob: withJob((job, { onJob }: OfJob & { onJob: EntityReference | null }) =>
      answerDepend(farm, 'JOB_ON_JOB', job, pickRow(farm.jobs, idOf(onJob))),
    ),
    CreateDependencyOnLayer: withJob((job, { layer }: OfJob & { layer: EntityReference | null }) =>
      answerDepend(farm, 'JOB_ON_LAYER', job, pickRow(farm.layers, idOf(layer))),
    ),
    CreateDependencyOnFrame: withJob((job, { frame }: OfJob & { frame: EntityReference | null }) =>
      answerDepend(farm, 'JOB_ON_FRAME', job, pickRow(farm.frames, idOf(frame))),
    ),
    DropDepends: withJob((job, { target }: OfJob & { target: DependTarget }) => {
      queue.execute(`drop depends of job ${job.id} ${target}`, () => dropDepends(farm, job, target));
      return DONE;
    }),
  };
}
