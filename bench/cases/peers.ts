import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SignJWT } from 'jose';
import protobuf from 'protobufjs';

import { type BenchCase, median } from '../bench-case.ts';
import { type Load, type Program, sendLoad, startProgram } from '../load.ts';
import { processorTimeMs } from '../processor-time.ts';
import { busiestFunctions, readProfile } from '../profile.ts';

const rounds = 5;
const connections = 4;
const secret = process.env['BENCH_JWT_SECRET'] ?? 'only-for-benches-9f2c1d7a4b8e6035-c4e1';

/** What is asked for. Every request has another number, and is like no other. */
interface Subject {
  readonly name: string;
  readonly rpc: string;
  readonly types: readonly [file: string, request: string];
  readonly requests: number;
  readonly body: (farm: Farm, number: number) => object;
  /** The same by GraphQL. */
  readonly query?: (farm: Farm, number: number) => string;
  /** What the processor time may be, in that of the Go gateway: by grpc-js, and by node:http2. */
  readonly goals: readonly [grpcJs: number, http2: number];
}

interface Farm {
  readonly shows: readonly string[];
  readonly jobs: readonly string[];
  readonly largeJob: string;
}

const pick = <Value>(values: readonly Value[], number: number): Value => values[number % values.length]!;

const frames = (limit: number, requests: number): Subject => ({
  name: `GetFrames, ${limit.toLocaleString('en')} rows`,
  rpc: 'job.JobInterface/GetFrames',
  types: ['job', 'JobGetFramesRequest'],
  requests,
  // A page that nothing reads makes no difference to the rows.
  body: ({ largeJob }, number) => ({ job: { id: largeJob, priority: number }, req: { page: 1, limit } }),
  goals: [0.25, 0.25],
});
const list = (rows: number, requests: number, body: Subject['body'], kind: 'Job' | 'Host'): Subject => ({
  name: `Get${kind}s, ${rows.toLocaleString('en')} rows`,
  rpc: `${kind.toLowerCase()}.${kind}Interface/Get${kind}s`,
  types: [kind.toLowerCase(), `${kind}Get${kind}sRequest`],
  requests,
  body,
  goals: [0.25, 0.25],
});
const someJobs =
  (rows: number): Subject['body'] =>
  ({ jobs }, number) => ({ r: { ids: Array.from({ length: rows }, (_, index) => pick(jobs, number + index)) } });

const subjects: readonly Subject[] = [
  {
    name: 'FindShow',
    rpc: 'show.ShowInterface/FindShow',
    types: ['show', 'ShowFindShowRequest'],
    requests: 600,
    body: ({ shows }, number) => ({ name: pick(shows, number) }),
    query: ({ shows }, number) => `{ showFindShow(name: "${pick(shows, number)}") { show { id name active } } }`,
    goals: [1.5, 1.2],
  },
  {
    name: 'SetPriority',
    rpc: 'job.JobInterface/SetPriority',
    types: ['job', 'JobSetPriorityRequest'],
    requests: 600,
    body: ({ jobs }, number) => ({ job: { id: pick(jobs, number) }, val: 1 + (number % 1_000) }),
    goals: [2, 1.5],
  },
  frames(10, 200),
  frames(100, 100),
  frames(1_000, 30),
  list(20, 150, someJobs(20), 'Job'),
  list(200, 40, someJobs(200), 'Job'),
  list(2_000, 10, (_, number) => ({ r: { substr: ['%', `none-${number}`] } }), 'Job'),
  list(10, 150, (_, number) => ({ r: { regex: ['1$', `none-${number}`] } }), 'Host'),
  list(500, 20, (_, number) => ({ r: { substr: ['%', `none-${number}`] } }), 'Host'),
];

/** A gateway under measurement; absent bodies mean that it does not know the subject. */
interface Candidate {
  readonly name: string;
  readonly cpuMs: () => number;
  readonly load: (subject: Subject, number: number) => Load | undefined;
}

