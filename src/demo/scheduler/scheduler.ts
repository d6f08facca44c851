import type { Farm } from '../farm/farm.ts';
import type { HostRow } from '../farm/rows.ts';
import { createArtists } from './artists.ts';
import { createBookingPass } from './book-hosts.ts';
import type { LogFiles } from './log-files.ts';
import { createFrameRunner } from './run-frames.ts';
import { runHosts } from './run-hosts.ts';

/** How a farm lives. */
export interface SchedulerOptions {
  /** How many times faster than real ones frames and people are; 1 by default. Clocks run as ever. */
  readonly speed?: number;
  /** False leaves submissions, retries and the like to the callers; true by default. */
  readonly artists?: boolean;
  /** Where frames write their logs, if anywhere. */
  readonly logs?: LogFiles;
}

/** What makes time pass on a farm. */
export interface Scheduler {
  /** Does what was due since the last call, by the farm's clock. */
  advance(): void;
}

// A machine that slept does not find its farm days ahead: frames end as they are due, but people missed the rest.
const LONGEST_STEP_SEC = 600;
// Hosts report, and are booked, one after the other within this time.
const REPORT_SEC = 10;

/** A scheduler for a farm as it is now: it keeps about as much to do as there was in the beginning. */
export function createScheduler(farm: Farm, options: SchedulerOptions = {}): Scheduler {
  const { speed = 1, logs } = options;
  const runner = createFrameRunner(farm, speed);
  const artists = options.artists === false ? undefined : createArtists(farm, speed);
  let last = farm.now();
  let nextHost = 0;
  const step = (seconds: number) => {
    const grown = runner.run();
    runHosts(farm, seconds, speed);
    for (const job of artists?.act(seconds) ?? []) logs?.removeJob(job);
    nextHost = bookHosts(farm, nextHost, seconds * speed);
    logs?.write(grown);
    farm.touch();
  };
  return {
    advance() {
      const elapsed = farm.now() - last;
      if (elapsed <= 0) return;
      last = farm.now();
      step(Math.min(elapsed, LONGEST_STEP_SEC));
    },
  };
}

/** Books the hosts whose turn it is, redirected ones first. Gives the one to go on with. */
function bookHosts(farm: Farm, first: number, seconds: number): number {
  const pass = createBookingPass(farm);
  for (const { host, target } of farm.redirects.splice(0)) {
    const jobs = 'layers' in target ? [target] : [...farm.jobs.values()].filter(({ group }) => group === target);
    for (const job of jobs) if (job.state === 'PENDING' && !job.isPaused) pass.bookJob(host, job);
  }
  const hosts: readonly HostRow[] = [...farm.hosts.values()];
  const share = Math.min(hosts.length, Math.ceil((hosts.length * seconds) / REPORT_SEC));
  for (let count = 0; count < share; count++) pass.bookHost(hosts[(first + count) % hosts.length]!);
  return hosts.length === 0 ? 0 : (first + share) % hosts.length;
}
