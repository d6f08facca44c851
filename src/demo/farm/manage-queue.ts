/**
 * The queue that Cuebot puts work into before it answers OK. Identical work that still waits is dropped without a word, and
 * so is everything above the capacity.
 */
export interface ManageQueue {
  /** Does the work later, or at once when the queue has no delay. */
  execute(key: string, work: () => void): void;
  /** What CueInterface.GetSystemStats shows. */
  readonly stats: { readonly waiting: number; readonly executed: number; readonly rejected: number };
  /** Forgets what waits. */
  close(): void;
}

/** How much work may wait, as in a stock Cuebot. */
export const MANAGE_CAPACITY = 2000;

/** A queue whose work waits so many milliseconds; 0 does it within the call, which spares tests a second look. */
export function createManageQueue(delayMs: number): ManageQueue {
  const waiting = new Map<string, NodeJS.Timeout>();
  let executed = 0;
  let rejected = 0;
  const run = (work: () => void) => {
    executed += 1;
    work();
  };
  return {
    execute(key, work) {
      if (delayMs === 0) {
        run(work);
      } else if (waiting.size >= MANAGE_CAPACITY) {
        rejected += 1;
      } else if (!waiting.has(key)) {
        const doIt = () => {
          waiting.delete(key);
          run(work);
        };
        waiting.set(key, setTimeout(doIt, delayMs));
      }
    },
    get stats() {
      return { waiting: waiting.size, executed, rejected };
    },
    close() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
