import type { Schedule } from '../../src/clock/schedule.ts';

/** A clock that a test moves, with the timers that belong to it. */
export interface Timeline {
  readonly now: () => number;
  readonly schedule: Schedule;
  /** Moves on by this much, timer by timer, and lets what each of them began come to its end. */
  readonly advance: (ms: number) => Promise<void>;
}

/** A timeline that begins at this moment. */
export function createTimeline(startMs = 0): Timeline {
  let nowMs = startMs;
  const timers = new Map<object, { readonly atMs: number; readonly callback: () => void }>();
  return {
    now: () => nowMs,
    schedule: (callback, delayMs) => {
      const timer = {};
      timers.set(timer, { atMs: nowMs + delayMs, callback });
      return () => void timers.delete(timer);
    },
    advance: async (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter(([, { atMs }]) => atMs <= endMs).sort(([, a], [, b]) => a.atMs - b.atMs);
        if (next === undefined) break;
        const [timer, { atMs, callback }] = next;
        timers.delete(timer);
        nowMs = Math.max(nowMs, atMs);
        callback();
        await settle();
      }
      nowMs = endMs;
      await settle();
    },
  };
}

/** Longer than any of our chains of promises; nothing here goes over the network. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}
