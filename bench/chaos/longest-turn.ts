import { PerformanceObserver } from 'node:perf_hooks';

/**
 * Does some work, and measures the longest turn of the event loop meanwhile: in milliseconds of processor time, without what
 * the garbage collector took. The process must do nothing else.
 */
export async function longestTurnOf(work: () => unknown): Promise<number> {
  const collections: { readonly begin: number; readonly end: number }[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      collections.push({ begin: startTime, end: startTime + duration });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const turns: { readonly begin: number; readonly end: number; readonly cpuMs: number }[] = [];
  let isOver = false;
  let begin = performance.now();
  let before = process.cpuUsage();
  const look = () => {
    const { user, system } = process.cpuUsage(before);
    const end = performance.now();
    turns.push({ begin, end, cpuMs: (user + system) / 1_000 });
    begin = end;
    before = process.cpuUsage();
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await new Promise((resolve) => setImmediate(resolve));
  await work();
  isOver = true;
  // The last turn, and what the observer has yet to hear of.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.disconnect();
  const collected = (from: number, to: number) =>
    collections.reduce((sum, gc) => sum + Math.max(0, Math.min(to, gc.end) - Math.max(from, gc.begin)), 0);
  return Math.max(...turns.map((turn) => turn.cpuMs - collected(turn.begin, turn.end)));
}
