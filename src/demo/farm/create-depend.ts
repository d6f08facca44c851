import { chunkFrames, expandFrameSet } from './frame-set.ts';
import { cuebotThrown } from '../wire/cuebot-error.ts';
import { unfinishedFrames } from './counts.ts';
import type { Side } from './depends.ts';
import { insertDepend } from './depends.ts';
import type { Farm } from './farm.ts';
import type { DependRow, DependType, FrameRow, JobRow, LayerRow } from './rows.ts';

/**
 * Creates a depend between jobs, layers or frames, as its type says. It is inactive when what it waits for is done already;
 * a job that is done is refused. FRAME_BY_FRAME and PREVIOUS_FRAME are expanded to rows of single frames, and so is
 * LAYER_ON_SIM_FRAME, of which nothing else remains. Returns the row to show, if one was made.
 */
export function createDepend(
  farm: Farm,
  type: DependType,
  er: Side,
  on: Side,
  options: { readonly anyFrame?: boolean } = {},
): DependRow | undefined {
  refuseItself(type, er, on);
  switch (type) {
    case 'FRAME_BY_FRAME':
      return createFrameByFrame(farm, er, on);
    case 'PREVIOUS_FRAME':
      return createPreviousFrame(farm, er, on);
    case 'LAYER_ON_SIM_FRAME':
      return createLayerOnSimFrame(farm, er, on);
    default:
      return insertDepend(farm, type, er, on, { ...options, active: !isDone(on) });
  }
}

/** Whether what a depend waits for is done. Throws for a job that is: Cuebot refuses to depend on one. */
function isDone({ job, layer, frame }: Side): boolean {
  if (frame) return frame.state === 'SUCCEEDED' || frame.state === 'EATEN';
  if (job.state === 'STARTUP') return false;
  if (layer) return unfinishedFrames(layer.counts) - layer.counts.frames.CHECKPOINT === 0;
  if (job.layers.every(({ counts }) => unfinishedFrames(counts) === 0)) {
    throw dependError('The job you are depending on is already complete.');
  }
  return false;
}

function refuseItself(type: DependType, er: Side, on: Side): void {
  const text = er.job === on.job ? reasonOfItself(type, er, on) : undefined;
  if (text !== undefined) throw dependError(text);
}

/** Why something may not wait for what it is, or is a part of, itself; undefined when it may. */
function reasonOfItself(type: DependType, er: Side, on: Side): string | undefined {
  if (type === 'JOB_ON_JOB') return 'A job cannot depend on itself.';
  if (type === 'JOB_ON_LAYER') return 'A job cannot depend on one of its own layers.';
  if (type === 'JOB_ON_FRAME') return 'A job cannot depend on one of its own frames.';
  if (type === 'LAYER_ON_JOB') return 'A layer cannot depend on its own job.';
  if (type === 'FRAME_ON_JOB') return 'A frame cannot depend on its own job.';
  if (er.layer !== on.layer) return undefined;
  switch (type) {
    case 'LAYER_ON_LAYER':
    case 'FRAME_BY_FRAME':
      return `Cannot make the layer ${er.layer?.name} depend on itself.`;
    case 'LAYER_ON_FRAME':
    case 'LAYER_ON_SIM_FRAME':
      return 'A layer cannot depend on one of its own frames.';
    case 'FRAME_ON_LAYER':
      return `The frame ${er.frame?.name} cannot depend on its own layer.`;
    case 'FRAME_ON_FRAME':
      return er.frame === on.frame ? `The frame ${er.frame?.name} cannot depend on itself.` : undefined;
    // A layer may wait for its own frames one after the other.
    default:
      return undefined;
  }
}

function dependError(message: string): Error {
  return cuebotThrown('depend.DependException', message);
}

/** A layer side has a layer: the services and the spec's reader see to that. */
function layerOf({ layer }: Side): LayerRow {
  return layer!;
}

