import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the part of the heap small where new objects are made. A start makes much that stays, for which V8 would let that part
 * grow to 32 MiB, and never make it smaller again: a quarter of an idle gateway's memory.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Lets it grow with the load, as V8 does by itself: in a large one, what answers leave behind is collected at less cost. */
export function letYoungGenerationGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
