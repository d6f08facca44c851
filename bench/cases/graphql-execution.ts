import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { getIntrospectionQuery } from 'graphql';

import { type BenchCase, median } from '../bench-case.ts';
import { type Load, type Program, sendLoad, startProgram } from '../load.ts';

const rounds = 5;

/** A request, and how often a round sends it. */
interface Subject {
  readonly name: string;
  readonly query: (jobId: string, jobIds: readonly string[]) => string;
  readonly requests: number;
  /** What REST is asked for the same rows. */
  readonly rest?: { readonly rpc: string; readonly body: (jobId: string) => object };
}

const frameFields =
  'id name layerName number state retryCount exitStatus dispatchOrder startTime stopTime maxRss usedMemory reservedMemory ' +
  'reservedGpuMemory lastResource checkpointState checkpointCount totalCoreTime lluTime totalGpuTime maxGpuMemory ' +
  'usedGpuMemory maxPss usedPss eligibleTime submissionTime frameStateDisplayOverride { state text color { red green blue } } ';
const jobFields = 'id name state shot show user group facility priority isPaused';
const hostFields =
  'id name allocName nimbyEnabled hasComment cores idleCores memory idleMemory gpuMemory idleGpuMemory totalSwap freeSwap ' +
  'totalMcp freeMcp load bootTime pingTime os state';

const getFrames = (fields: string) => (id: string) =>
  `{ jobGetFrames(job: { id: "${id}" }, req: { limit: 1000 }) { frames { frames { ${fields} } } } }`;
const framesByRest = {
  rpc: 'job.JobInterface/GetFrames',
  body: (id: string) => ({ job: { id }, req: { limit: 1_000 } }),
};

const subjects: readonly Subject[] = [
  { name: 'GetFrames, 1,000 rows, all fields', query: getFrames(frameFields), requests: 60, rest: framesByRest },
  {
    name: 'GetFrames, 1,000 rows, 8 fields',
    query: getFrames('id name number state retryCount startTime stopTime lastResource'),
    requests: 60,
    rest: framesByRest,
  },
  {
    name: 'GetJobs, 2,000 rows, 10 fields',
    query: () => `{ jobGetJobs(r: {}) { jobs { jobs { ${jobFields} } } } }`,
    requests: 30,
  },
  { name: 'jobs, 2,000 rows, 10 fields', query: () => `{ jobs { ${jobFields} submittedAt } }`, requests: 30 },
  { name: 'hosts, 20 fields', query: () => `{ hosts { ${hostFields} } }`, requests: 200 },
  { name: 'introspection', query: () => getIntrospectionQuery(), requests: 20 },
  {
    name: 'jobs → layers → frames, 200 jobs',
    query: (_, ids) =>
      `{ jobs(where: { ids: ${JSON.stringify(ids)} }) { name layers { name frames(limit: 20) { name state } } } }`,
    requests: 3,
  },
  {
    name: 'FindShow',
    query: () => '{ showFindShow(name: "testing") { show { id name active } } }',
    requests: 500,
    rest: { rpc: 'show.ShowInterface/FindShow', body: () => ({ name: 'testing' }) },
  },
];

