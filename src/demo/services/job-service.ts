import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { JobRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFramePage, findFrames } from '../search/find-frames.ts';
import type { JobCriteria } from '../search/find-jobs.ts';
import { findJobs } from '../search/find-jobs.ts';
import { viewFrame, viewUpdatedFrame } from '../views/frame-view.ts';
import { viewComments, viewJob, viewLayer } from '../views/job-view.ts';
import { viewDepends } from '../views/show-view.ts';
import { notFound } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import { createJobWrites } from './job-writes.ts';
import type { Servant } from './servant.ts';
import type { OfJob, WithJob } from './with-job.ts';

// Cuebot keeps no older changes than this, and then forgets to answer.
const UPDATE_WINDOW_SEC = 60;
const MOST_UPDATED_FRAMES = 100;

/** job.JobInterface: all reads, and the everyday writes. */
export function createJobService(farm: Farm, servant: Servant<JobRow>): ServiceHandlers {
  const withJob: WithJob = (work) => async (request) => {
    const job = pickRow(farm.jobs, idOf(request.job), () => notFound('Job not found'));
    return work(await servant.hold(job), request);
  };
  return { ...createLookups(farm), ...createReads(farm, withJob), ...createJobWrites(farm, withJob) };
}

/** The methods that find jobs by criteria, id or name, and so never touch the servant. */
function createLookups(farm: Farm): ServiceHandlers {
  const isLive = (job: JobRow) => job.state === 'PENDING';
  return {
    GetJob: ({ id }: { id: string }) => ({ job: viewJob(farm, pickRow(farm.jobs, id, notFound)) }),
    FindJob({ name }: { name: string }) {
      const wanted = name.toLowerCase();
      return {
        job: viewJob(
          farm,
          pickOnly(farm.jobs.values(), (job) => isLive(job) && job.name === wanted),
        ),
      };
    },
    GetJobs: ({ r }: { r: JobCriteria | null }) => ({
      jobs: { jobs: findJobs(farm, r).map((job) => viewJob(farm, job)) },
    }),
    GetJobNames: ({ r }: { r: JobCriteria | null }) => ({
      names: findJobs(farm, r && { ...r, includeFinished: false }).map((job) => job.name),
    }),
    IsJobPending: ({ name }: { name: string }) => ({
      value: [...farm.jobs.values()].some((job) => isLive(job) && job.name === name),
    }),
  };
}

function createReads(farm: Farm, withJob: WithJob): ServiceHandlers {
  return {
    GetCurrent: withJob((job) => ({ job: viewJob(farm, job) })),
    GetLayers: withJob((job) => ({ layers: { layers: job.layers.map(viewLayer) } })),
    GetFrames: withJob((job, { req }: OfJob & { req: FrameCriteria | null }) => ({
      frames: { frames: findFramePage(farm, job, req).map((frame) => viewFrame(farm, frame)) },
    })),
    GetUpdatedFrames: withJob((job, request: UpdatedFramesRequest) => viewUpdates(farm, job, request)),
    GetComments: withJob((job) => ({ comments: viewComments(farm, job) })),
    GetDepends: withJob((job) => viewDepends(job.dependsOn, ({ type }) => type !== 'FRAME_ON_FRAME')),
    GetWhatDependsOnThis: withJob((job) => viewDepends(job.awaitedBy, ({ on, parent }) => !on.layer && !parent)),
    GetWhatThisDependsOn: withJob((job) => viewDepends(job.dependsOn, ({ er }) => !er.layer)),
  };
}

type UpdatedFramesRequest = OfJob & {
  readonly lastCheck: number;
  readonly layerFilter: { readonly layers: readonly EntityReference[] } | null;
};

function viewUpdates(farm: Farm, job: JobRow, request: UpdatedFramesRequest): Message | Promise<Message> {
  const now = farm.now();
  if (request.lastCheck < now - UPDATE_WINDOW_SEC) return new Promise(() => {});
  const layers = new Set(request.layerFilter?.layers.map((layer) => layer.id));
  const updated = findFrames(farm, job, null).filter(
    (frame) => frame.updateTime >= request.lastCheck && (layers.size === 0 || layers.has(frame.layer.id)),
  );
  return {
    state: job.state,
    serverTime: now,
    updatedFrames: { updatedFrames: updated.slice(0, MOST_UPDATED_FRAMES).map(viewUpdatedFrame) },
  };
}
