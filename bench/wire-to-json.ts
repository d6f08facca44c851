import protobuf from 'protobufjs';

import { loadProtoFiles } from '../src/registry/load-proto-files.ts';

import { compileWireToJson } from '../src/codec/wire-to-json.ts';
import { compileWireToValue } from '../src/codec/wire-to-value.ts';

/**
 * What turning the reply of `job.JobInterface/GetFrames` into JSON costs: 1,000 frames, as a page of a busy job has them.
 * Run it with `node bench/wire-to-json.ts` (Node 24, or any that strips types).
 */
const FRAMES = 1_000;
const ROUNDS = 60;
const WARM_UP = 40;
const MESSAGE = 'job.FrameSeq';

const schema = loadProtoFiles(['proto']);
const message = schema.messages.get(MESSAGE)!;
const wire = encodeFrames();
const theirs = protobuf.loadSync('proto/job.proto').lookupType(MESSAGE);
const toJson = compileWireToJson(message, schema);
const toValue = compileWireToValue(message, schema);
const conversion = { longs: String, enums: String, bytes: String, defaults: true } as const;

const cases: readonly (readonly [name: string, run: () => unknown])[] = [
  ['wire to JSON text', () => toJson(wire)],
  ['wire to value', () => toValue(wire)],
  ['protobufjs: decode', () => theirs.decode(wire)],
  ['protobufjs: decode, toObject', () => theirs.toObject(theirs.decode(wire), conversion)],
  [
    'protobufjs: decode, toObject, JSON.stringify, Buffer',
    () => Buffer.from(JSON.stringify(theirs.toObject(theirs.decode(wire), conversion))),
  ],
];

const medians = measure();
const base = medians.at(-1)!;
process.stdout.write(`${FRAMES} frames, ${wire.length} bytes of wire, ${toJson(wire).length} bytes of JSON\n\n`);
process.stdout.write('| case | median ms | times as fast |\n| --- | ---: | ---: |\n');
for (const [index, [name]] of cases.entries()) {
  const median = medians[index]!;
  process.stdout.write(`| ${name} | ${median.toFixed(2)} | ${(base / median).toFixed(1)} |\n`);
}

/** The cases take turns, so that whatever else the machine does hits all of them. */
function measure(): number[] {
  const times = cases.map((): number[] => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [index, [, run]] of cases.entries()) {
      const begin = process.hrtime.bigint();
      run();
      if (round >= WARM_UP) {
        times[index]!.push(Number(process.hrtime.bigint() - begin) / 1e6);
      }
    }
  }
  return times.map((list) => list.sort((left, right) => left - right)[Math.floor(list.length / 2)]!);
}

function encodeFrames(): Uint8Array {
  const type = protobuf.loadSync('proto/job.proto').lookupType(MESSAGE);
  const frames = Array.from({ length: FRAMES }, (_, index) => frame(index));
  return type.encode(type.fromObject({ frames })).finish();
}

function frame(index: number): Record<string, unknown> {
  const started = 1_790_000_000 + index * 37;
  const running = index % 3 === 0;
  return {
    id: `4b1c9e2a-7d3f-4e${String(index % 100).padStart(2, '0')}-9a5b-${String(index).padStart(12, '0')}`,
    name: `${String(1001 + index).padStart(4, '0')}-beauty_character_fx`,
    layerName: 'beauty_character_fx',
    number: 1001 + index,
    state: running ? 'RUNNING' : index % 3 === 1 ? 'SUCCEEDED' : 'WAITING',
    retryCount: index % 4,
    exitStatus: running ? -1 : 0,
    dispatchOrder: index,
    startTime: started,
    stopTime: running ? 0 : started + 5_417,
    maxRss: 12_884_901 + index * 1_024,
    usedMemory: running ? 9_663_676 + index : 0,
    reservedMemory: 16_777_216,
    reservedGpuMemory: 0,
    lastResource: `render-node-${String(index % 240).padStart(4, '0')}/4.00/0`,
    checkpointState: 'DISABLED',
    totalCoreTime: 21_668 + index,
    lluTime: started + 5_400,
    eligibleTime: started - 120,
    submissionTime: 1_789_990_000,
    maxPss: 11_534_336 + index * 512,
    usedPss: running ? 8_388_608 + index : 0,
  };
}
