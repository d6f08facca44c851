import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processor time of all threads of a process, in milliseconds; Linux only. `schedstat` counts nanoseconds where
 * `/proc/PID/stat` counts ticks of 10 ms: https://docs.kernel.org/scheduler/sched-stats.html. A thread that has ended takes its
 * count with it; gateways start theirs once.
 */
export function processorTimeMs(pid: number): number {
  const folder = `/proc/${pid}/task`;
  let nanoseconds = 0;
  for (const task of readdirSync(folder)) {
    try {
      nanoseconds += Number(readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // This thread ended after the folder was read.
    }
  }
  return nanoseconds / 1e6;
}
