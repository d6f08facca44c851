import { unfinishedFrames, countJobs } from '../farm/count-frames.ts';
import { createBooking } from '../farm/book-frames.ts';
import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import type { FrameRow, HostRow, JobRow, LayerRow, LimitRow } from '../farm/rows.ts';
import { addDepend, dependOnLayer } from './add-depend.ts';
import type { JobBlueprint } from './job-blueprints.ts';
import { FIRST_FRAME } from './job-blueprints.ts';
import type { LayerTemplate } from './layer-templates.ts';
import { LAYER_TEMPLATES } from './layer-templates.ts';
import { playFrames } from './play-frames.ts';
import { findGroup, findShow } from './seed-shows.ts';

const GIGABYTE = 1_048_576;

/** Adds jobs with their layers, frames and depends, in the state that each blueprint describes. */
export function seedJobs(farm: Farm, blueprints: readonly JobBlueprint[]): void {
  const limits = new Map([...farm.limits.values()].map((limit) => [limit.name, limit]));
  const booking = createBooking(farm, mayRunFrames);
  const jobs = new Map<string, JobRow>();
  for (const blueprint of blueprints) {
    const job = insert(farm.jobs, newJob(farm, blueprint));
    jobs.set(blueprint.suffix, job);
    const templates: readonly LayerTemplate[] = LAYER_TEMPLATES[blueprint.template];
    for (const [index, template] of templates.entries()) addLayer(farm, job, blueprint, template, index, limits);
    const awaited = blueprint.after === undefined ? undefined : jobs.get(blueprint.after);
    playFrames(farm, job, blueprint, templates, awaited !== undefined, booking);
    for (const [index, template] of templates.entries()) dependOnLayer(farm, job.layers[index]!, template.waits);
    if (awaited) addDepend(farm, 'JOB_ON_JOB', { job }, { job: awaited }, true);
    finish(job);
  }
}

/** Hosts that were locked after their frames had started still run them, as on real farms. */
function mayRunFrames({ state, lockState }: HostRow): boolean {
  return lockState !== 'NIMBY_LOCKED' && (state === 'UP' || state === 'REBOOT_WHEN_IDLE');
}

function newJob(farm: Farm, blueprint: JobBlueprint): JobRow {
  const show = findShow(farm, blueprint.show)!;
  const startTime = farm.now() - Math.round(blueprint.hoursOld * 3600) - 30;
  const id = farm.random.uuid();
  // Post jobs carry the milliseconds of their launch.
  const millis = blueprint.state === 'POSTED' ? `_${startTime}000` : '';
  const name = `${show.name}-${blueprint.shot}-${blueprint.user}_${blueprint.suffix}${millis}`;
  return {
    id,
    name,
    shot: blueprint.shot,
    user: blueprint.user,
    uid: 1001 + (blueprint.user.charCodeAt(0) % 26),
    group: findGroup(farm, show, blueprint.group)!,
    facility: farm.facilities.find((facility) => facility.name === (blueprint.facility ?? 'local'))!,
    os: '',
    logDir: `/shots/${show.name}/${blueprint.shot}/logs/${name}--${id}`,
    startTime,
    stopTime: 0,
    state: blueprint.state ?? 'PENDING',
    isPaused: blueprint.paused ?? false,
    autoEat: blueprint.autoEat ?? false,
    maxRetries: blueprint.autoEat ? 0 : 1,
    priority: blueprint.priority ?? 100,
    minCores: 1,
    maxCores: show.defaultMaxCores,
    minGpus: 0,
    maxGpus: 100,
    layers: [],
    dependsOn: [],
    awaitedBy: [],
  };
}

function addLayer(
  farm: Farm,
  job: JobRow,
  blueprint: JobBlueprint,
  template: LayerTemplate,
  index: number,
  limits: ReadonlyMap<string, LimitRow>,
): void {
  const [first, last] = template.range ?? [FIRST_FRAME, FIRST_FRAME + (template.single ? 1 : blueprint.frames) - 1];
  const gpus = template.gpus ?? 0;
  const layer = insert(farm.layers, {
    id: farm.random.uuid(),
    name: template.name,
    job,
    type: template.type,
    range: first === last ? String(first) : `${first}-${last}`,
    chunkSize: 1,
    dispatchOrder: index + 1,
    command: template.command,
    services: [template.service],
    limits: (template.limits ?? []).map((name) => limits.get(name)!),
    outputPaths: outputPaths(job, template),
    memoryOptimizerEnabled: true,
    eligibleTime: job.startTime,
    tags: [...template.tags],
    minCores: template.cores,
    maxCores: 0,
    isThreadable: template.cores > 1,
    minMemory: template.memoryGb * GIGABYTE,
    minGpuMemory: gpus * 8 * GIGABYTE,
    minGpus: gpus,
    maxGpus: 0,
    timeout: 0,
    timeoutLlu: template.service === 'arnold' ? 60 : 0,
    startAfter: 0,
    startAfterReason: '',
    frames: [],
    counted: undefined,
  });
  job.layers.push(layer);
  for (let number = first; number <= last; number++) {
    layer.frames.push(insert(farm.frames, newFrame(farm, layer, number, number - first)));
  }
}

function outputPaths(job: JobRow, template: LayerTemplate): string[] {
  if (template.type !== 'RENDER') return [];
  return [`/shots/${job.group.show.name}/${job.shot}/images/${template.name}/${job.name}.%04d.exr`];
}

function newFrame(farm: Farm, layer: LayerRow, number: number, dispatchOrder: number): FrameRow {
  return {
    id: farm.random.uuid(),
    name: `${String(number).padStart(4, '0')}-${layer.name}`,
    layer,
    number,
    dispatchOrder,
    state: 'SETUP',
    retryCount: 0,
    exitStatus: -1,
    startTime: 0,
    stopTime: 0,
    maxRss: 0,
    usedMemory: 0,
    reservedMemory: 0,
    cores: 0,
    gpus: 0,
    hostName: '',
    failedCoreSec: 0,
    checkpointState: 'DISABLED',
    checkpointCount: 0,
    eligibleTime: 0,
    updateTime: layer.job.startTime,
    proc: undefined,
    overrides: [],
  };
}

function finish(job: JobRow): void {
  const lastStop = Math.max(...job.layers.flatMap((layer) => layer.frames.map((frame) => frame.stopTime)));
  if (job.state === 'FINISHED') job.stopTime = lastStop + 2;
  else if (job.state === 'PENDING' && unfinishedFrames(countJobs([job])) === 0) {
    throw new Error(`blueprint of ${job.name}: nothing left to do, so its state is FINISHED`);
  }
}
