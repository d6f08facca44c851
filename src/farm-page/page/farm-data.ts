/** What the operations in `operations/` are answered with, as far as the page reads it. Times are as GraphQL writes them. */

/** How many frames of a job or a layer are in which state. */
export interface FrameCounts {
  readonly totalFrames: number;
  readonly succeededFrames: number;
  readonly runningFrames: number;
  readonly waitingFrames: number;
  readonly dependFrames: number;
  readonly deadFrames: number;
  readonly eatenFrames: number;
}

/** A pending job. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly show: string;
  readonly shot: string;
  readonly user: string;
  readonly isPaused: boolean;
  readonly priority: number;
  readonly submittedAt: string | null;
  readonly jobStats: FrameCounts & { readonly reservedCores: number; readonly highFrameSec: number };
}

/** Something that runs on a host. */
export interface Proc {
  readonly id: string;
  readonly jobName: string;
  readonly frameName: string;
  readonly reservedCores: number;
  readonly dispatchedAt: string | null;
}

/** A render host. */
export interface Host {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly lockState: string;
  readonly cores: number;
  readonly idleCores: number;
  readonly loadAverage: number;
  readonly pingedAt: string | null;
  /** Not asked for on a large farm. */
  readonly procs?: readonly Proc[];
}

interface AllocationStats {
  readonly hosts: number;
  readonly downHosts: number;
  readonly lockedHosts: number;
  readonly cores: number;
  readonly runningCores: number;
  readonly idleCores: number;
  readonly lockedCores: number;
}

interface ShowAnswer {
  readonly id: string;
  readonly name: string;
  readonly showStats: {
    readonly runningFrames: number;
    readonly pendingFrames: number;
    readonly deadFrames: number;
    readonly pendingJobs: number;
    readonly reservedCores: number;
  };
  /** In no order that matters; on a large farm those that move most. */
  readonly jobs: readonly Job[] | null;
}

/** The answer to the subscription `Farm`. */
export interface FarmAnswer {
  readonly allocations:
    | readonly {
        readonly name: string;
        readonly stats: AllocationStats;
        readonly hosts: readonly Host[] | null;
        readonly subscriptions:
          | readonly {
              readonly id: string;
              readonly sizeCores: number;
              readonly burstCores: number;
              readonly usedCores: number;
              readonly show: ShowAnswer | null;
            }[]
          | null;
      }[]
    | null;
}

/** A share that a show has of an allocation; in cores. */
export interface Share {
  readonly id: string;
  readonly allocation: string;
  readonly size: number;
  readonly burst: number;
  readonly used: number;
}

/** A show, once. */
export interface Show extends Omit<ShowAnswer, 'jobs'> {
  readonly shares: readonly Share[];
}

/** An allocation with its hosts, by name. */
export interface Allocation {
  readonly name: string;
  readonly stats: AllocationStats;
  readonly hosts: readonly Host[];
}

/** The farm, with everything in it once. */
export interface Farm {
  readonly allocations: readonly Allocation[];
  readonly shows: readonly Show[];
  /** On a large farm those that move most of each show. */
  readonly jobs: readonly Job[];
}

/** Makes a farm of an answer, in which a show comes once for each of its shares. Allocations without hosts are left out. */
export function readFarm(answer: FarmAnswer): Farm | undefined {
  if (answer.allocations === null) return undefined;
  const shows = new Map<string, { readonly show: ShowAnswer; readonly shares: Share[] }>();
  for (const { name, subscriptions } of answer.allocations) {
    for (const { id, sizeCores, burstCores, usedCores, show } of subscriptions ?? []) {
      if (show === null) continue;
      const known = shows.get(show.id) ?? { show, shares: [] };
      known.shares.push({ id, allocation: name, size: sizeCores, burst: burstCores, used: usedCores });
      shows.set(show.id, known);
    }
  }
  const answers = [...shows.values()];
  return {
    allocations: answer.allocations
      .filter(({ hosts }) => hosts !== null && hosts.length > 0)
      .map(({ name, stats, hosts }) => ({ name, stats, hosts: (hosts ?? []).toSorted(byName) })),
    shows: answers.map(({ show: { jobs: _, ...show }, shares }) => ({ ...show, shares })).toSorted(byName),
    jobs: answers.flatMap(({ show }) => show.jobs ?? []),
  };
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}

/** What the visitor may do, and how large the farm is: the answer to `Begin`. */
export interface BeginAnswer {
  readonly viewer: {
    readonly subject: string;
    readonly expiresAt: string | null;
    readonly mayPause: boolean;
    readonly mayResume: boolean;
    readonly mayRetryJob: boolean;
    readonly mayKillJob: boolean;
    readonly mayRetryFrame: boolean;
    readonly mayKillFrame: boolean;
  } | null;
  readonly allocations: readonly { readonly name: string; readonly stats: { readonly hosts: number } }[] | null;
  readonly shows: readonly { readonly name: string; readonly showStats: { readonly pendingJobs: number } }[] | null;
}

/** A row of a list of frames. */
export interface FrameRow {
  readonly id: string;
  readonly name: string;
  readonly number: number;
  readonly layerName: string;
  readonly state: string;
  readonly exitStatus: number;
  readonly retryCount: number;
  readonly hostName: string | null;
  readonly startedAt: string | null;
  readonly stoppedAt: string | null;
  readonly logUpdatedAt: string | null;
  /** 64 bits, as text. */
  readonly maxRssBytes: string;
}

/** The answer to `JobDetails`; null: no pending job has this name. */
export interface JobAnswer {
  readonly job:
    | (Job & {
        readonly group: string;
        readonly facility: string;
        readonly minCores: number;
        readonly maxCores: number;
        readonly logDir: string;
        readonly jobStats: { readonly maxRssBytes: string };
        readonly layers:
          | readonly {
              readonly id: string;
              readonly name: string;
              readonly type: string;
              readonly layerStats: FrameCounts & { readonly avgFrameSec: number };
            }[]
          | null;
        readonly dead: readonly FrameRow[] | null;
        readonly running: readonly FrameRow[] | null;
      })
    | null;
}

/** The answer to `FrameWay`; null: no pending job has this name. */
export interface FrameAnswer {
  readonly job: {
    readonly id: string;
    readonly name: string;
    readonly show: string;
    readonly user: string;
    readonly group: string;
    readonly priority: number;
    readonly isPaused: boolean;
    readonly logDir: string;
    readonly frames:
      | readonly (FrameRow & {
          readonly reservedMemoryBytes: string;
          readonly usedMemoryBytes: string;
          readonly layer: {
            readonly name: string;
            readonly type: string;
            readonly serviceNames: readonly string[];
            readonly tags: readonly string[];
            readonly minCores: number;
            readonly minMemoryBytes: string;
            readonly layerStats: {
              readonly avgFrameSec: number;
              readonly highFrameSec: number;
              readonly totalFrames: number;
              readonly succeededFrames: number;
            };
          } | null;
          readonly host: (Omit<Host, 'procs' | 'pingedAt'> & { readonly allocName: string }) | null;
        })[]
      | null;
    readonly procs:
      | readonly {
          readonly id: string;
          readonly frameName: string;
          readonly reservedCores: number;
          readonly reservedMemoryBytes: string;
          readonly usedMemoryBytes: string;
          readonly pingedAt: string | null;
          readonly logPath: string;
        }[]
      | null;
  } | null;
}
