import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';

import { bytes, double, float, int, tag, wire } from '../wire-bytes.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto', 'test/codec/in-order.proto']);

function toJson(name: string, ...input: Buffer[]): string {
  return compileWireToJson(registry.messages.get(name)!, registry)(wire(...input)).toString();
}

function expectRefusal(message: string, name: string, ...input: Buffer[]): void {
  expect(() => toJson(name, ...input)).toThrow(expect.objectContaining({ kind: 'unmarshalable', message }));
}

describe('google.protobuf.Timestamp', () => {
  const type = 'google.protobuf.Timestamp';

  it.each<[seconds: number, nanos: number, json: string]>([
    [0, 0, '"1970-01-01T00:00:00Z"'],
    [1_577_934_245, 100_000_000, '"2020-01-02T03:04:05.100Z"'],
    [1_577_934_245, 123_456_000, '"2020-01-02T03:04:05.123456Z"'],
    [1_577_934_245, 1, '"2020-01-02T03:04:05.000000001Z"'],
    [-1, 500_000_000, '"1969-12-31T23:59:59.500Z"'],
    [-62_135_596_800, 0, '"0001-01-01T00:00:00Z"'],
    [253_402_300_799, 999_999_999, '"9999-12-31T23:59:59.999999999Z"'],
  ])('writes %d s and %d ns', (seconds, nanos, json) => {
    expect(toJson(type, int(1, seconds), int(2, nanos))).toBe(json);
    expect(toJson(type, int(2, nanos), int(9, 9), int(1, 5), int(1, seconds))).toBe(json);
  });

  it('refuses what is out of range', () => {
    expectRefusal('google.protobuf.Timestamp: seconds out of range 253402300800', type, int(1, 253_402_300_800));
    expectRefusal('google.protobuf.Timestamp: seconds out of range -62135596801', type, int(1, -62_135_596_801));
    expectRefusal('google.protobuf.Timestamp: seconds out of range -9223372036854775808', type, int(1, -(2n ** 63n)));
    expectRefusal('google.protobuf.Timestamp: nanos out of range 1000000000', type, int(2, 1_000_000_000));
    expectRefusal('google.protobuf.Timestamp: nanos out of range -1', type, int(2, -1));
  });
});

describe('google.protobuf.Duration', () => {
  const type = 'google.protobuf.Duration';

  it.each<[seconds: number, nanos: number, json: string]>([
    [0, 0, '"0s"'],
    [1, 500_000_000, '"1.500s"'],
    [0, -1, '"-0.000000001s"'],
    [-1, -1_000, '"-1.000001s"'],
    [315_576_000_000, 999_999_999, '"315576000000.999999999s"'],
  ])('writes %d s and %d ns', (seconds, nanos, json) => {
    expect(toJson(type, int(1, seconds), int(2, nanos))).toBe(json);
  });

  it('refuses what is out of range', () => {
    expectRefusal('google.protobuf.Duration: seconds out of range 315576000001', type, int(1, 315_576_000_001));
    expectRefusal('google.protobuf.Duration: seconds out of range -315576000001', type, int(1, -315_576_000_001));
    expectRefusal('google.protobuf.Duration: nanos out of range 1000000000', type, int(2, 1_000_000_000));
    expectRefusal('google.protobuf.Duration: signs of seconds and nanos do not match', type, int(1, 1), int(2, -1));
    expectRefusal('google.protobuf.Duration: signs of seconds and nanos do not match', type, int(1, -1), int(2, 1));
  });
});

