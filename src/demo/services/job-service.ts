import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/find-rows.ts';
import type { JobRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFramePage, findFrames } from '../search/find-frames.ts';
import type { JobCriteria } from '../search/find-jobs.ts';
import { findJobs } from '../search/find-jobs.ts';
import { viewDepends } from '../views/depend-view.ts';
import { viewFrame, viewUpdatedFrame } from '../views/frame-view.ts';
import { viewComments, viewJob, viewLayer } from '../views/job-view.ts';
import { isMissingRow, notFound } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { createJobWrites } from './job-writes.ts';
import { createLaunches } from './launch-service.ts';
import type { OfJob, Servant, WithJob } from './servant.ts';

// Cuebot keeps no older changes than this, and then forgets to answer.
const UPDATE_WINDOW_SEC = 60;
const MOST_UPDATED_FRAMES = 100;

/** job.JobInterface. Whatever a method that takes a job does not find, it says that the job was not found. */
export function createJobService(cuebot: Cuebot, servant: Servant<JobRow>): ServiceHandlers {
  const { farm } = cuebot;
  const withJob: WithJob = (work) => async (request) => {
    try {
      const job = pickRow(farm.jobs, idOf(request.job));
      return await work(await servant.hold(job), request);
    } catch (error) {
      throw isMissingRow(error) ? notFound('Job not found') : error;
    }
  };
  return {
    ...createLookups(farm),
    ...createReads(farm, withJob),
    ...createJobWrites(cuebot, withJob),
    ...createLaunches(cuebot),
  };
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
    GetLayers: withJob((job) => {
      const layers = [...job.layers].sort((a, b) => a.dispatchOrder - b.dispatchOrder);
      return { layers: { layers: layers.map((layer) => viewLayer(farm, layer)) } };
    }),
    GetFrames: withJob((job, { req }: OfJob & { req: FrameCriteria | null }) => ({
      frames: { frames: findFramePage(farm, job, req).map((frame) => viewFrame(farm, frame)) },
    })),
    GetUpdatedFrames: withJob((job, request: UpdatedFramesRequest) => viewUpdates(farm, job, request)),
    GetComments: withJob((job) => ({ comments: viewComments(job) })),
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
  const since = Math.max(request.lastCheck, now - UPDATE_WINDOW_SEC);
  if (request.lastCheck < since && farm.defects.has('update-window')) return new Promise(() => {});
  const layers = new Set(request.layerFilter?.layers.map((layer) => layer.id));
  const updated = findFrames(farm, job, null).filter(
    (frame) => frame.updateTime >= since && (layers.size === 0 || layers.has(frame.layer.id)),
  );
  return {
    state: job.state,
    serverTime: now,
    updatedFrames: {
      updatedFrames: updated.slice(0, MOST_UPDATED_FRAMES).map((frame) => viewUpdatedFrame(farm, frame)),
    },
  };
}