function createFrameByFrame(farm: Farm, er: Side, on: Side): DependRow | undefined {
  const [waiting, awaited] = [layerOf(er), layerOf(on)];
  // Frames of tiles have other numbers in other jobs, so nothing is linked.
  if (waiting.job !== awaited.job && awaited.name.includes('_tile_')) return undefined;
  const [waitingFrames, awaitedFrames] = [framesByNumber(waiting), framesByNumber(awaited)];
  const isOneChunk = (layer: LayerRow, frames: ReadonlyMap<number, FrameRow>) =>
    frames.size === 1 && layer.chunkSize > 1;
  if (isOneChunk(awaited, awaitedFrames) || isOneChunk(waiting, waitingFrames)) {
    return insertDepend(farm, 'LAYER_ON_LAYER', er, on, { active: !isDone(on) });
  }
  const existing = findExpanded(waiting, awaited);
  if (existing?.active) return existing;
  const parent = insertDepend(farm, 'FRAME_BY_FRAME', er, on);
  const numbers = [...awaitedFrames.keys()];
  for (const frame of waitingFrames.values()) {
    for (const number of matchingFrames(frame.number, waiting, awaited, numbers)) {
      const other = awaitedFrames.get(number);
      if (other) addChild(farm, parent, frame, other);
    }
  }
  return settle(parent);
}

function findExpanded(waiting: LayerRow, awaited: LayerRow): DependRow | undefined {
  return awaited.awaitedBy.find(({ type, er }) => type === 'FRAME_BY_FRAME' && er.layer === waiting);
}

/** Numbers of the awaited frames that one waiting frame needs, with regard to the chunks of both layers. */
function matchingFrames(number: number, waiting: LayerRow, awaited: LayerRow, numbers: readonly number[]): number[] {
  if (waiting.chunkSize === awaited.chunkSize) return [number];
  const first = chunkOf(numbers, number);
  if (awaited.chunkSize > waiting.chunkSize) return [first];
  const start = numbers.indexOf(first);
  return numbers.slice(start, start + waiting.chunkSize - awaited.chunkSize + 1);
}

/** The first frame of the chunk that holds a frame number. */
function chunkOf(numbers: readonly number[], number: number): number {
  if (numbers.includes(number)) return number;
  const after = numbers.findIndex((candidate) => candidate > number);
  return numbers[after < 0 ? numbers.length - 1 : Math.max(after - 1, 0)] ?? number;
}

function createPreviousFrame(farm: Farm, er: Side, on: Side): DependRow {
  const [waiting, awaited] = [layerOf(er), layerOf(on)];
  const [waitingFrames, awaitedFrames] = [framesByNumber(waiting), framesByNumber(awaited)];
  const [waitingRange, awaitedRange] = [expandFrameSet(waiting.range), expandFrameSet(awaited.range)];
  const parent = insertDepend(farm, 'PREVIOUS_FRAME', er, on);
  for (const [index, number] of waitingRange.entries()) {
    const frame = waitingFrames.get(number);
    const before = awaitedFrames.get(awaitedRange[index - 1] ?? Number.NaN);
    if (index > 0 && frame && before) addChild(farm, parent, frame, before);
  }
  return settle(parent);
}

function createLayerOnSimFrame(farm: Farm, er: Side, on: Side): DependRow | undefined {
  const layer = layerOf(er);
  const frames = framesByNumber(layer);
  let first: DependRow | undefined;
  for (const number of chunkFrames(layer.range, layer.chunkSize)) {
    const frame = frames.get(number);
    if (!frame) continue;
    const row = insertDepend(farm, 'FRAME_ON_FRAME', sideOf(frame), on, { active: !isDone(on) });
    first ??= row;
  }
  return first;
}

function addChild(farm: Farm, parent: DependRow, frame: FrameRow, on: FrameRow): void {
  const active = !isDone(sideOf(on));
  insertDepend(farm, 'FRAME_ON_FRAME', sideOf(frame), sideOf(on), { active, parent });
}

/** An expanded row is active as long as one of its children is. */
function settle(parent: DependRow): DependRow {
  if (parent.children.length > 0 && parent.activeChildren === 0) parent.active = false;
  return parent;
}

function framesByNumber({ frames }: LayerRow): Map<number, FrameRow> {
  return new Map(frames.map((frame) => [frame.number, frame]));
}

/** A job as a side of a depend. */
export function jobSide(job: JobRow): Side {
  return { job };
}

/** A layer or a frame as a side of a depend. */
export function sideOf(row: LayerRow | FrameRow): Side {
  return 'frames' in row ? { job: row.job, layer: row } : { job: row.layer.job, layer: row.layer, frame: row };
}
