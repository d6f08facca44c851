import { Client, credentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

import { type BenchCase, median } from '../bench-case.ts';
import { type Load, type Program, sendLoad, startProgram } from '../load.ts';

const rounds = 7;
const requests = 1_000;
/** How many calls are under way at a time. */
const callers = [1, 8] as const;

const rpc = 'job.JobInterface/SetPriority';
const request = { job: { id: '0c4e6270-731e-4e53-be3e-d6f2037a6cca' }, val: 120 };

/** The same write by every door, and through a proxy that does nothing else. */
export const bench: BenchCase = {
  name: 'doors',
  question: 'What does one SetPriority cost the gateway’s process by each door, next to a bare proxy made of grpc-js?',
  run: async () => {
    const cuebot = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/cuebot.ts'],
      {},
      /(127\.0\.0\.1:\d+)/,
    );
    const settings = { CUEBOT_ENDPOINT: cuebot.url, AUTH: 'none', HOST: '127.0.0.1', REST_PORT: '0', GRPC_PORT: '0' };
    const cuegate = await startProgram(['dist/cli.js', 'serve'], settings, /"url":"([^"]+)".*"grpcPort":(\d+)/);
    const laneless = await startProgram(
      ['dist/cli.js', 'serve'],
      { ...settings, LANES: 'false' },
      /"url":"([^"]+)".*"grpcPort":(\d+)/,
    );
    const bare = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/plain-grpc-proxy.ts'],
      settings,
      /(127\.0\.0\.1:\d+)/,
    );
    const doors: readonly Door[] = [
      { name: 'a bare proxy, gRPC', program: bare, send: callBy(bare.url) },
      { name: 'gRPC', program: cuegate, send: callBy(`127.0.0.1:${cuegate.announced[0]}`) },
      { name: 'gRPC, without lanes', program: laneless, send: callBy(`127.0.0.1:${laneless.announced[0]}`) },
      ...postsOf(cuegate.url).map(({ name, ...load }) => ({
        name,
        program: cuegate,
        send: (atOnce: number) => sendLoad(load, requests, atOnce),
      })),
    ];
    try {
      const times = [await measure(doors, callers[0]), await measure(doors, callers[1])] as const;
      return {
        columns: ['door', ...callers.flatMap((count) => [`ms of CPU, ${count} at a time`, 'times the bare proxy'])],
        rows: doors.map(({ name }, index) => [
          name,
          ...times.flatMap((column) => [column[index]!.toFixed(3), (column[index]! / column[0]!).toFixed(2)]),
        ]),
        notes: [
          `Medians of ${rounds} rounds of ${requests} calls, whole processes. Each write through cuegate leaves an audit record in the log, ` +
            'and its lane sends one at a time, however many have come; the bare proxy knows of neither, and what it sends ' +
            'and receives in one go costs it less. LANES=false shows how much of the difference that is.',
        ],
      };
    } finally {
      for (const program of [cuegate, laneless, bare, cuebot]) program.stop();
    }
  },
};

/** A way in, and how the calls of a round are sent by it. */
interface Door {
  readonly name: string;
  readonly program: Program;
  readonly send: (atOnce: number) => Promise<void>;
}

/** Processor time per call, in milliseconds; the doors take turns. */
async function measure(doors: readonly Door[], atOnce: number): Promise<readonly number[]> {
  const times = doors.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { program, send }] of doors.entries()) {
      const before = program.cpuMs();
      await send(atOnce);
      // The first round warms up.
      if (round > 0) times[index]?.push((program.cpuMs() - before) / requests);
    }
  }
  return times.map(median);
}

/** The request in protobuf's encoding. */
const message = (() => {
  const root = protobuf.loadSync(['proto/job.proto']);
  return Buffer.from(root.lookupType('job.JobSetPriorityRequest').encode(request).finish());
})();

const bytes = (value: Buffer) => value;

function callBy(address: string): Door['send'] {
  const client = new Client(address, credentials.createInsecure());
  return async (atOnce) => {
    let left = requests;
    const caller = async () => {
      while (left-- > 0) {
        await new Promise<void>((resolve, reject) => {
          client.makeUnaryRequest(`/${rpc}`, bytes, bytes, message, (error) => (error ? reject(error) : resolve()));
        });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
  };
}

/** The doors of HTTP. A frame of gRPC-Web begins with its flags and its length. */
function postsOf(url: string): readonly (Load & { readonly name: string })[] {
  const post = (name: string, headers: Readonly<Record<string, string>>, body: Load['body']) => ({
    name,
    url: `${url}/${rpc}`,
    headers,
    body,
  });
  const json = JSON.stringify(request);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  const query = 'mutation Set($job: JobKeyInput!, $val: Int) { jobSetPriority(job: $job, val: $val) { __typename } }';
  return [
    post('REST', { 'content-type': 'application/json' }, json),
    post('Connect, JSON', { 'content-type': 'application/json', 'connect-protocol-version': '1' }, json),
    post('Connect, proto', { 'content-type': 'application/proto', 'connect-protocol-version': '1' }, message),
    post('gRPC-Web', { 'content-type': 'application/grpc-web+proto' }, Buffer.concat([frame, message])),
    {
      ...post('GraphQL', { 'content-type': 'application/json' }, JSON.stringify({ query, variables: request })),
      url: `${url}/graphql`,
    },
  ];
}