/** Everything that a user might pick in place of cuegate, and the floors below, in one run. */
export const bench: BenchCase = {
  name: 'peers',
  question: 'What does a request cost the gateway’s process, next to the Go gateway, a plain program, and the floors?',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-bench-'));
    const programs: Program[] = [];
    const start = async (
      words: readonly string[],
      environment: Readonly<Record<string, string>>,
      announcement: RegExp,
    ) => {
      const program = await startProgram(words, environment, announcement);
      programs.push(program);
      return program;
    };
    const typescript = (name: string) => ['test/run-typescript.mjs', '--no-build', `bench/programs/${name}.ts`];
    try {
      const farmSize = { BENCH_JOBS: '2000', BENCH_HOSTS: '500', BENCH_SHOWS: '400' };
      // A peer that is given by URL calls a Cuebot of its own choice: whoever starts it starts that, too.
      const cuebot = process.env['BENCH_CUEBOT'] ?? (await start(typescript('cuebot'), farmSize, /(127\.\S+)/)).url;
      const serve = (name: string, more: Readonly<Record<string, string>> = {}, flags: readonly string[] = []) =>
        start(
          [...flags, '--import', './bench/programs/longest-turn.mjs', 'dist/cli.js', 'serve'],
          {
            CUEBOT_ENDPOINT: cuebot,
            AUTH: 'jwt',
            JWT_SECRET: secret,
            JWT_SECRET_LEVEL: 'everything',
            HOST: '127.0.0.1',
            REST_PORT: '0',
            AUDIT_FILE: join(folder, `${name}.audit`),
            LONGEST_TURN_FILE: join(folder, `${name}.turn`),
            ...more,
          },
          /"url":"([^"]+)"/,
        );
      const byGrpcJs = await serve('grpc-js');
      const byHttp2 = await serve('http2', { UPSTREAM_TRANSPORT: 'http2' });
      const floor = (name: string) => start(typescript(name), { CUEBOT_ENDPOINT: cuebot }, /(http:\S+)/);
      const [plain, grpcJsFloor, http2Floor, finished] = [
        await floor('plain-gateway'),
        await floor('grpc-js-floor'),
        await floor('http2-floor'),
        await floor('finished-body'),
      ];

      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('bench')
        .setExpirationTime('2h');
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${await token.sign(Buffer.from(secret))}`,
      };
      const ask = async (rpc: string, body: object) => {
        const answer = await fetch(`${byGrpcJs.url}/${rpc}`, { method: 'POST', headers, body: JSON.stringify(body) });
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(`${rpc} answered ${answer.status}: ${text.slice(0, 300)}`);
        return text;
      };
      const farm = await readFarm(ask);
      const json =
        (url: string) =>
        ({ rpc, body }: Subject, number: number): Load => ({
          url: `${url}/${rpc}`,
          headers,
          body: JSON.stringify(body(farm, number)),
        });
      const encoded = (url: string) => (subject: Subject, number: number) => ({
        ...json(url)(subject, number),
        body: encode(subject, subject.body(farm, number)),
      });
      const graphql =
        (url: string) =>
        ({ query }: Subject, number: number): Load | undefined =>
          query && { url, headers, body: JSON.stringify({ query: query(farm, number) }) };
      const candidates: Candidate[] = [
        { name: 'grpc-js', cpuMs: byGrpcJs.cpuMs, load: json(byGrpcJs.url) },
        { name: 'http2', cpuMs: byHttp2.cpuMs, load: json(byHttp2.url) },
        { name: 'GraphQL', cpuMs: byGrpcJs.cpuMs, load: graphql(`${byGrpcJs.url}/graphql`) },
        { name: 'plain', cpuMs: plain.cpuMs, load: json(plain.url) },
        { name: 'grpc-js floor', cpuMs: grpcJsFloor.cpuMs, load: encoded(grpcJsFloor.url) },
        { name: 'http2 floor', cpuMs: http2Floor.cpuMs, load: encoded(http2Floor.url) },
        {
          name: 'finished body',
          cpuMs: finished.cpuMs,
          load: (subject, number) => {
            const load = json(finished.url)(subject, number);
            return { ...load, headers: { ...load.headers, 'x-kind': subject.name } };
          },
        },
      ];
      const peer = peerOf('BENCH_PEER_REST');
      if (peer !== undefined) candidates.push({ name: 'Go', cpuMs: peer.cpuMs, load: json(peer.url) });
      const peerGraphql = peerOf('BENCH_PEER_GRAPHQL');
      if (peerGraphql !== undefined) {
        candidates.push({
          name: 'peer by GraphQL',
          cpuMs: peerGraphql.cpuMs,
          load: meshLoad(peerGraphql.url, farm, headers),
        });
      }

      const rows: string[][] = [];
      const goals: string[] = [];
      const profiles: string[] = [];
      let number = 0;
      for (const subject of subjects) {
        const body = await ask(subject.rpc, subject.body(farm, number++));
        const kind = { 'content-type': 'application/json', 'x-kind': subject.name };
        await fetch(finished.url, { method: 'POST', headers: kind, body });
        const times = new Map(candidates.map(({ name }) => [name, [] as number[]]));
        for (let round = 0; round <= rounds; round += 1) {
          for (const { name, cpuMs, load } of candidates) {
            if (load(subject, 0) === undefined) continue;
            const before = cpuMs();
            await sendLoad(() => load(subject, number++)!, subject.requests, connections);
            // The first round warms up.
            if (round > 0) times.get(name)?.push((cpuMs() - before) / subject.requests);
          }
        }
        const cost = (name: string) => median(times.get(name) ?? []);
        byGrpcJs.signal('SIGUSR2');
        await wait(200);
        await sendLoad(() => json(byGrpcJs.url)(subject, number++), Math.min(subject.requests, 20), 1);
        byGrpcJs.signal('SIGUSR2');
        await wait(200);
        const turnMs = Number(readFileSync(join(folder, 'grpc-js.turn'), 'utf8'));
        rows.push([
          subject.name,
          ...candidates.map(({ name }) =>
            Number.isNaN(cost(name)) ? '' : `${cost(name).toFixed(3)} (${(cost(name) / cost('grpc-js')).toFixed(2)})`,
          ),
          turnMs.toFixed(1),
        ]);
        const judge = (what: string, ratio: number, most: number) =>
          Number.isNaN(ratio)
            ? `* ${what}: goal ≤ ${most}, not measured`
            : `* ${what}: goal ≤ ${most}, ${ratio.toFixed(2)}, ${ratio <= most ? 'met' : '**missed**'}`;
        goals.push(judge(`${subject.name} by grpc-js, times Go`, cost('grpc-js') / cost('Go'), subject.goals[0]));
        goals.push(judge(`${subject.name} by http2, times Go`, cost('http2') / cost('Go'), subject.goals[1]));
        if (subject.query !== undefined) {
          goals.push(judge(`${subject.name} by GraphQL, times REST`, cost('GraphQL') / cost('grpc-js'), 1.5));
        }
        if (subject.name === 'GetFrames, 1,000 rows')
          goals.push(judge(`${subject.name}, longest turn in ms`, turnMs, 5));

        const place = join(folder, `profile-${rows.length}`);
        mkdirSync(place);
        const profiled = await serve(`profiled-${rows.length}`, {}, ['--cpu-prof', '--cpu-prof-dir', place]);
        await sendLoad(() => json(profiled.url)(subject, number++), 3 * subject.requests, connections);
        profiled.signal('SIGTERM');
        profiles.push(`* ${subject.name}: ${busiestFunctions(await readProfile(place), 10).join(', ')}`);
      }
      return {
        columns: ['request', ...candidates.map(({ name }) => `${name}, ms of CPU (times)`), 'longest turn, ms'],
        rows,
        notes: [
          `Medians of ${rounds} rounds in turns, ${connections} connections, whole processes, no request like another; in brackets, ` +
            'times what cuegate costs by REST and grpc-js. cuegate checks a token and rights, and writes its audit to a file; the Go ' +
            'gateway checks the same token. The plain program and the floors check nothing, and the floors know no JSON. The longest ' +
            'turn of cuegate’s event loop is in processor time, without garbage collection.',
          `Goals:\n\n${goals.join('\n')}`,
          ...(peer === undefined
            ? [
                'No Go gateway was given (`BENCH_PEER_REST=URL BENCH_PEER_REST_PID=PID BENCH_CUEBOT=HOST:PORT`): its column is left out.',
              ]
            : []),
          ...(peerGraphql === undefined
            ? [
                'No other GraphQL gateway was given (`BENCH_PEER_GRAPHQL=URL BENCH_PEER_GRAPHQL_PID=PID`): its column is left out.',
              ]
            : []),
          `Where the time of cuegate’s process goes, by function, its start included:\n\n${profiles.join('\n')}`,
        ],
      };
    } finally {
      for (const program of programs) program.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

/** Another gateway, started by whoever runs the bench, with BENCH_JWT_SECRET as its secret. */
function peerOf(variable: string): { readonly url: string; readonly cpuMs: () => number } | undefined {
  const [url, pid] = [process.env[variable], Number(process.env[`${variable}_PID`])];
  if (url === undefined) return undefined;
  if (!(pid > 0)) throw new Error(`${variable} is ${url}; expected the id of its process in ${variable}_PID, too`);
  return { url: url.replace(/\/$/, ''), cpuMs: () => processorTimeMs(pid) };
}

/** GraphQL Mesh, and so Hive Gateway, names the field of an RPC package_Service_Method and its argument input. */
function meshLoad(url: string, { shows }: Farm, headers: Load['headers']): Candidate['load'] {
  return ({ query }, number) =>
    query && {
      url,
      headers,
      body: JSON.stringify({
        query: `{ show_ShowInterface_FindShow(input: { name: "${pick(shows, number)}" }) { show { id name active } } }`,
      }),
    };
}

function encode({ types: [file, type] }: Subject, request: object): Buffer<ArrayBuffer> {
  const message = rootOf(file).lookupType(`${file}.${type}`);
  return Buffer.from(message.encode(message.fromObject(request)).finish());
}

const roots = new Map<string, protobuf.Root>();

function rootOf(file: string): protobuf.Root {
  const known = roots.get(file);
  if (known !== undefined) return known;
  const root = protobuf.loadSync(`proto/${file}.proto`);
  roots.set(file, root);
  return root;
}

async function readFarm(ask: (rpc: string, body: object) => Promise<string>): Promise<Farm> {
  const { shows } = JSON.parse(await ask('show.ShowInterface/GetShows', {})) as {
    shows: { shows: { name: string }[] };
  };
  const { jobs } = JSON.parse(await ask('job.JobInterface/GetJobs', { r: {} })) as { jobs: { jobs: { id: string }[] } };
  const { job } = JSON.parse(await ask('job.JobInterface/FindJob', { name: 'testing-shot01-kim_wedge_v001' })) as {
    job: { id: string };
  };
  return { shows: shows.shows.map(({ name }) => name), jobs: jobs.jobs.map(({ id }) => id), largeJob: job.id };
}
