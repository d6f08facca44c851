import { TimeSlices } from '../clock/time-slices.ts';

/** Work in steps of well under a millisecond each. */
export type Steps<Result> = Iterator<void, Result, void>;

/** Work on fewer bytes than this takes some milliseconds at most, and is done at once. */
const maxAtOnceBytes = 256 * 1024;

/**
 * Does the work on so many bytes: at once when they are few, else in turns of some milliseconds between which everybody else
 * is served. Throws, or rejects, what the work throws.
 */
export function workInTurns<Result>(steps: Steps<Result>, bytes: number): Result | Promise<Result> {
  return bytes > maxAtOnceBytes ? goOn(steps) : workAtOnce(steps);
}

/** Does all the work in one go. */
export function workAtOnce<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

async function goOn<Result>(steps: Steps<Result>): Promise<Result> {
  const slices = new TimeSlices();
  let step = steps.next();
  while (step.done !== true) {
    if (slices.isOver()) await slices.pause();
    step = steps.next();
  }
  return step.value;
}
