import type { Farm, Host, Job } from './farm-data.ts';
import { conditionOf, count, counted, duration, secondsSince } from './words.ts';

/** Something that does not go on by itself. */
export interface Stuck {
  readonly key: string;
  /** What kind of thing it is, in two words. */
  readonly kind: string;
  readonly style: 'dead' | 'running' | 'waiting' | 'down';
  readonly name: string;
  readonly reason: string;
  /** Where to look at it, on this page; not given: nowhere. */
  readonly address?: string;
}

/** A frame that has run for less is never told: short frames differ by much. */
const leastSeconds = 600;

/** How many times as long as the longest frame of its job a frame may run before it is told. */
const longFactor = 1.5;

/** A job that was launched just now may well wait. */
const patienceSeconds = 120;

/**
 * Finds what somebody should look at, the worst first: jobs with dead frames, frames that have run for much longer than any of
 * their job, hosts that are down, and jobs that wait although nothing holds them.
 *
 * @param shareless shows with pending jobs and no share of any allocation, so that nothing of them can run
 */
export function findStuck(farm: Farm, jobs: readonly Job[], shareless: readonly string[]): readonly Stuck[] {
  const hosts = farm.allocations.flatMap((allocation) => allocation.hosts);
  return [
    ...jobs.filter(({ jobStats }) => jobStats.deadFrames > 0).map(tellDead),
    ...findLong(hosts, jobs),
    ...hosts.flatMap(tellDown),
    ...jobs.filter(waitsInVain).map(tellWaiting),
    ...shareless.map(tellShareless),
  ];
}

function tellDead({ name, jobStats, isPaused }: Job): Stuck {
  const dead = counted(jobStats.deadFrames, 'frame has died', 'frames have died');
  return {
    key: `dead ${name}`,
    kind: 'Dead frames',
    style: 'dead',
    name,
    reason: isPaused ? `${dead}; the job is paused` : dead,
    address: jobAddress(name),
  };
}

/** One for each job, since a job that is slow has many. */
function findLong(hosts: readonly Host[], jobs: readonly Job[]): readonly Stuck[] {
  const longest = new Map(jobs.map(({ name, jobStats }) => [name, jobStats.highFrameSec]));
  const long = hosts
    .flatMap((host) => (host.procs ?? []).map((proc) => ({ host, proc })))
    .flatMap(({ host, proc: { jobName, frameName, dispatchedAt } }) => {
      const [seconds, usual] = [secondsSince(dispatchedAt) ?? 0, longest.get(jobName) ?? 0];
      if (usual === 0 || seconds < leastSeconds || seconds < longFactor * usual) return [];
      return [{ jobName, frameName, host, seconds, usual }];
    })
    .toSorted((one, other) => other.seconds / other.usual - one.seconds / one.usual);
  return [...new Set(long.map(({ jobName }) => jobName))].map((jobName) => {
    const frames = long.filter((frame) => frame.jobName === jobName);
    const { frameName, host, seconds, usual } = frames[0]!;
    const others = frames.length - 1;
    const time = `${duration(seconds)} on ${host.name}; the longest that has ended took ${duration(usual)}`;
    return {
      key: `long ${jobName}`,
      kind: others === 0 ? 'Long frame' : 'Long frames',
      style: 'running',
      name: jobName,
      reason:
        others === 0
          ? `${frameName} runs for ${time}`
          : `${count(frames.length)} frames; ${frameName} runs for ${time}`,
      address: others === 0 ? frameAddress(jobName, frameName) : jobAddress(jobName),
    };
  });
}

function tellDown(host: Host): readonly Stuck[] {
  const { word, style } = conditionOf(host);
  if (style !== 'down') return [];
  const silence = secondsSince(host.pingedAt);
  return [
    {
      key: `down ${host.id}`,
      kind: 'Host down',
      style: 'down',
      name: host.name,
      reason: silence === undefined ? word : `last heard of ${duration(silence)} ago`,
      address: hostAddress(host.name),
    },
  ];
}

function waitsInVain({ isPaused, submittedAt, jobStats }: Job): boolean {
  if (isPaused || jobStats.waitingFrames === 0 || jobStats.runningFrames > 0) return false;
  return (secondsSince(submittedAt) ?? 0) > patienceSeconds;
}

function tellWaiting({ name, jobStats }: Job): Stuck {
  return {
    key: `waiting ${name}`,
    kind: 'Nothing runs',
    style: 'waiting',
    name,
    reason: `${counted(jobStats.waitingFrames, 'frame waits', 'frames wait')}, and none runs`,
    address: jobAddress(name),
  };
}

function tellShareless(name: string): Stuck {
  return {
    key: `shareless ${name}`,
    kind: 'No share',
    style: 'waiting',
    name,
    reason: 'has pending jobs, and no share of any allocation',
  };
}

/** Where on this page a job is. */
export function jobAddress(name: string): string {
  return `#job/${encodeURIComponent(name)}`;
}

/** Where on this page a frame's way is. */
export function frameAddress(job: string, frame: string): string {
  return `#frame/${encodeURIComponent(job)}/${encodeURIComponent(frame)}`;
}

/** Where on this page a host is. */
export function hostAddress(name: string): string {
  return `#host/${encodeURIComponent(name)}`;
}
