import { closeSync, openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';

/**
 * Does some work, and measures the longest turn of the event loop meanwhile: in milliseconds of processor time of its own
 * thread, without what the garbage collector took there. The process must do nothing else. Linux only.
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
  const clock = openThreadClock();
  let before = clock.read();
  const look = () => {
    const now = clock.read();
    const end = performance.now();
    turns.push({ begin, end, cpuMs: now - before });
    begin = end;
    before = now;
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
  clock.close();
  const collected = (from: number, to: number) =>
    collections.reduce((sum, gc) => sum + Math.max(0, Math.min(to, gc.end) - Math.max(from, gc.begin)), 0);
  return Math.max(...turns.map((turn) => turn.cpuMs - collected(turn.begin, turn.end)));
}

/**
 * The processor time of this thread in milliseconds. process.cpuUsage() counts the threads on which V8 collects garbage beside
 * it, too; process.threadCpuUsage() came with Node 23.9.
 */
function openThreadClock(): { readonly read: () => number; readonly close: () => void } {
  const file = openSync('/proc/thread-self/schedstat', 'r');
  const text = Buffer.alloc(128);
  return {
    // Nanoseconds come first: https://docs.kernel.org/scheduler/sched-stats.html
    read: () => Number.parseInt(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)), 10) / 1e6,
    close: () => closeSync(file),
  };
}
