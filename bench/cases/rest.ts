import { type BenchCase, median } from '../bench-case.ts';
import { type Load, type Program, sendLoad, startProgram } from '../load.ts';

const rounds = 5;
const connections = 8;

/** What is asked for, and how often in a round. */
const subjects = [
  { name: 'FindShow', rpc: 'show.ShowInterface/FindShow', body: { name: 'testing' }, requests: 2_000 },
  {
    name: 'GetFrames, 1,000 frames',
    rpc: 'job.JobInterface/GetFrames',
    body: { job: { name: 'testing-shot01-kim_wedge_v001' }, req: { limit: 1_000 } },
    requests: 150,
  },
] as const;

/** The REST surface next to what anybody would write first: node:http, grpc-js and protobufjs' own JSON. */
export const bench: BenchCase = {
  name: 'rest',
  question: 'What does a REST request cost the gateway’s process, next to a plain one made of grpc-js and protobufjs?',
  run: async () => {
    const cuebot = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/cuebot.ts'],
      {},
      /(127\.0\.0\.1:\d+)/,
    );
    const settings = { CUEBOT_ENDPOINT: cuebot.url, AUTH: 'none', REST_PORT: '0', LOG_LEVEL: 'info' };
    const cuegate = await startProgram(['dist/cli.js', 'serve'], settings, /"url":"([^"]+)"/);
    const plain = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/plain-gateway.ts'],
      settings,
      /(http:\S+)/,
    );
    try {
      const rows: (readonly string[])[] = [];
      for (const { name, rpc, body, requests } of subjects) {
        const ids = 'job' in body ? { ...body, job: { id: await idOf(cuegate, body.job.name) } } : body;
        const load = (program: Program): Load => ({
          url: `${program.url}/${rpc}`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(ids),
        });
        const [ours, theirs] = await measure([cuegate, plain], load, requests);
        rows.push([name, ours!.toFixed(3), theirs!.toFixed(3), (theirs! / ours!).toFixed(1)]);
      }
      return {
        columns: ['request', 'cuegate, ms of CPU', 'plain, ms of CPU', 'times as cheap'],
        rows,
        notes: [
          `Medians of ${rounds} rounds, ${connections} connections, whole processes; the plain one checks nothing and has no lanes.`,
        ],
      };
    } finally {
      for (const program of [cuegate, plain, cuebot]) program.stop();
    }
  },
};

/** Processor time per request of each program, in milliseconds; the programs take turns. */
async function measure(
  programs: readonly Program[],
  load: (program: Program) => Load,
  requests: number,
): Promise<readonly number[]> {
  const times = programs.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, program] of programs.entries()) {
      const before = program.cpuMs();
      await sendLoad(load(program), requests, connections);
      // The first round warms up.
      if (round > 0) times[index]?.push((program.cpuMs() - before) / requests);
    }
  }
  return times.map(median);
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
