import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import { compileWireToValue, type MessageValue } from '../../../src/codec/value/wire-to-value.ts';

import { bytes, double, fixed64, float, int, nest, tag, wire } from '../wire-bytes.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto', 'test/codec/in-order.proto']);

function toValue(name: string, ...input: Buffer[]): MessageValue {
  return compileWireToValue(registry.messages.get(name)!, registry)(wire(...input));
}

const EMPTY = {
  first: null,
  aInt32: 0,
  aInt64: '0',
  aUint32: 0,
  aUint64: '0',
  aSint32: 0,
  aSint64: '0',
  aFixed32: 0,
  aFixed64: '0',
  aSfixed32: 0,
  aSfixed64: '0',
  aFloat: 0,
  aDouble: 0,
  aBool: false,
  aString: '',
  aBytes: '',
  color: 0,
  leaf: null,
  numbers: [],
  strings: [],
  leaves: [],
  doubles: [],
  colors: [],
  byName: [],
  byNumber: [],
  byTruth: [],
  byId: [],
  byFixed: [],
  text: null,
  number: null,
  held: null,
  yes: null,
  kept: null,
  note: null,
  at: null,
  wrapped: null,
  value: null,
  any: null,
  nothing: null,
  nodes: [],
};

describe('compileWireToValue()', () => {
  it('has every field of an empty message, in declaration order', () => {
    const value = toValue('order.v1.Kinds');
    expect(value).toEqual(EMPTY);
    expect(Object.keys(value as object)).toEqual(Object.keys(EMPTY));
  });

  it.each<[name: string, input: Buffer, members: object]>([
    ['a float at its shortest decimal', float(12, 0.1), { aFloat: 0.1 }],
    ['a double as it is', double(13, 0.1 + 0.2), { aDouble: 0.1 + 0.2 }],
    ['a double without a number', double(13, Number.NaN), { aDouble: Number.NaN }],
    ['a 64-bit integer as its digits', int(3, -(2n ** 63n)), { aInt64: '-9223372036854775808' }],
    ['an unsigned one', fixed64(9, -1n), { aFixed64: '18446744073709551615' }],
    ['bytes as base64', bytes(16, Buffer.from([0xff, 0])), { aBytes: '/wA=' }],
    ['an enum as its number', int(17, 100_000), { color: 100_000 }],
    ['an enum that has no such number', int(17, 77), { color: 77 }],
    ['a set zero', wire(int(1, 0), bytes(50)), { first: 0, text: '' }],
    ['the last member of a oneof', wire(int(51, 1), bytes(50, 'x')), { text: 'x' }],
    ['a message', bytes(18, int(2, 1)), { leaf: { name: '', count: 1, tags: [] } }],
    [
      'a message in parts',
      wire(bytes(18, int(2, 1)), bytes(18, bytes(1, 'é'))),
      { leaf: { name: 'é', count: 1, tags: [] } },
    ],
    ['numbers, packed and not', wire(int(19, 1), bytes(19, Buffer.from([2, 3]))), { numbers: [1, 2, 3] }],
    [
      'elements in turns with something else',
      wire(bytes(20, 'a'), int(2, 1), bytes(20, 'b')),
      { aInt32: 1, strings: ['a', 'b'] },
    ],
    [
      'a map by string, sorted by bytes',
      wire(bytes(24, bytes(1, '😀'), int(2, 1)), bytes(24, bytes(1, '\uffff'))),
      {
        byName: [
          { key: '\uffff', value: 0 },
          { key: '😀', value: 1 },
        ],
      },
    ],
    [
      'a map by number whose entries have no values',
      wire(bytes(25, int(1, 2)), bytes(25, int(1, -1))),
      {
        byNumber: [
          { key: -1, value: { name: '', count: 0, tags: [] } },
          { key: 2, value: { name: '', count: 0, tags: [] } },
        ],
      },
    ],
    ['a map by truth', bytes(26, int(1, 1), bytes(2, 't')), { byTruth: [{ key: true, value: 't' }] }],
    ['a map by 64-bit number', bytes(27, int(1, -1), bytes(2, 'x')), { byId: [{ key: '-1', value: 'x' }] }],
    ['a map entry with two keys', bytes(24, bytes(1, 'a'), bytes(1, 'b')), { byName: [{ key: 'b', value: 0 }] }],
    ['a Timestamp', bytes(300, int(1, 1)), { at: '1970-01-01T00:00:01Z' }],
    ['a wrapper', bytes(301), { wrapped: '0' }],
    ['a Value', bytes(302, bytes(6, bytes(1, double(2, 1.5)))), { value: [1.5] }],
    [
      'an Any',
      bytes(303, bytes(1, '/order.v1.Leaf')),
      { any: { '@type': '/order.v1.Leaf', name: '', count: 0, tags: [] } },
    ],
    ['null', int(304, 3), { nothing: null }],
  ])('reads %s', (_name, input, members) => {
    expect(toValue('order.v1.Kinds', input)).toEqual({ ...EMPTY, ...members });
  });

  it('reads a well-known type that is the whole message', () => {
    expect(toValue('google.protobuf.Duration', int(1, 3))).toBe('3s');
    expect(toValue('google.protobuf.Value', int(1, 0))).toBeNull();
  });

  it('keeps keys of a Struct that mean something to objects', () => {
    const value = toValue('google.protobuf.Struct', bytes(1, bytes(1, '__proto__'), bytes(2, int(4, 1))));
    expect(Object.entries(value as object)).toEqual([['__proto__', true]]);
  });

  it('reads fields whose numbers do not ascend in declaration order', () => {
    expect(toValue('conf.v1.All', int(20, 1), int(1, 2))).toMatchObject({ i64: '1', i32: 2, os: null, customJSON: '' });
  });

  it.each<[name: string, input: Buffer, kind: string]>([
    ['a string that is not UTF-8', bytes(15, Buffer.from([0xff])), 'invalid-utf8'],
    ['a value cut short', wire(tag(2, 0)), 'malformed'],
    ['a packed run cut short', wire(bytes(19, Buffer.from([0x80])), int(23, 1)), 'malformed'],
    ['a well-known type out of range', bytes(300, int(2, -1)), 'unmarshalable'],
  ])('refuses %s', (_name, input, kind) => {
    expect(() => toValue('order.v1.Kinds', input)).toThrow(expect.objectContaining({ name: 'WireError', kind }));
    // What an attempt that failed half-way has written does not show in the next one.
    expect(toValue('order.v1.Kinds', bytes(300))).toEqual({ ...EMPTY, at: '1970-01-01T00:00:00Z' });
  });

  it('refuses nesting that no stack holds, and goes on', () => {
    expect(() => toValue('order.v1.Node', nest(2, 12_000))).toThrow(
      expect.objectContaining({ kind: 'malformed', message: 'exceeded maximum recursion depth' }),
    );
    expect(toValue('order.v1.Node')).toEqual({ name: '', children: [], leaf: null });
  });
});
