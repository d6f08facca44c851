import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { compileJsonToWire } from '../../src/codec/json/json-to-wire.ts';
import { compileValueToWire } from '../../src/codec/value/value-to-wire.ts';
import { compileWireToJson } from '../../src/codec/json/wire-to-json.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto']);
const all = registry.messages.get('conf.v1.All')!;
const jsonToWire = compileJsonToWire(all, registry);
const valueToWire = compileValueToWire(all, registry);
const wireToJson = compileWireToJson(all, registry);

/** Right in the encoding of well-formed input, and not ours. */
const oracle = protobuf.loadSync('test/recorded/conf.proto').lookupType('conf.v1.All');

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 20 })).filter(isWellFormed);
const int32 = fc.integer();
const uint32 = fc.nat(0xffff_ffff);
const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n).map(String);
/** Without minus zero, which JSON.stringify does not write. */
const float = fc.float({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
const base64 = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const color = fc.constantFrom(0, 1, 2, -1, 77);
const { nested } = fc.letrec((tie) => ({
  nested: fc.record(
    {
      name: text,
      n: int32,
      child: tie('nested'),
      kids: fc.array(tie('nested'), { maxLength: 3, depthIdentifier: 'n' }),
    },
    { requiredKeys: [] },
  ),
}));
const entries = (key: fc.Arbitrary<unknown>, value: fc.Arbitrary<unknown>) =>
  fc.uniqueArray(fc.record({ key, value }), { maxLength: 5, selector: ({ key }) => key });

/** Fields that protobufjs knows by the same names; maps as entries. */
const value = fc.record(
  {
    i64: int64,
    i32: int32,
    s: text,
    b: fc.boolean(),
    u32: uint32,
    u64: uint64,
    si32: int32,
    si64: int64,
    f32: uint32,
    f64: uint64,
    sf32: int32,
    sf64: int64,
    fl: float,
    db: double,
    by: base64,
    color,
    nested,
    ri: fc.array(int32),
    rs: fc.array(text),
    rn: fc.array(nested, { maxLength: 4 }),
    rc: fc.array(color),
    rd: fc.array(double),
    rb: fc.array(base64),
    rf: fc.array(float),
    msi: entries(text, int32),
    mis: entries(int32, text),
    mbs: entries(fc.boolean(), text),
    msc: entries(text, color),
    mun: entries(fc.nat().map(String), nested),
    oi: int32,
    optI: int32,
    optS: text,
    optC: color,
    camelAlready: text,
  },
  { requiredKeys: [] },
);

/** protobufjs keeps all keys as strings: it takes false for true, and cannot write back the keys of 64 bits it has read. */
const oracleValue = value.map(({ mbs, mun, ...fields }) => fields);

/** What only JSON has: well-known types. */
const jsonOnly = fc.record(
  {
    w64: int64,
    wb: fc.boolean(),
    ws: text,
    wd: double,
    wby: base64,
    st: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })),
    val: fc.jsonValue({ maxDepth: 3 }),
    lv: fc.array(fc.jsonValue({ maxDepth: 2 })),
    ts: fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    dur: fc.integer().map((seconds) => `${seconds}.5s`),
    em: fc.constant({}),
    fm: fc.constant('a.bC,d'),
    nv: fc.constant(null),
    any: nested.map((content) => ({ ...content, '@type': 'type.example/conf.v1.Nested' })),
    unknown: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
);

describe('JSON to wire and back', () => {
  it('is a fixed point after one round', () => {
    fc.assert(
      fc.property(value, jsonOnly, fc.nat(2), (fields, others, indent) => {
        const json = JSON.stringify({ ...withObjects(fields), ...others }, undefined, indent);
        const first = wireToJson(jsonToWire(Buffer.from(json))).toString();
        const second = wireToJson(jsonToWire(Buffer.from(first))).toString();
        expect(second).toBe(first);
      }),
      { numRuns: 200 },
    );
  });

  it('means to protobufjs what it means to us', () => {
    fc.assert(
      fc.property(oracleValue, (fields) => {
        const wire = jsonToWire(Buffer.from(JSON.stringify(withObjects(fields))));
        const theirs = oracle.encode(oracle.decode(wire)).finish();
        expect(wireToJson(theirs).toString()).toBe(wireToJson(wire).toString());
        expect(theirs.length).toBe(wire.length);
      }),
      { numRuns: 200 },
    );
  });

  it('is indifferent to escapes in the text', () => {
    fc.assert(
      fc.property(value, (fields) => {
        const json = JSON.stringify(withObjects(fields));
        expect(jsonToWire(Buffer.from(escapeAll(json))).equals(jsonToWire(Buffer.from(json)))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('throws nothing but its own errors for damaged bodies', () => {
    fc.assert(
      fc.property(
        value,
        jsonOnly,
        fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.nat(2) }), { minLength: 1, maxLength: 4 }),
        (fields, others, wounds) => {
          let body: Buffer = Buffer.from(JSON.stringify({ ...withObjects(fields), ...others }));
          for (const { at, byte, kind } of wounds) body = wound(body, at % (body.length + 1), byte, kind);
          expect(['fine', 'JsonSyntaxError', 'JsonError']).toContain(outcome(() => jsonToWire(body)));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('values to wire', () => {
  it('are the same bytes for values as for their JSON', () => {
    fc.assert(
      fc.property(value, (fields) => {
        const json = Buffer.from(JSON.stringify(withObjects(fields)));
        expect(wireToJson(valueToWire(fields)).toString()).toBe(wireToJson(jsonToWire(json)).toString());
      }),
      { numRuns: 200 },
    );
  });

  it('agree with protobufjs', () => {
    fc.assert(
      fc.property(oracleValue, (fields) => {
        const theirs = oracle.encode(oracle.fromObject(withObjects(fields))).finish();
        expect(wireToJson(valueToWire(fields)).toString()).toBe(wireToJson(theirs).toString());
      }),
      { numRuns: 200 },
    );
  });
});

/** Entries as objects, which JSON and protobufjs have maps as. */
function withObjects(fields: Record<string, unknown>): Record<string, unknown> {
  const maps = ['msi', 'mis', 'mbs', 'msc', 'mun'].filter((name) => name in fields);
  return {
    ...fields,
    ...Object.fromEntries(
      maps.map((name) => {
        const list = fields[name] as { key: string; value: unknown }[];
        return [name, Object.fromEntries(list.map(({ key, value }) => [key, value]))];
      }),
    ),
  };
}

/** Every letter in strings by its number. */
function escapeAll(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (token) =>
    token.replace(/\\u.{4}|\\.|[\s\S]/g, (unit, at: number) =>
      unit.length > 1 || at === 0 || at === token.length - 1
        ? unit
        : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

function wound(body: Buffer, at: number, byte: number, kind: number): Buffer {
  const kept = body.subarray(0, at);
  if (kind === 0) return Buffer.concat([kept, Buffer.of(byte), body.subarray(at + 1)]);
  if (kind === 1) return Buffer.concat([kept, Buffer.of(byte), body.subarray(at)]);
  return Buffer.concat([kept, body.subarray(at + 1)]);
}

function outcome(run: () => unknown): string {
  try {
    run();
    return 'fine';
  } catch (error) {
    return error instanceof Error ? error.name : 'not an error';
  }
}

function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}
