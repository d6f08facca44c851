import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import { layOutMessage } from '../../../src/codec/wire/message-layout.ts';
import { checkMessage } from '../../../src/codec/wire/wire-check.ts';
import { WireError } from '../../../src/codec/wire/wire-error.ts';
import { createWireReader } from '../../../src/codec/wire/wire-reader.ts';
import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';
import { compileWireToValue } from '../../../src/codec/value/wire-to-value.ts';

import { anyMessage } from '../expected-json.ts';

const FILES = ['test/recorded/conf.proto', 'test/codec/in-order.proto'];
const registry = loadProtoFiles(FILES);
const root = new protobuf.Root().loadSync(FILES, { keepCase: true });

/** The two ways that a message can take: its fields numbered in declaration order, and not. */
const MESSAGES = ['order.v1.Kinds', 'conf.v1.All'].map((name) => {
  const message = registry.messages.get(name)!;
  const theirs = root.lookupType(name);
  return {
    name,
    any: anyMessage(message),
    layout: layOutMessage(message),
    encode: (input: unknown) => Buffer.from(theirs.encode(input as protobuf.Message).finish()),
    toJson: compileWireToJson(message, registry),
    toSpacedJson: compileWireToJson(message, registry, 'spaced'),
    toValue: compileWireToValue(message, registry),
  };
});

/** The top-level fields of a message's wire, each with its tag. */
function split(wire: Buffer): { readonly number: number; readonly bytes: Buffer }[] {
  const reader = protobuf.Reader.create(wire);
  const fields: { number: number; bytes: Buffer }[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    reader.skipType(tag & 7);
    fields.push({ number: tag >>> 3, bytes: wire.subarray(start, reader.pos) });
  }
  return fields;
}

describe.each(MESSAGES)('$name', ({ any, layout, encode, toJson, toSpacedJson, toValue }) => {
  it('becomes the JSON and the value that the mapping says, from what protobufjs encodes', () => {
    fc.assert(
      fc.property(any, ({ input, json, value }) => {
        const wire = encode(input);
        expect(JSON.parse(toJson(wire).toString())).toEqual(json);
        expect(JSON.parse(toSpacedJson(wire).toString())).toEqual(json);
        expect(toValue(wire)).toEqual(value);
      }),
      { numRuns: 120 },
    );
  });

  it('is the same whatever order its fields come in', () => {
    fc.assert(
      fc.property(any, fc.infiniteStream(fc.nat()), ({ input }, random) => {
        const wire = encode(input);
        // Elements of one field keep their order, which means something; the sort is stable.
        const rank = new Map<number, number>();
        const shuffled = split(wire).toSorted((left, right) => rankOf(left.number) - rankOf(right.number));
        function rankOf(number: number): number {
          const known = rank.get(number) ?? random.next().value;
          rank.set(number, known);
          return known;
        }
        const other = Buffer.concat(shuffled.map(({ bytes }) => bytes));
        expect(toJson(other).toString()).toBe(toJson(wire).toString());
        expect(toValue(other)).toEqual(toValue(wire));
      }),
      { numRuns: 80 },
    );
  });

  it('is the same when unknown fields lie between its own', () => {
    const unknown = fc.constantFrom(
      Buffer.from([0xf8, 0x7f, 5]),
      Buffer.from([0xfa, 0x7f, 1, 9]),
      Buffer.from([0xfb, 0x7f, 0xfc, 0x7f]),
    );
    fc.assert(
      fc.property(any, unknown, ({ input }, odd) => {
        const wire = encode(input);
        const mixed = Buffer.concat(split(wire).flatMap(({ bytes }) => [odd, bytes, odd]));
        expect(toJson(mixed).toString()).toBe(toJson(wire).toString());
        expect(toValue(mixed)).toEqual(toValue(wire));
      }),
      { numRuns: 50 },
    );
  });

  it('throws a WireError or nothing, for JSON as for values, when bytes are changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(any, changes, fc.nat(3), ({ input }, edits, cut) => {
        const wire = encode(input);
        for (const [at, byte] of edits) {
          wire[at % Math.max(wire.length, 1)] = byte;
        }
        const changed = wire.subarray(0, wire.length - cut);
        const outcome = attempt(toJson, changed);
        expect(outcome).toEqual(attempt(toSpacedJson, changed));
        const valueOutcome = attempt(toValue, changed);
        expect(valueOutcome).toEqual(outcome);
        if (outcome === 'fine') {
          expect(() => JSON.parse(toJson(changed).toString())).not.toThrow();
          expect(() => checkMessage(layout, createWireReader(changed), changed.length)).not.toThrow();
        }
      }),
      { numRuns: 400 },
    );
  });
});

function attempt(run: (wire: Uint8Array) => unknown, wire: Uint8Array): string {
  try {
    run(wire);
    return 'fine';
  } catch (error) {
    if (!(error instanceof WireError)) {
      throw error;
    }
    return `${error.kind}: ${error.message}`;
  }
}
