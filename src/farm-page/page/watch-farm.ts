import type { GatewayClient, GraphqlError, GraphqlResult } from '../../web-pages/page/gateway-client.ts';

import { type BeginAnswer, type Farm, type FarmAnswer, type Job, readFarm } from './farm-data.ts';
import farmOperations from './operations/farm.graphql';

/** How things stand with the answers. */
export type Connection =
  | { readonly kind: 'connecting' | 'live' | 'lost' | 'refused' }
  /** Answers come, and tell that something cannot be known; or there is no answer at all. */
  | { readonly kind: 'failing'; readonly problem: string };

/** Told what happens. */
export interface FarmWatcher {
  readonly onBegin: (answer: BeginAnswer, isLarge: boolean) => void;
  readonly onFarm: (farm: Farm) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** From so many hosts or pending jobs on, not all jobs are followed, and what runs on each host is left out. */
const large = { hosts: 500, jobs: 400 };

/** How many jobs of each show are followed on a large farm. */
export const busiestJobs = 3;

/** How often to look, in milliseconds; of a large farm as often as the gateway finds right. */
const everyMs = 2_000;

/** How long to wait before everything is tried anew, in milliseconds. */
const pauseMs = 5_000;

/**
 * Follows the farm until the signal fires, or the gateway does not know the visitor any more. Whatever else goes wrong is told,
 * and tried again.
 */
export async function watchFarm(client: GatewayClient, watcher: FarmWatcher, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    watcher.onConnection({ kind: 'connecting' });
    const begin = await client.ask({ query: farmOperations, operationName: 'Begin' }, false);
    if (signal.aborted) return;
    if (isRefusal(begin)) return watcher.onConnection({ kind: 'refused' });
    const answer = begin.data as BeginAnswer | null | undefined;
    if (answer?.allocations) {
      const isLarge = isLargeFarm(answer);
      watcher.onBegin(answer, isLarge);
      const ended = await followFarm(client, watcher, isLarge, signal);
      if (ended === 'refused') return;
    } else {
      watcher.onConnection({ kind: 'failing', problem: problemOf(begin) ?? 'The gateway told nothing' });
    }
    await pause(pauseMs, signal);
  }
}

function isLargeFarm({ allocations, shows }: BeginAnswer): boolean {
  const hosts = (allocations ?? []).reduce((sum, { stats }) => sum + stats.hosts, 0);
  const jobs = (shows ?? []).reduce((sum, { showStats }) => sum + showStats.pendingJobs, 0);
  return hosts >= large.hosts || jobs >= large.jobs;
}

async function followFarm(
  client: GatewayClient,
  watcher: FarmWatcher,
  isLarge: boolean,
  signal: AbortSignal,
): Promise<'refused' | 'ended'> {
  const variables = { jobsOfShow: isLarge ? busiestJobs : null, procs: !isLarge };
  const onLost = () => watcher.onConnection({ kind: 'lost' });
  let wasWhole = false;
  for await (const result of followLive(client, 'Farm', farmOperations, variables, isLarge, signal, onLost)) {
    if (isRefusal(result)) {
      watcher.onConnection({ kind: 'refused' });
      return 'refused';
    }
    const farm = result.data ? readFarm(result.data as FarmAnswer) : undefined;
    const problem = problemOf(result);
    // What was seen whole is better than what has holes, and the time beside it says how old it is.
    if (farm !== undefined && (problem === undefined || !wasWhole)) {
      watcher.onFarm(farm);
      wasWhole = problem === undefined;
    }
    watcher.onConnection(problem === undefined ? { kind: 'live' } : { kind: 'failing', problem });
  }
  return 'ended';
}

/**
 * Follows one of the page's subscriptions until the signal fires. A gateway that does not look as often as the page would is
 * followed in its own interval.
 */
export async function* followLive(
  client: GatewayClient,
  operationName: string,
  query: string,
  variables: object,
  isSlow: boolean,
  signal: AbortSignal,
  onLost: () => void = () => {},
): AsyncGenerator<GraphqlResult, void> {
  for (const interval of isSlow ? [{}] : [{ everyMs }, {}]) {
    const params = { query, operationName, variables: { ...variables, ...interval } };
    const results = client.follow(params, { isAsked: false, onLost })[Symbol.asyncIterator]();
    const stop = () => void results.return?.();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    let isTooOften = false;
    try {
      while (true) {
        const { done, value } = await results.next();
        if (done === true || signal.aborted) break;
        isTooOften = (value.errors ?? []).some(({ extensions }) => extensions?.reason === 'INTERVAL');
        if (isTooOften) break;
        yield value;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
    if (!isTooOften) return;
  }
}

/** Follows the jobs of one show until the signal fires. */
export async function watchJobs(
  client: GatewayClient,
  show: string,
  onJobs: (jobs: readonly Job[]) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const { data } of followLive(client, 'JobsOfShow', farmOperations, { show }, true, signal)) {
    const { jobs = null } = (data ?? {}) as { readonly jobs?: readonly Job[] | null };
    if (jobs !== null) onJobs(jobs);
  }
}

function isRefusal({ errors = [] }: GraphqlResult): boolean {
  return errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
}

/** What went wrong, for the visitor; undefined: nothing. */
export function problemOf({ errors = [] }: { readonly errors?: readonly GraphqlError[] }): string | undefined {
  const [first, ...others] = new Set(errors.map(({ message }) => message));
  if (first === undefined) return undefined;
  return others.length === 0 ? first : `${first} (and ${others.length} more)`;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
