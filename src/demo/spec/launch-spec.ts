import { createDepend, jobSide, sideOf } from '../farm/create-depend.ts';
import type { Side } from '../farm/depends.ts';
import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { runFilters } from '../farm/filters.ts';
import { findLiveJob, findShow, rootGroup } from '../farm/find-rows.ts';
import { chunkFrames } from '../farm/frame-set.ts';
import { setFrameState } from '../farm/frame-states.ts';
import { bindLimit } from '../farm/limits.ts';
import { newFrame, newJob, newLayer } from '../farm/new-rows.ts';
import { removeJob } from '../farm/remove-job.ts';
import { lendHost } from '../farm/render-partitions.ts';
import type { JobRow, LayerRow, LimitRow } from '../farm/rows.ts';
import { CuebotError } from '../wire/cuebot-error.ts';
import type { JobSpec, SpecDepend, SpecJob, SpecLayer } from './job-spec.ts';
import { SpecError } from './names.ts';

// Every job of POST layers is the monitor's.
const POST_USER = 'monitor';
const POST_RETRIES = 2;
const POST_MAX_CORES = 5;

/** Refuses a spec whose jobs are live already, or whose show is not there or not active. Throws a SpecError. */
export function checkSpec(farm: Farm, spec: JobSpec): void {
  for (const { name } of spec.jobs) {
    if (findLiveJob(farm, name)) throw new SpecError(`The job ${name} is already pending`);
  }
  const { active } = findShow(farm, spec.show, () => {
    const hint = 'Please contact administrator of your OpenCue deployment to have this show created.';
    return new SpecError(`The ${spec.show} does not exist. ${hint}`);
  });
  if (active) return;
  const hint = 'Please contact administrator of your OpenCue deployment to reactivate this show.';
  throw new SpecError(`The ${spec.show} show has been deactivated.  ${hint}`);
}

/**
 * Puts the jobs of a spec on the farm: layers, frames, limits, depends, filters, the jobs of POST layers. Nothing stays when
 * something is missing. Frames wait for hosts, or for others, as soon as this returns. Gives the jobs in order of the spec.
 */
export function launchSpec(farm: Farm, spec: JobSpec): JobRow[] {
  const created: JobRow[] = [];
  try {
    const jobs = spec.jobs.map((job) => createJob(farm, spec, job, created));
    for (const depend of spec.depends) addDepend(farm, depend);
    for (const job of created) activate(farm, job);
    for (const [index, { localBooking }] of spec.jobs.entries()) {
      if (localBooking) bookLocally(farm, jobs[index]!, spec.user, localBooking);
    }
    return jobs;
  } catch (error) {
    for (const job of created) removeJob(farm, job);
    throw error;
  }
}

function createJob(farm: Farm, spec: JobSpec, job: SpecJob, created: JobRow[]): JobRow {
  const shared = {
    shot: spec.shot,
    uid: spec.uid,
    group: rootGroup(farm, findShow(farm, spec.show)),
    facility: findFacility(farm, spec.facility),
    os: job.os,
    startTime: farm.now(),
  };
  const row = insertJob(farm, {
    ...shared,
    name: job.name,
    user: spec.user,
    emails: spec.email,
    isPaused: job.isPaused,
    autoEat: job.autoEat,
    maxRetries: job.maxRetries,
    priority: job.priority,
    environment: job.environment,
  });
  created.push(row);
  for (const layer of job.layers) addLayer(farm, row, layer);
  runFilters(farm, row);
  if (job.maxCores !== undefined) row.maxCores = job.maxCores;
  if (job.maxGpus !== undefined) row.maxGpus = job.maxGpus;
  if (job.postLayers.length === 0) return row;
  const post = insertJob(farm, {
    ...shared,
    // Post jobs carry the milliseconds of their launch.
    name: `${job.name}_post_job_${farm.now()}000`.replace(spec.user, POST_USER),
    user: POST_USER,
    maxRetries: POST_RETRIES,
    maxCores: POST_MAX_CORES,
    environment: { ...job.environment, CUE_PARENT_JOB_ID: row.id, CUE_PARENT_JOB: row.name },
  });
  created.push(post);
  for (const layer of job.postLayers) addLayer(farm, post, layer);
  runFilters(farm, post);
  row.postJob = post;
  return row;
}

type NewJob = Omit<Parameters<typeof newJob>[0], 'id' | 'logDir'>;

