import { setFlagsFromString } from 'node:v8';

/**
 * Tunes V8 for a start, which runs most of its code a few times and keeps most of what it makes:
 *
 * - The part of the heap where new objects are made stays small. It would grow to 32 MiB and never become smaller again: a quarter
 *   of an idle gateway's memory.
 * - Nothing is optimized. V8's threads would spend up to 400 ms of CPU on code that is not run again.
 */
export function tuneV8ToStart(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--max-optimized-bytecode-size=0');
}

/** Gives both back the values that they have by default: work that goes on gains by a larger heap and by optimized code. */
export function tuneV8ToServe(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  setFlagsFromString('--max-optimized-bytecode-size=61440');
}
