import { setImmediate } from 'node:timers/promises';

/** Work in steps of well under a millisecond each. */
export type Steps<Result> = Iterator<void, Result, void>;

/** How long others wait for their turn, in milliseconds, while somebody's work goes on. */
const turnMs = 5;

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
  let startedAt = performance.now();
  let step = steps.next();
  while (step.done !== true) {
    if (performance.now() - startedAt >= turnMs) {
      await setImmediate();
      startedAt = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}
