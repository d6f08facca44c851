import { closeSync, openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';

/**
 * Watches the turns of this thread's event loop. Watching keeps the loop turning, which costs: nothing else can be measured
 * meanwhile. Linux only.
 *
 * @returns ends the watching, and resolves to the longest turn: in milliseconds of processor time of this thread, without what
 * the garbage collector took on it
 */
export function watchTurns() {
  const collections = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      collections.push({ begin: startTime, end: startTime + duration });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const clock = openThreadClock();
  const turns = [];
  let isOver = false;
  let begin = performance.now();
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
  const collected = (from, to) =>
    collections.reduce((sum, gc) => sum + Math.max(0, Math.min(to, gc.end) - Math.max(from, gc.begin)), 0);
  return async () => {
    isOver = true;
    // The last turn, and what the observer has yet to hear of.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    observer.disconnect();
    clock.close();
    // The longest few are enough to look at: what was collected in them takes time to find.
    const longest = turns.sort((one, other) => other.cpuMs - one.cpuMs).slice(0, 1_000);
    return Math.max(0, ...longest.map((turn) => turn.cpuMs - collected(turn.begin, turn.end)));
  };
}

/**
 * The processor time of this thread in milliseconds. process.cpuUsage() counts the threads on which V8 collects garbage beside
 * it, too; process.threadCpuUsage() came with Node 23.9.
 */
function openThreadClock() {
  const file = openSync('/proc/thread-self/schedstat', 'r');
  const text = Buffer.alloc(128);
  return {
    // Nanoseconds come first: https://docs.kernel.org/scheduler/sched-stats.html
    read: () => Number.parseInt(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)), 10) / 1e6,
    close: () => closeSync(file),
  };
}
