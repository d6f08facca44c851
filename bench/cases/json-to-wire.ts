import protobuf from 'protobufjs';

import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { compileJsonToWire } from '../../src/codec/json/json-to-wire.ts';
import { compileValueToWire } from '../../src/codec/value/value-to-wire.ts';

import { type BenchCase, timeInTurns } from '../bench-case.ts';

/** Calls per measured round, so that a round is long enough for the clock. */
const callsPerRound = 500;

/** A job as the gateway answers it. */
const job = {
  id: '4b1c9e2a-7d3f-4e01-9a5b-000000000001',
  state: 'PENDING',
  name: 'testing-shot_010-anna_comp_v042',
  shot: 'shot_010',
  show: 'testing',
  user: 'anna',
  group: 'testing',
  facility: 'local',
  os: 'Linux',
  uid: 1042,
  priority: 100,
  minCores: 1,
  maxCores: 200,
  logDir: '/shots/testing/shot_010/logs/testing-shot_010-anna_comp_v042--4b1c9e2a',
  isPaused: false,
  hasComment: false,
  autoEat: false,
  startTime: 1790000000,
  stopTime: 0,
  jobStats: {
    runningFrames: 12,
    deadFrames: 0,
    totalFrames: 100,
    waitingFrames: 80,
    dependFrames: 0,
    succeededFrames: 8,
    eatenFrames: 0,
    reservedCores: 48,
    maxRss: '12884901',
    totalCoreSec: '216680',
    remainingCoreSec: '1900000',
    avgFrameSec: 541,
    highFrameSec: 812,
    avgCoreSec: 2166,
    totalGpuSec: '0',
  },
  minGpus: 0,
  maxGpus: 0,
  lokiUrl: '',
  eligibleTime: 0,
};

const bodies: readonly (readonly [name: string, type: string, body: Record<string, unknown>])[] = [
  ['FindShow', 'show.ShowFindShowRequest', { name: 'testing' }],
  ['SetPriority, job echoed back', 'job.JobSetPriorityRequest', { job, val: 120 }],
  ['GetJobs by 200 ids', 'job.JobGetJobsRequest', { r: { ids: Array.from({ length: 200 }, () => job.id) } }],
];

/** JSON.parse, fromObject and encode of protobufjs check neither names nor ranges. */
export const bench: BenchCase = {
  name: 'json-to-wire',
  question: 'What does it cost to turn a request body into wire bytes, next to JSON.parse and protobufjs?',
  run: async () => {
    const registry = loadProtoFiles(['proto']);
    const rows: (readonly string[])[] = [];
    for (const [name, typeName, body] of bodies) {
      const type = registry.messages.get(typeName)!;
      const theirs = protobuf.loadSync(['proto/show.proto', 'proto/job.proto']).lookupType(typeName);
      const json = Buffer.from(JSON.stringify(body));
      const jsonToWire = compileJsonToWire(type, registry);
      const valueToWire = compileValueToWire(type, registry);
      // Enums are numbers in values.
      const value = 'job' in body ? { ...body, job: { ...job, state: 0 } } : body;
      const parse = () => JSON.parse(json.toString()) as Record<string, unknown>;
      const medians = await timeInTurns(
        [
          () => jsonToWire(json),
          () => valueToWire(value),
          () => theirs.encode(theirs.fromObject(parse())).finish(),
        ].map(manyTimes),
        { warmUp: 40, rounds: 60 },
      );
      const [ours, values, others] = medians.map((median) => (median * 1000) / callsPerRound);
      const times = [ours!, values!, others!].map((time) => time.toFixed(2));
      rows.push([name, String(json.length), ...times, (others! / ours!).toFixed(1)]);
    }
    const columns = ['body', 'bytes', 'JSON to wire, µs', 'value to wire, µs', 'protobufjs, µs', 'times as fast'];
    return { columns, rows };
  },
};

function manyTimes(run: () => unknown): () => void {
  return () => {
    for (let call = 0; call < callsPerRound; call += 1) run();
  };
}
