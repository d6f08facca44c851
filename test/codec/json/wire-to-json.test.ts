import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import type { JsonStyle } from '../../../src/codec/json/json-style.ts';
import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';

import { bytes, double, fixed32, fixed64, float, int, nest, tag, wire } from '../wire-bytes.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto', 'test/codec/in-order.proto']);

function toJson(name: string, input: Uint8Array, style?: JsonStyle): string {
  return compileWireToJson(registry.messages.get(name)!, registry, style)(input).toString();
}

/** The members of `order.v1.Kinds` that are not as in the empty message. */
function changed(input: Uint8Array): unknown {
  const empty = JSON.parse(toJson('order.v1.Kinds', Buffer.alloc(0)));
  const full: Record<string, unknown> = JSON.parse(toJson('order.v1.Kinds', input));
  return Object.fromEntries(
    Object.entries(full).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(empty[name])),
  );
}

interface Recorded {
  readonly wire: string;
  readonly json?: string;
  readonly error?: string;
}

const recorded: readonly Recorded[] = readFileSync('test/recorded/wire-to-json.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

describe('compileWireToJson() against what the Go gateway answered', () => {
  const all = compileWireToJson(registry.messages.get('conf.v1.All')!, registry);

  it.each(recorded.filter(({ json }) => json !== undefined))('writes the same for $wire', ({ wire, json }) => {
    expect(all(Buffer.from(wire, 'base64')).toString()).toBe(json);
  });

  it.each(recorded.filter(({ error }) => error !== undefined))('refuses $wire: $error', ({ wire, error }) => {
    const message = error!.replace('grpc: failed to unmarshal the received message: ', '').replace('proto: ', '');
    expect(() => all(Buffer.from(wire, 'base64'))).toThrow(expect.objectContaining({ name: 'WireError', message }));
  });
});

describe('compileWireToJson()', () => {
  it('writes every field of an empty message, except unset members of oneofs and optional fields', () => {
    expect(toJson('order.v1.Kinds', Buffer.alloc(0))).toBe(
      '{"aInt32":0,"aInt64":"0","aUint32":0,"aUint64":"0","aSint32":0,"aSint64":"0","aFixed32":0,"aFixed64":"0",' +
        '"aSfixed32":0,"aSfixed64":"0","aFloat":0,"aDouble":0,"aBool":false,"aString":"","aBytes":"","color":"NONE",' +
        '"leaf":null,"numbers":[],"strings":[],"leaves":[],"doubles":[],"colors":[],"byName":{},"byNumber":{},' +
        '"byTruth":{},"byId":{},"byFixed":{},"at":null,"wrapped":null,"value":null,"any":null,"nothing":null,"nodes":[]}',
    );
  });

  it.each<[name: string, input: Buffer, members: unknown]>([
    ['int32', int(2, -2), { aInt32: -2 }],
    ['int32 above 32 bits, which it truncates', int(2, 0x1_0000_0005n), { aInt32: 5 }],
    ['int32 at its limits', int(2, -2_147_483_648), { aInt32: -2_147_483_648 }],
    ['int64', int(3, -(2n ** 63n)), { aInt64: '-9223372036854775808' }],
    ['int64 beyond what a double holds', int(3, 2n ** 53n + 1n), { aInt64: '9007199254740993' }],
    ['int64 below what a double holds', int(3, -(2n ** 53n) - 1n), { aInt64: '-9007199254740993' }],
    ['int64 of one low half', int(3, 2n ** 32n), { aInt64: '4294967296' }],
    ['uint32', int(4, 2 ** 32 - 1), { aUint32: 4_294_967_295 }],
    ['uint64', int(5, 2n ** 64n - 1n), { aUint64: '18446744073709551615' }],
    ['sint32', int(6, 2 ** 32 - 1), { aSint32: -2_147_483_648 }],
    ['sint64', int(7, 2n ** 64n - 1n), { aSint64: '-9223372036854775808' }],
    ['sint64 of minus one', int(7, 1), { aSint64: '-1' }],
    ['fixed32', fixed32(8, -1), { aFixed32: 4_294_967_295 }],
    ['fixed64', fixed64(9, -1n), { aFixed64: '18446744073709551615' }],
    ['sfixed32', fixed32(10, -1), { aSfixed32: -1 }],
    ['sfixed64', fixed64(11, -1n), { aSfixed64: '-1' }],
    ['float', float(12, 0.1), { aFloat: 0.1 }],
    ['double', double(13, 0.1), { aDouble: 0.1 }],
    ['double without a number', double(13, Number.NaN), { aDouble: 'NaN' }],
    ['double without end', double(13, Number.NEGATIVE_INFINITY), { aDouble: '-Infinity' }],
    ['bool of any varint but zero', int(14, 2n ** 40n), { aBool: true }],
    ['string', bytes(15, 'x'), { aString: 'x' }],
    ['bytes', bytes(16, Buffer.from([0xff, 0, 1, 2])), { aBytes: '/wABAg==' }],
    ['enum', int(17, 1), { color: 'RED' }],
    ['enum below zero', int(17, -1), { color: 'NEGATIVE' }],
    ['enum of a large number', int(17, 100_000), { color: 'LARGE' }],
    ['enum without a name', int(17, 7), { color: 7 }],
    ['message', bytes(18, bytes(1, 'x')), { leaf: { name: 'x', count: 0, tags: [] } }],
    ['empty message', bytes(18), { leaf: { name: '', count: 0, tags: [] } }],
    ['packed numbers', bytes(19, Buffer.from([1, 2, 3])), { numbers: [1, 2, 3] }],
    ['unpacked numbers', wire(int(19, 1), int(19, 2)), { numbers: [1, 2] }],
    [
      'packed and unpacked numbers',
      wire(int(19, 1), bytes(19, Buffer.from([2, 3])), int(19, 4)),
      { numbers: [1, 2, 3, 4] },
    ],
    ['packed runs, one of them empty', wire(bytes(19), bytes(19, Buffer.from([2]))), { numbers: [2] }],
    ['strings, one of them empty', wire(bytes(20), bytes(20, 'x')), { strings: ['', 'x'] }],
    ['doubles declared unpacked, packed', bytes(22, double(1, 1.5).subarray(1)), { doubles: [1.5] }],
    ['enums', bytes(23, Buffer.from([1, 0, 9])), { colors: ['RED', 'NONE', 9] }],
    ['set zero of an optional field', int(1, 0), { first: 0 }],
    ['set zero of a member of a oneof', bytes(50), { text: '' }],
    ['null', int(304, 0), {}],
    ['null of another number', int(304, 5), {}],
  ])('writes %s', (_name, input, members) => {
    expect(changed(input)).toEqual(members);
  });

  it('writes integers of every length', () => {
    for (let digits = 1n; digits <= 19n; digits += 1n) {
      const power = 10n ** (digits - 1n);
      for (const value of [power - 1n, power, power + 1n, power * 9n, (power * 123_456_789n) / 100_000_000n]) {
        const signed = BigInt.asIntN(64, value);
        expect(JSON.parse(toJson('order.v1.Kinds', int(3, signed))).aInt64).toBe(String(signed));
        expect(JSON.parse(toJson('order.v1.Kinds', int(3, -signed))).aInt64).toBe(String(-signed));
        const small = BigInt.asIntN(32, value);
        expect(JSON.parse(toJson('order.v1.Kinds', int(2, small))).aInt32).toBe(Number(small));
      }
    }
  });

  it('writes a field number of several bytes', () => {
    expect(changed(bytes(305, bytes(1, 'x')))).toEqual({ nodes: [{ name: 'x', children: [], leaf: null }] });
  });

  it('separates members whatever is set', () => {
    const [a, b, d] = [int(1, 1), bytes(2, 'x'), int(3, 1)];
    expect(toJson('order.v1.Optionals', Buffer.alloc(0))).toBe('{}');
    expect(toJson('order.v1.Optionals', b)).toBe('{"b":"x"}');
    expect(toJson('order.v1.Optionals', wire(a, d))).toBe('{"a":1,"d":true}');
    expect(toJson('order.v1.Optionals', wire(a, b, d))).toBe('{"a":1,"b":"x","d":true}');
    expect(toJson('order.v1.Nothing', Buffer.alloc(0))).toBe('{}');
  });

  it('writes members of more oneofs than an integer has bits', () => {
    expect(toJson('order.v1.ManyOneofs', wire(int(1, 1), int(2, 2), int(33, 33)))).toBe('{"a1":1,"a2":2,"a33":33}');
  });

  it('puts a space after every comma in the spaced style, and nowhere else', () => {
    expect(toJson('order.v1.Optionals', Buffer.alloc(0), 'spaced')).toBe('{}');
    expect(toJson('order.v1.Optionals', wire(bytes(2, 'x,y'), int(3, 1)), 'spaced')).toBe('{"b":"x,y", "d":true}');
    const node = wire(bytes(2, bytes(1, 'a')), bytes(2), bytes(3, bytes(3, 'p'), bytes(3, 'q')));
    expect(toJson('order.v1.Node', node, 'spaced')).toBe(
      '{"name":"", "children":[{"name":"a", "children":[], "leaf":null}, {"name":"", "children":[], "leaf":null}], ' +
        '"leaf":{"name":"", "count":0, "tags":["p", "q"]}}',
    );
    const map = wire(bytes(24, bytes(1, 'a'), int(2, 1)), bytes(24, bytes(1, 'b'), int(2, 2)));
    expect(toJson('order.v1.Kinds', map, 'spaced')).toContain('"byName":{"a":1, "b":2}, "byNumber":{}');
    const any = bytes(303, bytes(1, 'x/order.v1.Leaf'), bytes(2, int(2, 5)));
    expect(toJson('order.v1.Kinds', any, 'spaced')).toContain(
      '"any":{"@type":"x/order.v1.Leaf", "name":"", "count":5, "tags":[]}, "nothing":null',
    );
  });

  it('reads a Uint8Array that is a part of a larger one', () => {
    const larger = new Uint8Array([9, 9, ...int(2, 5), 9]);
    expect(changed(larger.subarray(2, larger.length - 1))).toEqual({ aInt32: 5 });
  });

  it('gives every text a buffer of its own', () => {
    const node = compileWireToJson(registry.messages.get('order.v1.Node')!, registry);
    const first = node(bytes(1, 'first'));
    node(bytes(1, 'second'));
    expect(first.toString()).toBe('{"name":"first","children":[],"leaf":null}');
  });

  it('writes texts larger than its buffer, and small ones after them', () => {
    const child = bytes(2, bytes(1, '\u0001'.repeat(1_000)));
    const large = wire(...Array.from({ length: 1_000 }, () => child));
    const one = { name: '\u0001'.repeat(1_000), children: [], leaf: null };
    const all = { name: '', children: Array.from({ length: 1_000 }, () => one), leaf: null };
    expect(toJson('order.v1.Node', large) === JSON.stringify(all)).toBe(true);
    expect(toJson('order.v1.Node', Buffer.alloc(0))).toBe('{"name":"","children":[],"leaf":null}');
  });

  it('writes strings of many pieces', () => {
    const long = `${'a'.repeat(4_094)}😀${'"é'.repeat(9_000)}`;
    expect(changed(bytes(15, long))).toEqual({ aString: long });
  });
});

describe('compileWireToJson() with wire that is not in order', () => {
  it.each<[name: string, input: Buffer, members: unknown]>([
    ['fields in another order', wire(int(4, 4), int(2, 2)), { aInt32: 2, aUint32: 4 }],
    ['a scalar twice: the last one counts', wire(int(2, 1), int(2, 2)), { aInt32: 2 }],
    ['a scalar set, then zero', wire(int(2, 1), int(2, 0)), {}],
    ['a string twice', wire(bytes(15, 'x'), bytes(15, 'y')), { aString: 'y' }],
    [
      'a message in two parts, which are merged',
      wire(bytes(18, bytes(1, 'x'), bytes(3, 'p')), bytes(18, int(2, 5), bytes(3, 'q'))),
      { leaf: { name: 'x', count: 5, tags: ['p', 'q'] } },
    ],
    [
      'a message in parts with something between them',
      wire(bytes(18, bytes(1, 'x')), int(2, 1), bytes(18, bytes(1, 'y')), int(2, 2), bytes(18)),
      { aInt32: 2, leaf: { name: 'y', count: 0, tags: [] } },
    ],
    [
      'elements of two repeated fields in turns',
      wire(int(19, 1), bytes(20, 'a'), int(19, 2), bytes(20, 'b')),
      { numbers: [1, 2], strings: ['a', 'b'] },
    ],
    [
      'entries of a map in turns with something else',
      wire(bytes(24, bytes(1, 'a'), int(2, 1)), int(2, 1), bytes(24, bytes(1, 'b'), int(2, 2))),
      { aInt32: 1, byName: { a: 1, b: 2 } },
    ],
    ['two members of a oneof: the last one counts', wire(bytes(50, 'x'), int(51, 5)), { number: 5 }],
    ['two members of a oneof, the other way round', wire(int(51, 5), bytes(50, 'x')), { text: 'x' }],
    [
      'a message member of a oneof in parts',
      wire(bytes(52, bytes(1, 'x')), bytes(52, int(2, 5))),
      { held: { name: 'x', count: 5, tags: [] } },
    ],
    [
      'a message member of a oneof replaced, then set again: it begins anew',
      wire(bytes(52, bytes(1, 'x')), int(51, 1), bytes(52, int(2, 5))),
      { held: { name: '', count: 5, tags: [] } },
    ],
    ['members of two oneofs', wire(int(53, 1), bytes(50, 'x')), { text: 'x', yes: true }],
    ['an unknown field in the middle', wire(int(2, 1), int(1_000, 1), int(4, 4)), { aInt32: 1, aUint32: 4 }],
    [
      'an unknown field before one out of order',
      wire(int(4, 4), bytes(1_000, 'x'), int(2, 1)),
      { aInt32: 1, aUint32: 4 },
    ],
    ['a field of another wire type, which is not that field', wire(fixed32(2, 1), bytes(3, 'x'), int(15, 1)), {}],
    ['a packed run for a field that does not repeat', bytes(2, Buffer.from([1])), {}],
    ['a message of another wire type', wire(int(18, 1), int(52, 1)), {}],
    [
      'a group, which is unknown whatever its number',
      wire(tag(2, 3), int(2, 9), tag(7, 3), tag(7, 4), tag(2, 4), int(4, 4)),
      { aUint32: 4 },
    ],
    [
      'a tag longer than it must be',
      wire(Buffer.from([0x90, 0x80, 0x00]), Buffer.from([5]), int(4, 4)),
      { aInt32: 5, aUint32: 4 },
    ],
    [
      'a tag longer than it must be, out of order',
      wire(int(4, 4), Buffer.from([0x90, 0x00, 5])),
      { aInt32: 5, aUint32: 4 },
    ],
    [
      'lengths and varints longer than they must be',
      wire(tag(18, 2), Buffer.from([0x83, 0x00, 16, 0x85, 0x00])),
      { leaf: { name: '', count: 5, tags: [] } },
    ],
  ])('reads %s', (_name, input, members) => {
    expect(changed(input)).toEqual(members);
  });

  it('orders messages within messages', () => {
    const leaf = bytes(3, int(2, 1), bytes(1, 'leaf'));
    const child = bytes(2, leaf, bytes(1, 'child'));
    expect(toJson('order.v1.Node', wire(leaf, child, bytes(1, 'top'), child))).toBe(
      '{"name":"top","children":[' +
        '{"name":"child","children":[],"leaf":{"name":"leaf","count":1,"tags":[]}},' +
        '{"name":"child","children":[],"leaf":{"name":"leaf","count":1,"tags":[]}}],' +
        '"leaf":{"name":"leaf","count":1,"tags":[]}}',
    );
  });

  it('takes no longer for each level of disorder than for the one above', () => {
    let node = bytes(2, bytes(1, 'deepest'));
    for (let depth = 0; depth < 60; depth += 1) {
      node = bytes(2, node, bytes(1, 'after its child'));
    }
    // Sixty levels would be 2^60 attempts if each level tried its children twice.
    expect(toJson('order.v1.Node', node)).toContain('deepest');
  });
});

describe('compileWireToJson() with maps', () => {
  const entry = (number: number, ...content: Buffer[]) => bytes(number, ...content);

  it.each<[name: string, input: Buffer, json: string]>([
    [
      'strings by their UTF-8 bytes',
      wire(...['z', '😀', '\uffff', 'é', 'a<b', 'A'].map((key) => entry(24, bytes(1, key)))),
      '"byName":{"A":0,"a<b":0,"z":0,"é":0,"\uffff":0,"😀":0}',
    ],
    [
      '32-bit integers by value',
      wire(...[10, -1, 9, 0].map((key) => entry(25, int(1, key), bytes(2)))),
      '"byNumber":{"-1":{"name":"","count":0,"tags":[]},"0":{"name":"","count":0,"tags":[]},"9":{"name":"","count":0,"tags":[]},"10":{"name":"","count":0,"tags":[]}}',
    ],
    [
      'false before true',
      wire(entry(26, int(1, 1), bytes(2, 't')), entry(26, bytes(2, 'f'))),
      '"byTruth":{"false":"f","true":"t"}',
    ],
    [
      '64-bit integers by value',
      wire(...[2n ** 62n, -(2n ** 63n), 2n ** 62n - 1n].map((key) => entry(27, int(1, key)))),
      '"byId":{"-9223372036854775808":"","4611686018427387903":"","4611686018427387904":""}',
    ],
    [
      'unsigned 64-bit integers by value',
      wire(...[2n ** 63n, 1n].map((key) => entry(44, fixed64(1, key)))),
      '"byFixed":{"1":"","9223372036854775808":""}',
    ],
    [
      'an entry without a key and one without a value',
      wire(entry(24, int(2, 5)), entry(24, bytes(1, 'k'))),
      '"byName":{"":5,"k":0}',
    ],
    ['an entry without anything', entry(25), '"byNumber":{"0":{"name":"","count":0,"tags":[]}}'],
    [
      'one key twice: the last entry counts',
      wire(entry(24, bytes(1, 'k'), int(2, 1)), entry(24, bytes(1, 'a')), entry(24, bytes(1, 'k'), int(2, 2))),
      '"byName":{"a":0,"k":2}',
    ],
    ['an entry with its value first', entry(24, int(2, 1), bytes(1, 'k')), '"byName":{"k":1}'],
    [
      'an entry with two keys and two values',
      entry(24, bytes(1, 'x'), int(2, 1), bytes(1, 'k'), int(2, 3)),
      '"byName":{"k":3}',
    ],
    [
      'an entry whose message comes in parts',
      entry(25, int(1, 1), bytes(2, bytes(1, 'x')), bytes(2, int(2, 5))),
      '"byNumber":{"1":{"name":"x","count":5,"tags":[]}}',
    ],
    ['an entry with something unknown', entry(24, bytes(1, 'k'), int(9, 9), int(2, 1)), '"byName":{"k":1}'],
    ['an entry with a value of another wire type', entry(24, bytes(1, 'k'), bytes(2, 'x')), '"byName":{"k":0}'],
    ['keys that need escapes', entry(24, bytes(1, 'a"\n')), '"byName":{"a\\"\\n":0}'],
    [
      'keys that mean something to objects',
      wire(entry(24, bytes(1, '__proto__')), entry(24, bytes(1, 'constructor'))),
      '"byName":{"__proto__":0,"constructor":0}',
    ],
  ])('writes %s', (_name, input, json) => {
    expect(toJson('order.v1.Kinds', input)).toContain(`${json},`);
  });
});

describe('compileWireToJson() with strings', () => {
  it.each<[text: string, json: string]>([
    ['\b\t\n\f\r', '"\\b\\t\\n\\f\\r"'],
    ['\u0000\u000b\u001f', '"\\u0000\\u000b\\u001f"'],
    ['"\\/', '"\\"\\\\/"'],
    ["<>&'\u007f\u2028\u2029\ufeff", `"<>&'\u007f\u2028\u2029\ufeff"`],
    ['é€😀\u{10ffff}\ud7ff\ue000', '"é€😀\u{10ffff}\ud7ff\ue000"'],
  ])('writes %j', (text, json) => {
    expect(toJson('order.v1.Kinds', bytes(15, text))).toContain(`"aString":${json},`);
  });

  it.each<[name: string, content: number[]]>([
    ['a continuation byte alone', [0x80]],
    ['an overlong sequence of two', [0xc1, 0xbf]],
    ['a sequence of two cut short', [0x61, 0xc3]],
    ['a sequence of two with ASCII in it', [0xc3, 0x61]],
    ['an overlong sequence of three', [0xe0, 0x9f, 0xbf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a sequence of three cut short', [0xe2, 0x82]],
    ['a sequence of three with ASCII in it', [0xe2, 0x82, 0x61]],
    ['an overlong sequence of four', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['more than U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence of four with ASCII in it', [0xf0, 0x9f, 0x98, 0x61]],
    ['a byte that never occurs', [0xff]],
  ])('refuses %s', (_name, content) => {
    const error = expect.objectContaining({ kind: 'invalid-utf8', message: 'string field contains invalid UTF-8' });
    expect(() => toJson('order.v1.Kinds', bytes(15, Buffer.from(content)))).toThrow(error);
    expect(() => toJson('order.v1.Kinds', bytes(24, bytes(1, Buffer.from(content))))).toThrow(error);
  });
});

describe('compileWireToJson() with faults', () => {
  const bad = Buffer.from([0xff]);

  it.each<[name: string, input: Buffer]>([
    ['a tag cut short', Buffer.from([0x80])],
    ['a value that is missing', tag(2, 0)],
    ['a varint cut short', wire(tag(2, 0), Buffer.from([0x80]))],
    ['a varint of eleven bytes', wire(tag(2, 0), Buffer.alloc(10, 0x80), Buffer.from([0]))],
    ['a varint beyond 64 bits', wire(tag(3, 0), Buffer.alloc(9, 0xff), Buffer.from([2]))],
    ['four bytes cut short', fixed32(8, 1).subarray(0, 4)],
    ['eight bytes cut short', fixed64(9, 1n).subarray(0, 8)],
    ['a length beyond the end', wire(tag(15, 2), Buffer.from([5]), 'abc')],
    ['a length of 2^31', wire(tag(15, 2), Buffer.from([0x80, 0x80, 0x80, 0x80, 0x08]))],
    ['a length of 2^63', wire(tag(15, 2), Buffer.alloc(9, 0x80), Buffer.from([1]))],
    ['a length that is missing', tag(15, 2)],
    ['a field numbered 0', int(0, 1)],
    ['a field numbered above 2^29 - 1', int(2 ** 29, 1)],
    ['wire type 6', wire(tag(2, 6), Buffer.from([0]))],
    ['wire type 7', wire(tag(2, 7), Buffer.from([0]))],
    ['the end of a group that was not begun', tag(2, 4)],
    ['a group without an end', tag(2, 3)],
    ['a group that ends as another one', wire(tag(2, 3), tag(3, 4))],
    ['a value beyond the end of its message', wire(bytes(18, tag(2, 0)), int(2, 5))],
    ['a string beyond the end of its message', wire(bytes(18, tag(1, 2), Buffer.from([1])), int(2, 5))],
    ['a packed run that ends within a varint', wire(bytes(19, Buffer.from([0x80])), int(2, 5))],
    ['a packed run that ends within eight bytes', wire(bytes(22, Buffer.alloc(9)), Buffer.alloc(0))],
    ['a fault in a map entry', bytes(24, tag(1, 2))],
    ['a fault in a value that another one replaces', wire(bytes(52, bad), int(51, 1))],
    ['a fault in an unknown group', wire(tag(1_000, 3), tag(2, 2), Buffer.from([9]), tag(1_000, 4))],
  ])('refuses %s', (_name, input) => {
    expect(() => toJson('order.v1.Kinds', input)).toThrow(
      expect.objectContaining({
        name: 'WireError',
        kind: 'malformed',
        message: 'cannot parse invalid wire-format data',
      }),
    );
  });

  it('refuses an invalid string that another one replaces', () => {
    const error = expect.objectContaining({ kind: 'invalid-utf8' });
    expect(() => toJson('order.v1.Kinds', wire(bytes(15, bad), bytes(15, 'x')))).toThrow(error);
    expect(() => toJson('order.v1.Kinds', wire(bytes(50, bad), int(51, 1)))).toThrow(error);
    expect(() => toJson('order.v1.Kinds', wire(bytes(26, bytes(2, bad)), bytes(26, bytes(2, 'x'))))).toThrow(error);
  });

  it('reports the first fault on the wire, whichever it meets first', () => {
    const outOfRange = bytes(300, int(1, 2n ** 62n));
    expect(() => toJson('order.v1.Kinds', outOfRange)).toThrow(expect.objectContaining({ kind: 'unmarshalable' }));
    expect(() => toJson('order.v1.Kinds', wire(outOfRange, bytes(305, bad)))).toThrow(
      expect.objectContaining({ kind: 'malformed' }),
    );
    expect(() => toJson('order.v1.Kinds', wire(bytes(305, bytes(1, bad)), bytes(2, bad), tag(3, 6)))).toThrow(
      expect.objectContaining({ kind: 'invalid-utf8' }),
    );
  });

  it('refuses nesting that no stack holds, and goes on', () => {
    expect(() => toJson('order.v1.Node', nest(2, 12_000))).toThrow(
      expect.objectContaining({ name: 'WireError', kind: 'malformed', message: 'exceeded maximum recursion depth' }),
    );
    expect(toJson('order.v1.Node', nest(2, 500))).toContain('"children":[{');
  });
});
