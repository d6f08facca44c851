import protobuf from 'protobufjs';

import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { compileWireToJson } from '../../src/codec/json/wire-to-json.ts';
import { compileWireToValue } from '../../src/codec/value/wire-to-value.ts';

import { type BenchCase, timeInTurns } from '../bench-case.ts';

const frameCount = 1_000;
const messageName = 'job.FrameSeq';

/** The reply of `job.JobInterface/GetFrames`, as a page of a busy job has it. */
export const bench: BenchCase = {
  name: 'wire-to-json',
  question: `What does it cost to turn a reply of ${frameCount} frames into JSON text, next to protobufjs and JSON.stringify?`,
  run: async () => {
    const registry = loadProtoFiles(['proto']);
    const message = registry.messages.get(messageName)!;
    const wire = encodeFrames();
    const theirs = protobuf.loadSync('proto/job.proto').lookupType(messageName);
    const toJson = compileWireToJson(message, registry);
    const toValue = compileWireToValue(message, registry);
    const conversion = { longs: String, enums: String, bytes: String, defaults: true } as const;
    const cases: readonly (readonly [name: string, run: () => unknown])[] = [
      ['cuegate: wire to JSON text', () => toJson(wire)],
      ['cuegate: wire to value', () => toValue(wire)],
      ['protobufjs: decode', () => theirs.decode(wire)],
      ['protobufjs: decode, toObject', () => theirs.toObject(theirs.decode(wire), conversion)],
      [
        'protobufjs: decode, toObject, JSON.stringify, Buffer',
        () => Buffer.from(JSON.stringify(theirs.toObject(theirs.decode(wire), conversion))),
      ],
    ];
    const medians = await timeInTurns(
      cases.map(([, run]) => run),
      { warmUp: 40, rounds: 60 },
    );
    const slowest = medians.at(-1)!;
    return {
      columns: ['case', 'median, ms', 'times as fast as the last'],
      rows: cases.map(([name], index) => [name, medians[index]!.toFixed(2), (slowest / medians[index]!).toFixed(1)]),
      notes: [
        `${wire.length} bytes of wire become ${toJson(wire).length} bytes of JSON. protobufjs' JSON is not ProtoJSON.`,
      ],
    };
  },
};

function encodeFrames(): Uint8Array {
  const type = protobuf.loadSync('proto/job.proto').lookupType(messageName);
  const frames = Array.from({ length: frameCount }, (_, index) => frame(index));
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
