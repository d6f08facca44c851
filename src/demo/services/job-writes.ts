import { eatFrame, finishIfComplete, killFrame, killJob, markFrameDone, retryFrame } from '../farm/change-frames.ts';
import type { Farm } from '../farm/farm.ts';
import type { FrameRow, JobRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFrames } from '../search/find-frames.ts';
import { thrown } from '../wire/cuebot-error.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';
import type { NewComment } from './add-comment.ts';
import { addComment } from './add-comment.ts';
import type { OfJob, WithJob } from './with-job.ts';

// The MAX_FRAME_RETRIES row of Cuebot's config table.
const MOST_RETRIES = 16;

type WithFrames = OfJob & { readonly req: FrameCriteria | null };
type WithValue = OfJob & { readonly val: number };

/** The everyday writes of job.JobInterface. What Cuebot queues is done at once here. */
export function createJobWrites(farm: Farm, withJob: WithJob): ServiceHandlers {
  const changing = <Request extends OfJob>(change: (job: JobRow, request: Request) => void) =>
    withJob((job, request: Request) => {
      change(job, request);
      farm.touch();
      return {};
    });
  const setting = <Request extends OfJob>(valuesOf: (request: Request) => Partial<JobRow>) =>
    changing((job, request: Request) => {
      Object.assign(job, valuesOf(request));
    });
  const changingFrames = (change: (farm: Farm, frame: FrameRow) => void) =>
    changing((job, { req }: WithFrames) => {
      for (const frame of findFrames(farm, job, req)) change(farm, frame);
      finishIfComplete(farm, job);
    });
  return {
    Pause: setting(() => ({ isPaused: true })),
    Resume: setting(() => ({ isPaused: false })),
    Kill: changing((job, { reason }: OfJob & { reason: string }) => {
      // Without a reason the answer is OK, and nothing happens.
      if (reason !== '') killJob(farm, job);
    }),
    RetryFrames: changingFrames(retryFrame),
    EatFrames: changingFrames(eatFrame),
    MarkDoneFrames: changingFrames(markFrameDone),
    KillFrames: changing((job, { req }: WithFrames) => {
      // The states of the criteria are dropped: what is killed are the procs of the frames.
      for (const frame of findFrames(farm, job, req && { ...req, states: null })) killFrame(farm, frame);
      finishIfComplete(farm, job);
    }),
    SetPriority: setting(({ val }: WithValue) => ({ priority: val })),
    SetMinCores: setting(({ val }: WithValue) => ({ minCores: Math.round(val) })),
    SetMaxCores: setting(({ val }: WithValue) => ({ maxCores: Math.round(val) })),
    SetMinGpus: setting(({ val }: WithValue) => ({ minGpus: val })),
    SetMaxGpus: setting(({ val }: WithValue) => ({ maxGpus: val })),
    SetMaxRetries: setting(({ maxRetries }: OfJob & { maxRetries: number }) => ({
      maxRetries: acceptRetries(maxRetries),
    })),
    SetAutoEat: setting(({ value }: OfJob & { value: boolean }) => ({ autoEat: value, maxRetries: value ? 0 : 1 })),
    AddComment: changing((job, { newComment }: OfJob & { newComment: NewComment | null }) => {
      addComment(farm, job, newComment);
    }),
  };
}

function acceptRetries(maxRetries: number): number {
  if (maxRetries < 0) {
    throw thrown('java.lang.IllegalArgumentException', 'max retries must be greater than or equal to 0');
  }
  if (maxRetries > MOST_RETRIES) {
    throw thrown('java.lang.IllegalArgumentException', `max retries must be less than or equal to ${MOST_RETRIES}`);
  }
  return maxRetries;
}
