import { countAttempt } from '../farm/counts.ts';
import type { Farm } from '../farm/farm.ts';
import type { FrameRow, FrameState, JobRow, LayerRow } from '../farm/rows.ts';
import type { JobBlueprint } from './job-blueprints.ts';
import type { LayerTemplate } from './layer-templates.ts';
import type { Booking } from './seed-procs.ts';

/** Gives every frame of a fresh job the state it has reached, and the traces that its attempts left. */
export function playFrames(
  farm: Farm,
  job: JobRow,
  blueprint: JobBlueprint,
  templates: readonly LayerTemplate[],
  waitsForJob: boolean,
  booking: Booking,
): void {
  if (job.state === 'STARTUP') return;
  const played = new Map<string, LayerRow>();
  let progressBefore = 1;
  for (const [index, layer] of job.layers.entries()) {
    const template = templates[index]!;
    // A layer that goes frame by frame follows its model at a distance.
    const followed = template.waits?.[0] === 'FRAME_BY_FRAME' ? progressBefore * 0.6 : 0;
    const share = Math.min(1, Math.max(blueprint.progress - index, progressBefore < 1 ? followed : 0, 0));
    const plan = planFrames(farm, layer, blueprint, share, index === layerAtWork(job, blueprint));
    for (const [position, frame] of layer.frames.entries()) {
      const ready = !waitsForJob && upstreamIsDone(frame, template, played);
      settle(farm, frame, ready ? (plan[position] ?? 'WAITING') : 'DEPEND', template, booking);
    }
    played.set(layer.name, layer);
    progressBefore = share;
  }
}

type Fate = 'SUCCEEDED' | 'RETRIED' | 'RUNNING' | 'DEAD' | 'EATEN' | 'CHECKPOINT' | 'WAITING' | 'DEPEND';

/** The layer that the job has come to; for a job that is through, the last one with several frames. */
function layerAtWork({ layers }: JobRow, { progress }: JobBlueprint): number {
  return progress < layers.length ? Math.floor(progress) : layers.findLastIndex(({ frames }) => frames.length > 1);
}

/** Fates by position. Mishaps happen among the frames that are done, only in the layer at work. */
function planFrames(farm: Farm, layer: LayerRow, blueprint: JobBlueprint, share: number, atWork: boolean): Fate[] {
  const done = Math.floor(layer.frames.length * share);
  const plan: Fate[] = Array.from({ length: done }, () => 'SUCCEEDED');
  if (!atWork) return plan;
  const mishaps: readonly (readonly [number | undefined, Fate])[] = [
    [blueprint.dead, 'DEAD'],
    [blueprint.eaten, 'EATEN'],
    [blueprint.checkpointed, 'CHECKPOINT'],
    [blueprint.retries, 'RETRIED'],
  ];
  for (const [count = 0, fate] of mishaps) {
    // Never more than a sixth of each kind, so that the search for an untouched frame ends.
    for (let happened = 0; happened < Math.min(count, Math.floor(done / 6)); ) {
      const position = farm.random.between(0, done - 1);
      if (plan[position] !== 'SUCCEEDED') continue;
      plan[position] = fate;
      happened += 1;
    }
  }
  for (let count = 0; count < (blueprint.running ?? 0); count++) plan.push('RUNNING');
  return plan;
}

function upstreamIsDone(frame: FrameRow, template: LayerTemplate, played: ReadonlyMap<string, LayerRow>): boolean {
  if (!template.waits) return true;
  const [how, name] = template.waits;
  const frames = played.get(name)!.frames;
  if (how === 'FRAME_BY_FRAME') return frames[frame.dispatchOrder]!.state === 'SUCCEEDED';
  return frames.every(({ state }) => state === 'SUCCEEDED' || state === 'EATEN');
}

function settle(farm: Farm, frame: FrameRow, fate: Fate, template: LayerTemplate, booking: Booking): void {
  const { random } = farm;
  const { job } = frame.layer;
  if (fate !== 'DEPEND') frame.eligibleTime = job.startTime;
  if (fate === 'RUNNING') {
    // Waiting first, since not every frame finds a host.
    setState(frame, 'WAITING');
    booking.book(frame, Math.max(farm.now() - random.between(40, 2400), job.startTime + 5));
    return;
  }
  setState(frame, fate === 'RETRIED' ? 'SUCCEEDED' : fate);
  if (fate === 'WAITING' || fate === 'DEPEND') return;
  const seconds = Math.round(template.seconds * (0.7 + 0.6 * random.next()));
  const span = Math.max(60, farm.now() - job.startTime - seconds - 60);
  frame.startTime =
    job.startTime + 30 + Math.floor((span * (frame.dispatchOrder + 1)) / (frame.layer.frames.length + 1));
  frame.stopTime = Math.min(frame.startTime + seconds, farm.now() - 1);
  frame.lastLogTime = frame.stopTime;
  frame.updateTime = frame.stopTime;
  frame.hostName = booking.formerHost(frame.layer).name;
  frame.cores = frame.layer.minCores;
  frame.gpus = frame.layer.minGpus;
  frame.reservedMemory = frame.layer.minMemory;
  frame.maxRss = Math.round(frame.layer.minMemory * (0.4 + 0.5 * random.next()));
  // The last measurement stays with a frame that ended.
  frame.usedMemory = Math.round(frame.maxRss * 0.9);
  const { counts } = frame.layer;
  counts.maxRss = Math.max(counts.maxRss, frame.maxRss);
  frame.exitStatus = fate === 'DEAD' || fate === 'EATEN' ? 1 : 0;
  if (fate === 'DEAD') frame.retryCount = job.maxRetries;
  if (fate === 'RETRIED') frame.retryCount = 1;
  if (fate === 'CHECKPOINT') Object.assign(frame, { checkpointState: 'COMPLETE', checkpointCount: 2, exitStatus: -1 });
  countAttempts(frame, fate, seconds);
}

/** What a frame's attempts add to its layer's sums; a failed one stops short. */
function countAttempts(frame: FrameRow, fate: Fate, seconds: number): void {
  const { layer, cores, gpus } = frame;
  const failures = frame.retryCount + (fate === 'DEAD' ? 1 : 0);
  for (let failure = 0; failure < failures; failure++) {
    countAttempt(layer, { rendered: false, seconds: Math.round(seconds * 0.4), cores, gpus });
  }
  if (frame.state !== 'SUCCEEDED') return;
  countAttempt(layer, { rendered: true, seconds: frame.stopTime - frame.startTime, cores, gpus });
}

/** The state as the past left it: what it depends on is not there yet. */
function setState(frame: FrameRow, state: FrameState): void {
  const { frames } = frame.layer.counts;
  frames[frame.state] -= 1;
  frames[state] += 1;
  frame.state = state;
}