describe('google.protobuf.FieldMask', () => {
  const type = 'google.protobuf.FieldMask';

  it('joins paths in lowerCamelCase', () => {
    expect(toJson(type)).toBe('""');
    expect(toJson(type, bytes(1, 'a'), bytes(1, 'b_c.d_e'), int(9, 9), bytes(1, 'f1'))).toBe('"a,bC.dE,f1"');
  });

  it.each([
    ['', 'google.protobuf.FieldMask.paths contains invalid path: ""'],
    ['a b', 'google.protobuf.FieldMask.paths contains invalid path: "a b"'],
    ['a..b', 'google.protobuf.FieldMask.paths contains invalid path: "a..b"'],
    ['1a', 'google.protobuf.FieldMask.paths contains invalid path: "1a"'],
    ['a\n"', 'google.protobuf.FieldMask.paths contains invalid path: "a\\n\\""'],
    ['aB', 'google.protobuf.FieldMask.paths contains irreversible value "aB"'],
    ['a__b', 'google.protobuf.FieldMask.paths contains irreversible value "a__b"'],
    ['a_', 'google.protobuf.FieldMask.paths contains irreversible value "a_"'],
    ['a_1', 'google.protobuf.FieldMask.paths contains irreversible value "a_1"'],
  ])('refuses %j', (path, message) => {
    expectRefusal(message, type, bytes(1, path));
  });

  it('refuses a path that is not UTF-8', () => {
    expect(() => toJson(type, bytes(1, Buffer.from([0xff])))).toThrow(
      expect.objectContaining({ kind: 'invalid-utf8' }),
    );
  });
});

describe('the wrappers', () => {
  it.each<[type: string, input: Buffer, json: string, zero: string]>([
    ['BoolValue', int(1, 1), 'true', 'false'],
    ['Int32Value', int(1, -1), '-1', '0'],
    ['Int64Value', int(1, -1), '"-1"', '"0"'],
    ['UInt32Value', int(1, 2 ** 32 - 1), '4294967295', '0'],
    ['UInt64Value', int(1, -1), '"18446744073709551615"', '"0"'],
    ['FloatValue', float(1, 0.1), '0.1', '0'],
    ['DoubleValue', double(1, Number.NaN), '"NaN"', '0'],
    ['StringValue', bytes(1, 'x<y'), '"x<y"', '""'],
    ['BytesValue', bytes(1, 'abc'), '"YWJj"', '""'],
  ])('%s is its bare value', (type, input, json, zero) => {
    const name = `google.protobuf.${type}`;
    expect(toJson(name, input)).toBe(json);
    expect(toJson(name, input, input)).toBe(json);
    expect(toJson(name, int(9, 9), input)).toBe(json);
    expect(toJson(name, int(9, 9))).toBe(zero);
    expect(toJson(name)).toBe(zero);
  });
});

describe('google.protobuf.Struct, Value and ListValue', () => {
  const type = 'google.protobuf.Value';
  const entry = (key: string, ...value: Buffer[]) => bytes(1, bytes(1, key), bytes(2, ...value));

  it('are the JSON that they describe', () => {
    expect(toJson(type, int(1, 0))).toBe('null');
    expect(toJson(type, double(2, -0))).toBe('-0');
    expect(toJson(type, bytes(3, 'x'))).toBe('"x"');
    expect(toJson(type, int(4, 0))).toBe('false');
    expect(toJson(type, bytes(5))).toBe('{}');
    expect(toJson(type, bytes(6))).toBe('[]');
    expect(
      toJson(type, bytes(5, entry('b', int(4, 1)), entry('a', bytes(6, bytes(1, int(1, 0)), bytes(1, bytes(5)))))),
    ).toBe('{"a":[null,{}],"b":true}');
  });

  it('merge as every message does', () => {
    expect(toJson(type, bytes(5, entry('a', int(4, 1))), bytes(5, entry('b', int(4, 0))))).toBe('{"a":true,"b":false}');
    expect(toJson(type, bytes(3, 'x'), int(4, 1))).toBe('true');
    expect(toJson('google.protobuf.ListValue', bytes(1, int(4, 1)), int(7, 7), bytes(1, int(1, 0)))).toBe(
      '[true,null]',
    );
  });

  it('refuse what JSON cannot hold', () => {
    expectRefusal('google.protobuf.Value: none of the oneof fields is set', type);
    expectRefusal('google.protobuf.Value: none of the oneof fields is set', type, int(9, 9));
    expectRefusal(
      'google.protobuf.Value: none of the oneof fields is set',
      'google.protobuf.Struct',
      bytes(1, bytes(1, 'a')),
    );
    expectRefusal('google.protobuf.Value.number_value: invalid NaN value', type, double(2, Number.NaN));
    expectRefusal('google.protobuf.Value.number_value: invalid +Inf value', type, double(2, Number.POSITIVE_INFINITY));
    expectRefusal('google.protobuf.Value.number_value: invalid -Inf value', type, double(2, Number.NEGATIVE_INFINITY));
  });
});

