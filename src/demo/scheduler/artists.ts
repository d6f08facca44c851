import { countJobs } from '../farm/counts.ts';
import type { Farm } from '../farm/farm.ts';
import { eatFrame, retryFrame } from '../farm/frame-changes.ts';
import { moveJob } from '../farm/job-changes.ts';
import { removeJob } from '../farm/remove-job.ts';
import type { JobRow, ShowRow } from '../farm/rows.ts';
import type { JobBlueprint } from '../seed/job-blueprints.ts';
import { FIRST_FRAME, JOB_BLUEPRINTS } from '../seed/job-blueprints.ts';
import type { LayerTemplate } from '../seed/layer-templates.ts';
import { LAYER_TEMPLATES } from '../seed/layer-templates.ts';
import { findGroup } from '../seed/seed-shows.ts';
import type { JobSpec, SpecLayer } from '../spec/job-spec.ts';
import { checkSpec, launchSpec } from '../spec/launch-spec.ts';
import { SpecError } from '../spec/names.ts';

const GIGABYTE = 1_048_576;
// Finished jobs leave the live tables after this time.
const ARCHIVED_AFTER_SEC = 72 * 3600;
// Their frames may be so many of those that the farm began with.
const FINISHED_SHARE = 0.5;
// Submissions at once, beside one in an hour for each job that is usual.
const AT_ONCE = 3;
// Chances in an hour: of a job with dead frames to be looked after, of a paused job to go on, of a running one to pause.
const LOOKS_AFTER = 0.12;
const GOES_ON = 0.05;
const PAUSES = 0.002;
// Of those who look after dead frames, so many retry them; the others eat them.
const RETRY_SHARE = 0.6;

/** The people on the farm: they submit, retry, eat, pause. */
export interface Artists {
  /** Lets them act for so many seconds. Gives the jobs that left the live tables. */
  act(seconds: number): readonly JobRow[];
}

/**
 * Artists who keep the farm as busy as it was when they came: they submit when there are fewer frames to do than then, the
 * sooner the fewer. `speed` makes them as fast as the frames.
 */
export function createArtists(farm: Farm, speed: number): Artists {
  const usualFrames = openFrames(farm);
  const usualJobs = pendingJobs(farm).length;
  const mostFinished = farm.frames.size * FINISHED_SHARE;
  const framesPerLayer = Math.max(24, Math.round(medianFrames(farm)));
  let version = 1;
  return {
    act(seconds) {
      const hours = (seconds * speed) / 3600;
      const happens = (rate: number) => farm.random.next() < 1 - Math.exp(-rate * hours);
      lookAfterJobs(farm, happens);
      // At most a few at once, so that a farm that was asleep wakes up slowly; more where many are at work, or fast.
      const most = AT_ONCE + usualJobs * hours;
      for (let tries = 0; tries < most && isShort(farm, usualFrames, usualJobs); tries++) {
        submit(farm, version++, framesPerLayer);
      }
      return archiveJobs(farm, mostFinished);
    },
  };
}

function pendingJobs(farm: Farm): JobRow[] {
  return [...farm.jobs.values()].filter(({ state }) => state === 'PENDING');
}

function openFrames(farm: Farm): number {
  const { frames } = countJobs(pendingJobs(farm));
  return frames.WAITING + frames.DEPEND + frames.RUNNING;
}

function isShort(farm: Farm, usualFrames: number, usualJobs: number): boolean {
  return openFrames(farm) < usualFrames && pendingJobs(farm).length < usualJobs * 2;
}

function medianFrames(farm: Farm): number {
  const sizes = [...farm.layers.values()].map(({ frames }) => frames.length).filter((size) => size > 1);
  return sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? 48;
}

function lookAfterJobs(farm: Farm, happens: (rate: number) => boolean): void {
  for (const job of pendingJobs(farm)) {
    if (job.isPaused) {
      if (happens(GOES_ON)) job.isPaused = false;
    } else if (happens(PAUSES)) {
      job.isPaused = true;
    } else if (job.layers.some(({ counts }) => counts.frames.DEAD > 0) && happens(LOOKS_AFTER)) {
      cleanUp(farm, job);
    }
  }
}

function cleanUp(farm: Farm, job: JobRow): void {
  const change = farm.random.next() < RETRY_SHARE ? retryFrame : eatFrame;
  for (const layer of job.layers) {
    for (const frame of layer.frames) if (frame.state === 'DEAD') change(farm, frame);
  }
}

// The show that every Cuebot begins with is left to those who try things out.
const TRIAL_SHOW = 'testing';

const MODELS = JOB_BLUEPRINTS.filter(
  ({ state, after, show }) => state === undefined && after === undefined && show !== TRIAL_SHOW,
);

