import { setTimeout as wait } from 'node:timers/promises';

import { parseDefects } from '../../src/demo/farm/defects.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

import { strayWritesOf } from '../stray-writes.ts';
import type { PythonTools } from './python-tools.ts';
import type { TryToolsOptions } from './try-tools.ts';
import { type GatewayWay, openGateway } from './ways.ts';

/** By pycue, through the lanes. REST and GraphQL write beside it for as long as it takes. */
const calls = 20_000;

/** For comparison, where calls do go wrong. */
const comparedCalls = 2_000;

/** Programs that use pycue, each with so many calls under way. */
const programs = 2;
const threads = 8;

/** Writers by REST, and as many by GraphQL. */
const writers = 4;

/** What each does between two writes, in milliseconds: writes go before reads, and those of pycue shall not be slow for nothing. */
const pauseMs = 40;

/** However slow the machine is. */
const patient = { LANE_MAX_WAIT: '1h', GRPC_TIMEOUT: '1h' };

/**
 * A Cuebot that acts on another job or layer where calls overlap. pycue polls and writes through GRPC_PORT while others write by REST and
 * by GraphQL: nothing may go wrong. Without lanes, and where pycue goes past the gateway, much does.
 */
export async function tryLanes({ tools, table, folder }: TryToolsOptions): Promise<void> {
  const row = (way: string, { what, wrong, failed }: Told, expectsWrong: boolean) => {
    const expected = expectsWrong ? 'expected some to be wrong, to compare' : 'expected none to be wrong';
    const problems = [...(expectsWrong === wrong > 0 ? [] : [expected]), ...failed];
    table.add({ way, what, problem: problems.length === 0 ? undefined : problems.join('; ') });
  };
  const given = { tools, folder };
  row('GRPC_PORT', await hammer({ ...given, calls, settings: patient, isPast: false }), false);
  row(
    'GRPC_PORT, LANES=false',
    await hammer({ ...given, calls: comparedCalls, settings: { ...patient, LANES: 'false' }, isPast: false }),
    true,
  );
  row(
    'pycue at Cuebot itself',
    await hammer({ ...given, calls: comparedCalls, settings: patient, isPast: true }),
    true,
  );
}

interface HammerOptions {
  readonly tools: PythonTools;
  readonly folder: string;
  /** By pycue. */
  readonly calls: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Whether pycue goes to Cuebot past the gateway, where the others are. */
  readonly isPast: boolean;
}

interface Told {
  /** The counts, for people. */
  readonly what: string;
  readonly wrong: number;
  /** What went wrong in other ways. */
  readonly failed: readonly string[];
}

/** What hammer_lanes.py prints. */
interface PycueCounts {
  readonly polls: number;
  readonly wrong: number;
  readonly comments: number;
  readonly paths: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

async function hammer({ tools, folder, calls: total, settings, isPast }: HammerOptions): Promise<Told> {
  const cuebot = await createDemoCuebot({ defects: parseDefects('usual,lanes'), servantMs: () => 1 });
  const gateway = await openGateway(folder, cuebot.endpoint, settings);
  try {
    const words = [String(total / programs), String(threads)];
    const hosts = isPast ? cuebot.endpoint : gateway.cuebotHosts;
    const scripts = Array.from({ length: programs }, () => tools.start('hammer_lanes.py', words, hosts));
    // One after the other until here.
    for (const script of scripts) await script.nextLine();
    for (const script of scripts) script.send('go');
    let isOver = false;
    const jobs = [...cuebot.farm.jobs.values()].filter(({ state }) => state === 'PENDING').map(({ id }) => id);
    const writing = writeBeside(gateway, jobs, () => isOver);
    const lines = await Promise.all(scripts.map((script) => script.nextLine()));
    isOver = true;
    const beside = await writing;
    const pycue = lines.map((line): PycueCounts => JSON.parse(line ?? ''));
    const sum = (key: 'polls' | 'wrong' | 'comments' | 'paths' | 'failed') =>
      pycue.reduce((count, counts) => count + counts[key], 0);

    const strays = strayWritesOf(cuebot.farm);
    const comments = [...cuebot.farm.jobs.values()].flatMap((job) => job.comments.filter(isOurs));
    const missing = sum('comments') + beside.rest + beside.graphql - comments.length;
    const byPycue = `pycue ${sum('polls')} polls and ${sum('comments') + sum('paths')} writes`;
    return {
      what: `${byPycue}, REST ${beside.rest} writes, GraphQL ${beside.graphql} writes: ${sum('wrong')} polls and ${strays} writes met another object`,
      wrong: sum('wrong') + strays,
      failed: [
        ...(sum('failed') === 0
          ? []
          : [`${sum('failed')} failed by pycue: ${pycue.flatMap((one) => one.failures)[0]}`]),
        ...(beside.failures.length === 0 ? [] : [`${beside.failures.length} failed beside it: ${beside.failures[0]}`]),
        ...(missing === 0 ? [] : [`${missing} comments that were answered OK are missing`]),
      ],
    };
  } finally {
    await gateway.close();
    await cuebot.close();
  }
}

const isOurs = ({ subject }: { readonly subject: string }) => subject === 'whose';

/** Comments on jobs by REST and by GraphQL until it is over. @returns how many by which */
async function writeBeside(gateway: GatewayWay, jobs: readonly string[], isOver: () => boolean) {
  const counts = { rest: 0, graphql: 0, failures: [] as string[] };
  const query =
    'mutation ($job: JobKeyInput!, $comment: CommentInput) { jobAddComment(job: $job, newComment: $comment) { ok } }';
  const ways = {
    rest: (id: string) => ['/job.JobInterface/AddComment', { job: { id }, new_comment: commentOn(id) }] as const,
    graphql: (id: string) => ['/graphql', { query, variables: { job: { id }, comment: commentOn(id) } }] as const,
  };
  let next = 0;
  const write = async (way: keyof typeof ways): Promise<void> => {
    while (!isOver()) {
      const [path, body] = ways[way](jobs[next++ % jobs.length]!);
      const response = await fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { authorization: gateway.bearerOf(way), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (response.status === 200 && !text.includes('"errors"')) counts[way] += 1;
      else counts.failures.push(`${response.status} ${text.slice(0, 300)}`);
      await wait(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: writers }, () => [write('rest'), write('graphql')]).flat());
  return counts;
}

const commentOn = (id: string) => ({ subject: 'whose', message: id });
