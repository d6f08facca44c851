/**
 * Waits for the next moment that is a multiple of the interval, on the clock on the wall: all who look equally often look at
 * the same moments, and so share what they ask. Resolves early when the signal fires.
 */
export function waitForTick(intervalMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      ended.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, intervalMs - (Date.now() % intervalMs));
    ended.addEventListener('abort', finish);
  });
}