function insertJob(farm: Farm, fields: NewJob): JobRow {
  const id = farm.random.uuid();
  const { name, shot, group } = fields;
  return insert(farm.jobs, newJob({ ...fields, id, logDir: farm.logDirOf(group.show.name, shot, name, id) }));
}

/** Without a facility the spec means the cloud, which is the default of a fresh Cuebot. */
function findFacility(farm: Farm, name: string | undefined): JobRow['facility'] {
  const wanted = name ?? 'cloud';
  const facility = farm.facilities.find((row) => row.name === wanted || row.id === wanted);
  if (!facility) throw new SpecError(`failed to find facility: ${name}`);
  return facility;
}

function addLayer(farm: Farm, job: JobRow, spec: SpecLayer): void {
  const { limits, isMemoryOwn, tags, outputPaths, ...fields } = spec;
  const minMemory = isMemoryOwn ? spec.minMemory : (pastMemory(farm, job, spec.name) ?? spec.minMemory);
  const layer = newLayer({
    ...fields,
    id: farm.random.uuid(),
    job,
    minMemory,
    tags: [...tags],
    outputPaths: [...outputPaths],
  });
  insert(farm.layers, layer);
  job.layers.push(layer);
  for (const name of limits) bindLimit(farm, layer, findLimit(farm, name), 'SPEC');
  for (const [index, number] of chunkFrames(spec.range, spec.chunkSize).entries()) {
    layer.frames.push(insert(farm.frames, newFrame(farm.random.uuid(), layer, number, index)));
  }
}

/** What the layer needed when a job of this name ran last. */
function pastMemory(farm: Farm, job: JobRow, layerName: string): number | undefined {
  const before = [...farm.jobs.values()].filter((other) => other !== job && other.name === job.name).at(-1);
  return before?.layers.find(({ name }) => name === layerName)?.counts.maxRss || undefined;
}

function findLimit(farm: Farm, name: string): LimitRow {
  const limit = [...farm.limits.values()].find((row) => row.name === name);
  if (!limit) throw new SpecError(`limit ${name} not found`);
  return limit;
}

function addDepend(farm: Farm, depend: SpecDepend): void {
  const { type, anyFrame } = depend;
  const [waiting, awaited] =
    type.startsWith('LAYER_ON') || type.startsWith('JOB_ON') || type.startsWith('FRAME_ON')
      ? (type.split('_ON_') as [string, string])
      : ['LAYER', 'LAYER'];
  const er = findSide(farm, waiting, depend.erJob, depend.erLayer, depend.erFrame);
  const on = findSide(farm, awaited, depend.onJob, depend.onLayer, depend.onFrame);
  createDepend(farm, type, er, on, { anyFrame });
}

function findSide(
  farm: Farm,
  kind: string,
  jobName: string,
  layerName: string | undefined,
  frameName: string | undefined,
): Side {
  const job = findLiveJob(farm, jobName);
  if (!job) throw new SpecError(`failed to setup new dependency, was unable to find job info for ${jobName}`);
  if (kind === 'JOB') return jobSide(job);
  if (kind === 'LAYER') return sideOf(findLayer(job, layerName));
  const frame = job.layers.flatMap(({ frames }) => frames).find(({ name }) => name === frameName);
  if (!frame) throw new SpecError(`no frame ${frameName} in ${jobName}`);
  return sideOf(frame);
}

function findLayer(job: JobRow, name: string | undefined): LayerRow {
  const layer = job.layers.find((candidate) => candidate.name === name);
  if (!layer) throw new SpecError(`no layer ${name} in ${job.name}`);
  return layer;
}

/** Frames leave SETUP: those that something holds up depend, the others wait. */
function activate(farm: Farm, job: JobRow): void {
  const isPost = [...farm.jobs.values()].some(({ postJob }) => postJob === job);
  job.state = isPost ? 'POSTED' : 'PENDING';
  for (const layer of job.layers) for (const frame of layer.frames) setFrameState(farm, frame, 'WAITING');
  farm.touch();
}

/** A host that does not lend itself does not keep the job from being launched: Cuebot sends a mail. */
function bookLocally(farm: Farm, job: JobRow, username: string, booking: NonNullable<SpecJob['localBooking']>): void {
  const { host, cores, memory, threads, gpuMemory } = booking;
  try {
    lendHost(farm, job, {
      host,
      username,
      threads,
      maxCores: cores,
      maxMemory: memory,
      maxGpuMemory: gpuMemory,
      maxGpus: 0,
    });
  } catch (error) {
    if (!(error instanceof CuebotError)) throw error;
  }
}
