import { illegalArgument } from '../wire/cuebot-error.ts';

// A hundred thousand frames is the largest job there is; a range far above is a typing error that should not cost memory.
const MOST_FRAMES = 1_000_000;

const PART = /^(-?\d+)(?:-(-?\d+)(?:([xy:])(-?\d+))?)?$/;

/**
 * Expands a frame range as job specs and criteria write it: `7`, `1-10`, `1-10x2` (every second), `1-10y2` (the others),
 * `1-10:2` (every second, then the rest), parts joined by commas. Doubles stay. Throws what Cuebot throws for the rest.
 */
export function expandFrameSet(expression: string): number[] {
  // Java drops what is empty at the end of a split text, so `1-5,` is `1-5`.
  return expression
    .replace(/(?<=.),+$/, '')
    .split(',')
    .flatMap(expandPart);
}

function expandPart(part: string): readonly number[] {
  const match = PART.exec(part);
  const last = Number(match?.[2] ?? match?.[1]);
  const first = Number(match?.[1]);
  if (!match || Math.abs(last - first) > MOST_FRAMES) {
    throw illegalArgument(`unrecognized frame range syntax ${part}`);
  }
  if (match[3] === undefined) return count(first, last, last >= first ? 1 : -1);
  const step = Number(match[4]);
  refuseStep(first, last, step);
  if (match[3] === 'x') return count(first, last, step);
  if (match[3] === 'y') {
    const skipped = new Set(count(first, last, step));
    return count(first, last, Math.sign(step)).filter((frame) => !skipped.has(frame));
  }
  const frames = new Set<number>();
  for (let stride = step; stride !== 0; stride = Math.trunc(stride / 2)) {
    for (const frame of count(first, last, stride)) frames.add(frame);
  }
  return [...frames];
}

function refuseStep(first: number, last: number, step: number): void {
  if (step === 0) throw illegalArgument('step cannot be zero');
  if (step > 1 && last < first) {
    throw illegalArgument('end frame may not be less than start frame when using a positive step');
  }
  if (step < 0 && last >= first) {
    throw illegalArgument('end frame may not be greater than start frame when using a negative step');
  }
}

function count(first: number, last: number, step: number): number[] {
  const frames: number[] = [];
  for (let frame = first; step > 0 ? frame <= last : frame >= last; frame += step) frames.push(frame);
  return frames;
}

/** The frames that a layer has: one for each chunk of its range, without doubles. */
export function chunkFrames(range: string, chunkSize: number): number[] {
  const frames = [...new Set(expandFrameSet(range))];
  if (chunkSize <= 1) return frames;
  return frames.filter((_frame, index) => index % chunkSize === 0);
}
