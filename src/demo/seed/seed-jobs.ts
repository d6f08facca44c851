import { countJobs, unfinishedFrames } from '../farm/counts.ts';
import { insertDepend } from '../farm/depends.ts';
import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { newFrame, newJob, newLayer } from '../farm/new-rows.ts';
import type { HostRow, JobRow, LayerRow, LimitRow } from '../farm/rows.ts';
import type { JobBlueprint } from './job-blueprints.ts';
import { FIRST_FRAME } from './job-blueprints.ts';
import type { LayerTemplate } from './layer-templates.ts';
import { LAYER_TEMPLATES } from './layer-templates.ts';
import { playFrames } from './play-frames.ts';
import { createBooking } from './seed-procs.ts';
import { findGroup, findShow } from './seed-shows.ts';

const GIGABYTE = 1_048_576;

/** Adds jobs with their layers, frames and depends, in the state that each blueprint describes. */
export function seedJobs(farm: Farm, blueprints: readonly JobBlueprint[]): void {
  const limits = new Map([...farm.limits.values()].map((limit) => [limit.name, limit]));
  const booking = createBooking(farm, mayRunFrames);
  const jobs = new Map<string, JobRow>();
  for (const blueprint of blueprints) {
    const job = insert(farm.jobs, seedJob(farm, blueprint));
    jobs.set(blueprint.suffix, job);
    const templates: readonly LayerTemplate[] = LAYER_TEMPLATES[blueprint.template];
    for (const [index, template] of templates.entries()) addLayer(farm, job, blueprint, template, index, limits);
    const awaited = blueprint.after === undefined ? undefined : jobs.get(blueprint.after);
    playFrames(farm, job, blueprint, templates, awaited !== undefined, booking);
    for (const [index, template] of templates.entries()) dependOnLayer(farm, job.layers[index]!, template.waits);
    if (awaited) insertDepend(farm, 'JOB_ON_JOB', { job }, { job: awaited });
    finish(job);
  }
}

/** Hosts that were locked after their frames had started still run them, as on real farms. */
function mayRunFrames({ state, lockState }: HostRow): boolean {
  return lockState !== 'NIMBY_LOCKED' && (state === 'UP' || state === 'REBOOT_WHEN_IDLE');
}

function seedJob(farm: Farm, blueprint: JobBlueprint): JobRow {
  const show = findShow(farm, blueprint.show)!;
  const startTime = farm.now() - Math.round(blueprint.hoursOld * 3600) - 30;
  const id = farm.random.uuid();
  // Post jobs carry the milliseconds of their launch.
  const millis = blueprint.state === 'POSTED' ? `_${startTime}000` : '';
  const name = `${show.name}-${blueprint.shot}-${blueprint.user}_${blueprint.suffix}${millis}`;
  return newJob({
    id,
    name,
    shot: blueprint.shot,
    user: blueprint.user,
    uid: 1001 + (blueprint.user.charCodeAt(0) % 26),
    emails: `${blueprint.user}@example.com`,
    group: findGroup(farm, show, blueprint.group)!,
    facility: farm.facilities.find((facility) => facility.name === (blueprint.facility ?? 'local'))!,
    logDir: farm.logDirOf(show.name, blueprint.shot, name, id),
    startTime,
    state: blueprint.state ?? 'PENDING',
    isPaused: blueprint.paused ?? false,
    autoEat: blueprint.autoEat ?? false,
    maxRetries: blueprint.autoEat ? 0 : 1,
    priority: blueprint.priority ?? 100,
    maxCores: show.defaultMaxCores,
  });
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
  const layer = insert(
    farm.layers,
    newLayer({
      id: farm.random.uuid(),
      name: template.name,
      job,
      type: template.type,
      range: first === last ? String(first) : `${first}-${last}`,
      dispatchOrder: index + 1,
      command: template.command,
      services: [template.service],
      limits: (template.limits ?? []).map((name) => ({
        limit: limits.get(name)!,
        source: 'SPEC',
        createTime: job.startTime,
      })),
      outputPaths: outputPaths(job, template),
      tags: [...template.tags],
      minCores: template.cores,
      isThreadable: template.cores > 1,
      minMemory: template.memoryGb * GIGABYTE,
      minGpuMemory: gpus * 8 * GIGABYTE,
      minGpus: gpus,
      timeoutLlu: template.service === 'arnold' ? 60 : 0,
    }),
  );
  job.layers.push(layer);
  for (let number = first; number <= last; number++) {
    layer.frames.push(insert(farm.frames, newFrame(farm.random.uuid(), layer, number, number - first)));
  }
}

function outputPaths(job: JobRow, template: LayerTemplate): string[] {
  if (template.type !== 'RENDER') return [];
  return [`/shots/${job.group.show.name}/${job.shot}/images/${template.name}/${job.name}.%04d.exr`];
}

function finish(job: JobRow): void {
  let lastStop = 0;
  for (const { frames } of job.layers) for (const { stopTime } of frames) lastStop = Math.max(lastStop, stopTime);
  if (job.state === 'FINISHED') job.stopTime = lastStop + 2;
  else if (job.state === 'PENDING' && unfinishedFrames(countJobs([job])) === 0) {
    throw new Error(`blueprint of ${job.name}: nothing left to do, so its state is FINISHED`);
  }
}

/** Stores the depend that a template's `waits` asks for, active as long as a frame of the layer waits for it. */
function dependOnLayer(farm: Farm, layer: LayerRow, waits: LayerTemplate['waits']): void {
  if (!waits) return;
  const [type, name] = waits;
  const { job } = layer;
  const awaited = job.layers.find((other) => other.name === name)!;
  const waitsFor = (position: number) =>
    type === 'FRAME_BY_FRAME'
      ? awaited.frames[position]!.state !== 'SUCCEEDED'
      : awaited.frames.some(({ state }) => state !== 'SUCCEEDED' && state !== 'EATEN');
  const active = layer.frames.map((_frame, position) => waitsFor(position));
  const er = { job, layer };
  const parent = insertDepend(farm, type, er, { job, layer: awaited }, { active: active.includes(true) });
  if (type !== 'FRAME_BY_FRAME') return;
  for (const [position, frame] of layer.frames.entries()) {
    const on = { job, layer: awaited, frame: awaited.frames[position]! };
    insertDepend(farm, 'FRAME_ON_FRAME', { ...er, frame }, on, { active: active[position]!, parent });
  }
}
