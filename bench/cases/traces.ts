import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type BenchCase, median, middleHalf } from '../bench-case.ts';
import { type Load, measureInTurns, type Program, startProgram } from '../load.ts';

const rounds = 20;
const warmUpRounds = 3;
const requests = 2_000;
const connections = 8;

/** What OpenTelemetry costs a request that costs little else: three spans for each that is sampled. */
export const bench: BenchCase = {
  name: 'traces',
  question: 'What does tracing add to the cost of FindShow by REST, by how many traces are recorded?',
  run: async () => {
    const receiver = await takeEverything();
    const cuebot = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/cuebot.ts'],
      {},
      /(127\.0\.0\.1:\d+)/,
    );
    const start = (settings: Readonly<Record<string, string>>) =>
      startProgram(
        ['dist/cli.js', 'serve'],
        {
          CUEBOT_ENDPOINT: cuebot.url,
          AUTH: 'none',
          REST_PORT: '0',
          METRICS_PORT: '0',
          LOG_LEVEL: 'info',
          ...settings,
        },
        /"url":"([^"]+)".*"metrics":"([^"]+)"/,
      );
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}` };
    const sampled = { ...traced, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' };
    const subjects: readonly (readonly [name: string, program: Program])[] = [
      ['off', await start({})],
      ['off, once more', await start({})],
      ['none of them', await start({ ...sampled, OTEL_TRACES_SAMPLER_ARG: '0' })],
      ['one in a hundred', await start({ ...sampled, OTEL_TRACES_SAMPLER_ARG: '0.01' })],
      ['one in ten', await start({ ...sampled, OTEL_TRACES_SAMPLER_ARG: '0.1' })],
      ['all', await start(traced)],
    ];
    try {
      const loads = subjects.map(([, program]) => [program, loadOf(program)] as const);
      const times = await measureInTurns(loads, { rounds, warmUpRounds, requests, connections });
      const lost = await Promise.all(subjects.map(([, program]) => lostPart(program)));
      return {
        columns: ['recorded', 'ms of CPU per request', 'times off', 'middle half of the rounds', 'spans dropped'],
        rows: subjects.map(([name], index) => {
          const ratios = times[index]!.map((time, round) => time / times[0]![round]!);
          const [low, high] = middleHalf(ratios);
          return [
            name,
            median(times[index]!).toFixed(3),
            median(ratios).toFixed(2),
            `${low.toFixed(2)} to ${high.toFixed(2)}`,
            lost[index] === undefined ? '–' : `${(lost[index]! * 100).toFixed(1)}%`,
          ];
        }),
        notes: [
          `Medians of ${rounds} rounds of ${requests} requests, ${connections} connections, whole processes, the export by OTLP ` +
            '(protobuf) included; they take turns in changing order, and each is compared with the first in the same round. The second ' +
            'row is the noise of the measurement. What is not recorded still takes its ids, and a traceparent upstream.',
        ],
      };
    } finally {
      for (const [, program] of subjects) program.stop();
      cuebot.stop();
      receiver.closeAllConnections();
      receiver.close();
    }
  },
};

function loadOf({ url }: Program): Load {
  return {
    url: `${url}/show.ShowInterface/FindShow`,
    headers: { 'content-type': 'application/json' },
    body: '{"name":"testing"}',
  };
}

/** Which part of its spans a gateway has dropped, since too many waited to be exported; undefined: it has none. */
async function lostPart({ announced: [metrics] }: Program): Promise<number | undefined> {
  const text = await (await fetch(metrics!)).text();
  const counts = new Map(
    [...text.matchAll(/^cuegate_trace_spans_total\{result="(\w+)"\} (\d+)$/gm)].map(([, result, count]) => [
      result,
      Number(count),
    ]),
  );
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return all === 0 ? undefined : (counts.get('dropped') ?? 0) / all;
}

/** A collector that throws away what it gets. */
function takeEverything(): Promise<Server> {
  const server = createServer((request, response) => request.resume().once('end', () => response.end()));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