describe('google.protobuf.Any', () => {
  const type = 'google.protobuf.Any';
  const any = (url: string, ...value: Buffer[]) => wire(bytes(1, url), bytes(2, ...value));

  it.each<[input: Buffer, json: string]>([
    [wire(), '{}'],
    [wire(bytes(1), bytes(2)), '{}'],
    [
      any('type.googleapis.com/conf.v1.Small', bytes(1, 'x')),
      '{"@type":"type.googleapis.com/conf.v1.Small","s":"x","i":0}',
    ],
    [any('conf.v1.Small'), '{"@type":"conf.v1.Small","s":"","i":0}'],
    [any('a/b"/conf.v1.Small'), '{"@type":"a/b\\"/conf.v1.Small","s":"","i":0}'],
    [
      wire(bytes(2, int(2, 5)), int(9, 9), bytes(1, 'x'), bytes(1, '/conf.v1.Small')),
      '{"@type":"/conf.v1.Small","s":"","i":5}',
    ],
    [any('/google.protobuf.Duration', int(1, 1)), '{"@type":"/google.protobuf.Duration","value":"1s"}'],
    [any('/google.protobuf.Empty'), '{"@type":"/google.protobuf.Empty","value":{}}'],
    [
      any('/google.protobuf.Any', any('/conf.v1.Small')),
      '{"@type":"/google.protobuf.Any","value":{"@type":"/conf.v1.Small","s":"","i":0}}',
    ],
    [any('/google.protobuf.Struct'), '{"@type":"/google.protobuf.Struct","value":{}}'],
  ])('becomes what it holds', (input, json) => {
    expect(toJson(type, input)).toBe(json);
  });

  it.each<[input: Buffer, message: string]>([
    [bytes(2, int(1, 1)), 'type_url is not set'],
    [any('x/no.X'), 'unable to resolve "x/no.X": not found'],
    [any('x/'), 'unable to resolve "x/": not found'],
    [any('x/conf.v1.Color'), 'unable to resolve "x/conf.v1.Color": found wrong type: got enum, want message'],
    [
      any('/conf.v1.Small', Buffer.from([0xff])),
      'unable to unmarshal "/conf.v1.Small": cannot parse invalid wire-format data',
    ],
    [
      any('/conf.v1.Small', bytes(1, Buffer.from([0xff]))),
      'unable to unmarshal "/conf.v1.Small": string field contains invalid UTF-8',
    ],
  ])('refuses %o: %s', (input, message) => {
    expectRefusal(`google.protobuf.Any: ${message}`, type, input);
  });

  it('passes on why what it holds has no JSON', () => {
    expectRefusal(
      'google.protobuf.Timestamp: nanos out of range -1',
      type,
      any('/google.protobuf.Timestamp', int(2, -1)),
    );
  });

  it('goes on with what follows it', () => {
    const first = any('/conf.v1.Nested', bytes(3, tag(4, 2), Buffer.from([0])));
    expect(toJson('conf.v1.All', bytes(40, first), bytes(61, 'after'))).toMatch(/"any":\{"@type".*"Lead":"after"/);
  });
});