/** Submits a new version of a usual job, as a spec would. */
function submit(farm: Farm, version: number, framesPerLayer: number): void {
  const model = farm.random.pick(MODELS);
  const able = [...farm.shows.values()].filter(
    (show) => show.active && show.name !== TRIAL_SHOW && mayRun(farm, show, model),
  );
  const show = able.find(({ name }) => name === model.show) ?? able[0];
  if (!show) return;
  // A large farm has many shows that the models do not know.
  const chosen = able.length > 3 ? farm.random.pick(able) : show;
  const spec = specOf(farm, model, chosen.name, version, framesPerLayer);
  try {
    checkSpec(farm, spec);
    for (const job of launchSpec(farm, spec)) {
      const group = findGroup(farm, chosen, model.group);
      if (group) moveJob(farm, job, group);
      if (model.priority !== undefined) job.priority = model.priority;
    }
  } catch (error) {
    // A show, facility or limit that somebody took away: this artist has nothing to submit then.
    if (!(error instanceof SpecError)) throw error;
  }
}

/** Whether a show has a share of hosts for each layer of a job; without one its frames would wait for ever. */
function mayRun(farm: Farm, show: ShowRow, { template, facility }: JobBlueprint): boolean {
  const place = facility ?? 'local';
  const shares = [...farm.subscriptions.values()].filter((row) => row.show === show);
  const tags = new Set(shares.flatMap(({ allocation }) => (allocation.facility.name === place ? allocation.tag : [])));
  const templates: readonly LayerTemplate[] = LAYER_TEMPLATES[template];
  return templates.every((layer) => layer.tags.some((tag) => tags.has(tag)));
}

function specOf(farm: Farm, model: JobBlueprint, show: string, version: number, framesPerLayer: number): JobSpec {
  const { shot, user, template, suffix } = model;
  const stem = suffix.replace(/_v\d+$/, '');
  const count = Math.max(8, Math.round(framesPerLayer * (0.5 + farm.random.next())));
  const templates: readonly LayerTemplate[] = LAYER_TEMPLATES[template];
  const name = `${show}-${shot}-${user}_${stem}_v${100 + version}`;
  const layers = templates.map((layer, index) => specLayer(farm, layer, index + 1, count));
  return {
    facility: model.facility ?? 'local',
    show,
    shot,
    user,
    uid: 1001 + (user.charCodeAt(0) % 26),
    email: `${user}@example.com`,
    jobs: [
      {
        name,
        isPaused: false,
        autoEat: model.autoEat ?? false,
        priority: 100,
        maxRetries: model.autoEat ? 0 : 1,
        maxCores: undefined,
        maxGpus: undefined,
        os: '',
        environment: { SHOT: shot },
        localBooking: undefined,
        layers,
        postLayers: [],
      },
    ],
    depends: templates.flatMap(({ name: layer, waits }) =>
      waits
        ? [
            {
              type: waits[0],
              anyFrame: false,
              erJob: name,
              erLayer: layer,
              erFrame: undefined,
              onJob: name,
              onLayer: waits[1],
              onFrame: undefined,
            },
          ]
        : [],
    ),
  };
}

function specLayer(farm: Farm, template: LayerTemplate, dispatchOrder: number, count: number): SpecLayer {
  const [first, last] = template.range ?? [FIRST_FRAME, FIRST_FRAME + (template.single ? 1 : count) - 1];
  const gpus = template.gpus ?? 0;
  const limitNames = new Set([...farm.limits.values()].map(({ name }) => name));
  return {
    name: template.name,
    // POST layers would make jobs of their own, which the models do not mean.
    type: template.type === 'POST' ? 'UTIL' : template.type,
    command: template.command,
    range: first === last ? String(first) : `${first}-${last}`,
    chunkSize: 1,
    dispatchOrder,
    minCores: template.cores,
    maxCores: 0,
    isThreadable: template.cores > 1,
    minMemory: template.memoryGb * GIGABYTE,
    isMemoryOwn: true,
    minGpus: gpus,
    maxGpus: 0,
    minGpuMemory: gpus * 8 * GIGABYTE,
    timeout: 0,
    timeoutLlu: template.service === 'arnold' ? 60 : 0,
    tags: template.tags,
    services: [template.service],
    limits: (template.limits ?? []).filter((name) => limitNames.has(name)),
    outputPaths: [],
    environment: {},
  };
}

/**
 * Old finished jobs leave the live tables, and what they did stays in their show's statistics. A farm that does as much as a large
 * one would soon have no room for three days of it, so the oldest go sooner when all of them have more frames than `mostFrames`.
 */
function archiveJobs(farm: Farm, mostFrames: number): JobRow[] {
  const finished = [...farm.jobs.values()].filter(({ state }) => state === 'FINISHED');
  let surplus = countJobs(finished).totalFrames - mostFrames;
  finished.sort((a, b) => a.stopTime - b.stopTime);
  const old = finished.filter((job) => {
    const isOld = surplus > 0 || farm.now() - job.stopTime > ARCHIVED_AFTER_SEC;
    if (isOld) surplus -= countJobs([job]).totalFrames;
    return isOld;
  });
  for (const job of old) {
    const { archived } = job.group.show;
    const counts = countJobs([job]);
    archived.jobs += 1;
    archived.frames += counts.totalFrames;
    archived.rendered += counts.renderedFrames;
    archived.failed += counts.failedFrames;
    removeJob(farm, job);
  }
  return old;
}
