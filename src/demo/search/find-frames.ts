import type { Farm } from '../farm/farm.ts';
import { expandFrameSet } from '../farm/frame-set.ts';
import type { FrameRow, JobRow, LayerRow } from '../farm/rows.ts';
import type { CuebotError } from '../wire/cuebot-error.ts';
import { brokenStatement } from '../wire/cuebot-error.ts';
import { isAmong } from './matchers.ts';

/** job.FrameSearchCriteria. `max_results`, `offset` and `include_finished` exist in the message and have no effect. */
export interface FrameCriteria {
  readonly ids: readonly string[];
  readonly frames: readonly string[];
  readonly layers: readonly string[];
  readonly states: { readonly frameStates: readonly string[] } | null;
  readonly frameRange: string;
  /** Gigabytes of maximum resident size: `A-B`, or `A` for at least. */
  readonly memoryRange: string;
  /** Hours between start and stop: `A-B`, or `A` for at least. */
  readonly durationRange: string;
  readonly page: number;
  readonly limit: number;
  /** Epoch seconds after which a frame changed; 0 is off. */
  readonly changeDate: number;
}

const STATEMENT = 'SELECT frame.pk_frame FROM frame, layer WHERE frame.pk_layer = layer.pk_layer';
const KILOBYTES_PER_GIGABYTE = 1_048_576;
const SECONDS_PER_HOUR = 3600;

// An expression that expands to more frames than this makes SQL that PostgreSQL does not parse; plain `A-B` never expands.
const MOST_LISTED_FRAMES = 1000;

/** One page of the frames that match. Without a positive limit Cuebot finds none; a page below 1 is the first. */
export function findFramePage(farm: Farm, parent: JobRow | LayerRow, criteria: FrameCriteria | null): FrameRow[] {
  const frames = findFrames(farm, parent, criteria);
  const limit = criteria?.limit ?? 0;
  if (limit <= 0) return farm.defects.has('frame-pages') ? [] : frames;
  const page = Math.max(criteria?.page ?? 1, 1);
  return frames.slice((page - 1) * limit, page * limit);
}

/** All frames of a job or layer that match, in dispatch order; no criteria match every frame. */
export function findFrames(farm: Farm, parent: JobRow | LayerRow, criteria: FrameCriteria | null): FrameRow[] {
  const frames = inDispatchOrder('layers' in parent ? parent.layers : [parent]);
  if (!criteria) return frames;
  const tests: ((frame: FrameRow) => boolean)[] = [
    isAmong(criteria.ids, (frame) => frame.id),
    isAmong(criteria.frames, (frame) => frame.name),
    isAmong(criteria.layers, (frame) => frame.layer.name),
    isAmong(criteria.states?.frameStates ?? [], (frame) => frame.state),
  ];
  if (criteria.frameRange !== '') tests.push(compileFrameRange(criteria.frameRange));
  if (criteria.memoryRange !== '') {
    tests.push(compileRange(criteria.memoryRange, KILOBYTES_PER_GIGABYTE, (frame) => frame.maxRss));
  }
  if (criteria.durationRange !== '') {
    const seconds = (frame: FrameRow) => (frame.stopTime || farm.now()) - frame.startTime;
    const inRange = compileRange(criteria.durationRange, SECONDS_PER_HOUR, seconds);
    tests.push((frame) => frame.state !== 'WAITING' && frame.startTime > 0 && inRange(frame));
  }
  if (criteria.changeDate > 0) tests.push((frame) => frame.updateTime > criteria.changeDate);
  return frames.filter((frame) => tests.every((test) => test(frame)));
}

/** Frame by frame through the layers: by the frame's dispatch order, then the layer's. */
function inDispatchOrder(layers: readonly LayerRow[]): FrameRow[] {
  const frames = layers.flatMap((layer) => layer.frames);
  return frames.sort((a, b) => a.dispatchOrder - b.dispatchOrder || a.layer.dispatchOrder - b.layer.dispatchOrder);
}

function compileFrameRange(range: string): (frame: FrameRow) => boolean {
  const plain = /^(\d+)-(\d+)$/.exec(range);
  if (plain) {
    const [first, last] = [Number(plain[1]), Number(plain[2])];
    return (frame) => frame.number >= first && frame.number <= last;
  }
  const wanted = new Set(expandFrameSet(range));
  if (wanted.size > MOST_LISTED_FRAMES) throw pastedIn(range);
  return (frame) => wanted.has(frame.number);
}

function compileRange(
  range: string,
  unit: number,
  amountOf: (frame: FrameRow) => number,
): (frame: FrameRow) => boolean {
  const match = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(range);
  if (!match) throw pastedIn(range);
  const least = Number(match[1]) * unit;
  const most = match[2] === undefined ? Number.POSITIVE_INFINITY : Number(match[2]) * unit;
  return (frame) => amountOf(frame) >= least && amountOf(frame) <= most;
}

/** What does not parse leaves a hole in the SQL that Cuebot puts together, and PostgreSQL stumbles over the parenthesis. */
function pastedIn(range: string): CuebotError {
  return brokenStatement(`${STATEMENT} AND ( /* ${range} */ )`, ')');
}
