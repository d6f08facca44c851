import protobuf from 'protobufjs';

import { loadProtoFiles } from '../src/registry/load-proto-files.ts';

import { compileJsonToWire } from '../src/codec/json-to-wire.ts';
import { compileValueToWire } from '../src/codec/value-to-wire.ts';

/**
 * What turning request bodies into wire bytes costs, next to JSON.parse, fromObject and encode of protobufjs, which check
 * neither names nor ranges. Run it with `node bench/json-to-wire.ts` (Node 24, or any that strips types).
 */
const ROUNDS = 60;
const WARM_UP = 40;
/** Calls per measured round, so that a round is long enough for the clock. */
const CALLS = 500;

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

const schema = loadProtoFiles(['proto']);
const protos = ['proto/show.proto', 'proto/job.proto'];

process.stdout.write('| body | bytes | JSON to wire, µs | value to wire, µs | protobufjs, µs | times as fast |\n');
process.stdout.write('| --- | ---: | ---: | ---: | ---: | ---: |\n');
for (const [name, typeName, body] of bodies) {
  const type = schema.messages.get(typeName)!;
  const theirs = protobuf.loadSync(protos).lookupType(typeName);
  const json = Buffer.from(JSON.stringify(body));
  const jsonToWire = compileJsonToWire(type, schema);
  const valueToWire = compileValueToWire(type, schema);
  // Enums are numbers in values.
  const value = 'job' in body ? { ...body, job: { ...job, state: 0 } } : body;
  const [ours, values, others] = measure([
    () => jsonToWire(json),
    () => valueToWire(value),
    () => theirs.encode(theirs.fromObject(JSON.parse(json.toString()) as Record<string, unknown>)).finish(),
  ]);
  const columns = [ours!, values!, others!].map((time) => time.toFixed(2)).join(' | ');
  process.stdout.write(`| ${name} | ${json.length} | ${columns} | ${(others! / ours!).toFixed(1)} |\n`);
}

/** The median time of one call, in microseconds. The cases take turns, so that a busy machine hits all of them. */
function measure(cases: readonly (() => unknown)[]): number[] {
  const times = cases.map((): number[] => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [index, run] of cases.entries()) {
      const begin = process.hrtime.bigint();
      for (let call = 0; call < CALLS; call++) run();
      if (round >= WARM_UP) times[index]!.push(Number(process.hrtime.bigint() - begin) / 1e3 / CALLS);
    }
  }
  return times.map((list) => list.sort((left, right) => left - right)[Math.floor(list.length / 2)]!);
}
