import { watchTurns } from '../programs/watch-turns.mjs';

/**
 * Does some work, and measures the longest turn of the event loop meanwhile: in milliseconds of processor time of its own
 * thread, without what the garbage collector took there. The process must do nothing else. Linux only.
 */
export async function longestTurnOf(work: () => unknown): Promise<number> {
  const end = watchTurns();
  await new Promise((resolve) => setImmediate(resolve));
  await work();
  return end();
}