/** Compiled execution next to graphql-js on the same build, and next to REST for the same rows. */
export const bench: BenchCase = {
  name: 'graphql-execution',
  question:
    'What does a GraphQL operation cost the gateway’s process, next to graphql-js, and next to REST for the same rows?',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-bench-'));
    const cuebot = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/cuebot.ts'],
      { BENCH_JOBS: '2000' },
      /(127\.0\.0\.1:\d+)/,
    );
    const start = (executor: string) =>
      startProgram(
        ['--import', './bench/programs/longest-turn.mjs', 'dist/cli.js', 'serve'],
        {
          CUEBOT_ENDPOINT: cuebot.url,
          AUTH: 'none',
          REST_PORT: '0',
          LOG_LEVEL: 'info',
          GRAPHQL_EXECUTOR: executor,
          LONGEST_TURN_FILE: join(folder, executor),
        },
        /"url":"([^"]+)"/,
      );
    const programs = [await start('compiled'), await start('reference')] as const;
    const [compiled, reference] = programs;
    const turnOf = async (program: Program, name: string, load: Load, requests: number) => {
      program.signal('SIGUSR2');
      await wait(200);
      await sendLoad(load, requests, 1);
      program.signal('SIGUSR2');
      await wait(200);
      return Number(readFileSync(join(folder, name), 'utf8'));
    };
    try {
      const jobId = await idOf(compiled, 'testing-shot01-kim_wedge_v001');
      const jobIds = await firstJobs(compiled, 200);
      const rows: string[][] = [];
      for (const { name, query, requests, rest } of subjects) {
        const loads: { readonly program: Program; readonly load: Load }[] = programs.map((program) => ({
          program,
          load: loadOf(`${program.url}/graphql`, { query: query(jobId, jobIds) }),
        }));
        if (rest !== undefined) {
          loads.push({ program: compiled, load: loadOf(`${compiled.url}/${rest.rpc}`, rest.body(jobId)) });
        }
        for (const { load } of loads) await assertAnswered(load);
        const [ours, theirs, byRest] = await measure(loads, requests);
        const few = Math.min(requests, 20);
        const turns = [
          await turnOf(compiled, 'compiled', loads[0]!.load, few),
          await turnOf(reference, 'reference', loads[1]!.load, few),
        ];
        rows.push([
          name,
          ours!.toFixed(2),
          theirs!.toFixed(2),
          (theirs! / ours!).toFixed(1),
          byRest === undefined ? '' : byRest.toFixed(2),
          byRest === undefined ? '' : (ours! / byRest).toFixed(2),
          ...turns.map((turn) => turn.toFixed(1)),
        ]);
      }
      return {
        columns: [
          'operation',
          'compiled, ms of CPU',
          'graphql-js, ms of CPU',
          'times as cheap',
          'REST, ms of CPU',
          'times REST',
          'longest turn, ms',
          'of graphql-js, ms',
        ],
        rows,
        notes: [
          `Medians of ${rounds} rounds, one request at a time, whole processes, in turns; a demo farm of 2,000 jobs in a process of its own.`,
          'The longest turn of the event loop is in processor time, garbage collection included.',
          'Introspection alone is remembered whichever executor there is.',
        ],
      };
    } finally {
      for (const program of [...programs, cuebot]) program.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

function loadOf(url: string, body: object): Load {
  return { url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** What is answered by errors would be cheap. */
async function assertAnswered({ url, headers, body }: Load): Promise<void> {
  const answer = (await (await fetch(url, { method: 'POST', headers, body })).json()) as { errors?: unknown };
  if (answer.errors !== undefined)
    throw new Error(`${body.slice(0, 200)}: ${JSON.stringify(answer.errors).slice(0, 500)}`);
}

/** Processor time per request of each load, in milliseconds; they take turns. */
async function measure(
  loads: readonly { readonly program: Program; readonly load: Load }[],
  requests: number,
): Promise<readonly number[]> {
  const times = loads.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { program, load }] of loads.entries()) {
      const before = program.cpuMs();
      await sendLoad(load, requests, 1);
      // The first round warms up.
      if (round > 0) times[index]?.push((program.cpuMs() - before) / requests);
    }
  }
  return times.map(median);
}

async function firstJobs({ url }: Program, count: number): Promise<readonly string[]> {
  const answer = await fetch(`${url}/job.JobInterface/GetJobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const { jobs } = (await answer.json()) as { jobs: { jobs: { id: string }[] } };
  return jobs.jobs.slice(0, count).map(({ id }) => id);
}

async function idOf({ url }: Program, name: string): Promise<string> {
  const answer = await fetch(`${url}/job.JobInterface/FindJob`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const { job } = (await answer.json()) as { job: { id: string } };
  return job.id;
}
