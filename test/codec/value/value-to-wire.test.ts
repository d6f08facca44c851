import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import { compileJsonToWire } from '../../../src/codec/json/json-to-wire.ts';
import { compileValueToWire } from '../../../src/codec/value/value-to-wire.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto']);
const all = registry.messages.get('conf.v1.All')!;
const toWire = compileValueToWire(all, registry);
const jsonToWire = compileJsonToWire(all, registry);

const INT32 = 'expected an integer from -2147483648 to 2147483647';
const INT64 =
  'expected an integer from -9223372036854775808 to 9223372036854775807, beyond 9007199254740991 as a decimal string';

describe('compileValueToWire()', () => {
  it.each([
    ['nothing', undefined, '{}'],
    ['null', null, '{}'],
    ['unset fields', { i32: null, nested: undefined, ri: null, msi: null, w64: null, ts: null, os: null }, '{}'],
    ['zeros', { i32: 0, s: '', b: false, by: '', ri: [], msi: [], color: 0 }, '{}'],
    ['explicit zeros', { optI: 0, oi: 0, nested: {} }, '{"optI":0,"oi":0,"nested":{}}'],
    [
      'small integers',
      { i32: -1, u32: 4294967295, si32: -5, f32: 7, sf32: -7 },
      '{"i32":-1,"u32":4294967295,"si32":-5,"f32":7,"sf32":-7}',
    ],
    [
      'large integers as strings',
      { i64: '-9223372036854775808', u64: '18446744073709551615' },
      '{"i64":"-9223372036854775808","u64":"18446744073709551615"}',
    ],
    ['large integers as bigints', { si64: -5n, f64: 2n ** 63n }, '{"si64":-5,"f64":"9223372036854775808"}'],
    ['large integers as numbers', { i64: -9007199254740991, sf64: 5 }, '{"i64":-9007199254740991,"sf64":5}'],
    [
      'floats',
      { fl: 0.1, db: -0, rd: [Number.NaN, Number.POSITIVE_INFINITY, '-Infinity'] },
      '{"fl":0.1,"db":-0,"rd":["NaN","Infinity","-Infinity"]}',
    ],
    ['bytes', { by: Uint8Array.of(255, 1), rb: ['_wE', '/wE='] }, '{"by":"/wE=","rb":["/wE=","/wE="]}'],
    ['enums', { color: -1, rc: [1, 99], optC: 0 }, '{"color":"NEG","rc":[1,99],"optC":0}'],
    ['text', { s: 'é😀\u0000', rs: ['', 'a'] }, '{"s":"é😀\\u0000","rs":["","a"]}'],
    [
      'messages',
      { nested: { kids: [{ n: 1 }, {}], child: { name: 'x'.repeat(200) } } },
      `{"nested":{"kids":[{"n":1},{}],"child":{"name":"${'x'.repeat(200)}"}}}`,
    ],
    [
      'maps',
      {
        msi: [{ key: '', value: 0 }],
        mun: [{ key: '5', value: { n: 3 } }],
        mbs: [{ key: true, value: 'a' }],
        msc: [{ key: '__proto__', value: 1 }],
      },
      '{"msi":{"":0},"mun":{"5":{"n":3}},"mbs":{"true":"a"},"msc":{"__proto__":"RED"}}',
    ],
    [
      'wrappers',
      { w64: '5', wb: false, ws: '', wd: 'NaN', wby: 'AQ==', rw64: [1, '2', 3n] },
      '{"w64":5,"wb":false,"ws":"","wd":"NaN","wby":"AQ==","rw64":[1,2,3]}',
    ],
    [
      'times',
      { ts: '2020-01-02T03:04:05Z', dur: '1.5s', fm: 'a,bC' },
      '{"ts":"2020-01-02T03:04:05Z","dur":"1.5s","fm":"a,bC"}',
    ],
    ['a date for a time', { ts: new Date(1_577_934_245_000) }, '{"ts":"2020-01-02T03:04:05Z"}'],
    [
      'any JSON',
      { st: { a: [1, null] }, lv: [{}], val: null, rv: [null, 'x'], msv: [{ key: 'a', value: null }] },
      '{"st":{"a":[1,null]},"lv":[{}],"val":null,"rv":[null,"x"],"msv":{"a":null}}',
    ],
    ['an Any', { any: { '@type': 'x/conf.v1.Small', s: 'a' } }, '{"any":{"@type":"x/conf.v1.Small","s":"a"}}'],
    ['null prototypes', Object.assign(Object.create(null), { s: 'a' }), '{"s":"a"}'],
  ])('writes %s like their JSON', (_, value, json) => {
    expect(toWire(value).toString('hex')).toBe(jsonToWire(Buffer.from(json)).toString('hex'));
  });

  it.each([
    [5, [], 'expected an object, found 5'],
    [[], [], 'expected an object, found a list'],
    [{ nested: [] }, ['nested'], 'expected an object, found a list'],
    [{ nested: { kids: [{}, { n: 'z' }] } }, ['nested', 'kids', 1, 'n'], `${INT32}, found "z"`],
    [{ i32: 1.5 }, ['i32'], `${INT32}, found 1.5`],
    [{ i32: 2147483648 }, ['i32'], `${INT32}, found 2147483648`],
    [{ i32: '1' }, ['i32'], `${INT32}, found "1"`],
    [{ i32: 1n }, ['i32'], `${INT32}, found 1`],
    [{ i32: Number.NaN }, ['i32'], `${INT32}, found NaN`],
    [{ u32: -1 }, ['u32'], 'expected an integer from 0 to 4294967295, found -1'],
    [{ i64: 2 ** 53 }, ['i64'], `${INT64}, found 9007199254740992`],
    [{ i64: '1.0' }, ['i64'], `${INT64}, found "1.0"`],
    [{ i64: '' }, ['i64'], `${INT64}, found ""`],
    [{ i64: '9223372036854775808' }, ['i64'], `${INT64}, found "9223372036854775808"`],
    [{ i64: 2n ** 63n }, ['i64'], `${INT64}, found 9223372036854775808`],
    [{ b: 1 }, ['b'], 'expected true or false, found 1'],
    [{ s: 1 }, ['s'], 'expected a string of Unicode characters, found 1'],
    [{ s: '\ud800' }, ['s'], 'expected a string of Unicode characters, found "\\ud800"'],
    [{ by: 'é' }, ['by'], 'expected bytes, or their base64 as a string, found "é"'],
    [{ by: 'A' }, ['by'], 'expected bytes, or their base64 as a string, found "A"'],
    [{ fl: 3.5e38 }, ['fl'], 'expected a number from -3.4028235e+38 to 3.4028235e+38, found 3.5e+38'],
    [{ db: '1' }, ['db'], 'expected a number, found "1"'],
    [
      { color: 'RED' },
      ['color'],
      'expected the number of a value of conf.v1.Color, an integer of 32 bits, found "RED"',
    ],
    [{ ri: 5 }, ['ri'], 'expected a list, found 5'],
    [{ ri: [1, null] }, ['ri', 1], `${INT32}, found null`],
    [{ rn: [{}, null] }, ['rn', 1], 'expected an object, found null'],
    [{ msi: { a: 1 } }, ['msi'], 'expected a list of { key, value }, found an object'],
    [{ msi: [5] }, ['msi', 0], 'expected an object { key, value }, found 5'],
    [{ msi: [{ value: 1 }] }, ['msi', 0, 'key'], 'expected a string of Unicode characters, found nothing'],
    [{ msi: [{ key: 'a' }] }, ['msi', 0, 'value'], `${INT32}, found nothing`],
    [
      {
        msi: [
          { key: 'a', value: 1 },
          { key: 'a', value: 2 },
        ],
      },
      ['msi', 1, 'key'],
      'the key "a" is given twice',
    ],
    [
      {
        mls: [
          { key: '1', value: '' },
          { key: 1n, value: '' },
        ],
      },
      ['mls', 1, 'key'],
      'the key 1 is given twice',
    ],
    [{ mun: [{ key: 1, value: null }] }, ['mun', 0, 'value'], 'expected an object, found null'],
    [{ os: '', oi: 0 }, ['oi'], 'expected one member of the oneof conf.v1.All.choice, found "os" and "oi"'],
    [{ w64: 'x' }, ['w64'], `${INT64}, found "x"`],
    [
      { ts: 'x' },
      ['ts'],
      'expected the proto3 JSON form of google.protobuf.Timestamp: invalid google.protobuf.Timestamp value "x"',
    ],
    [{ ts: 5 }, ['ts'], 'expected the proto3 JSON form of google.protobuf.Timestamp: unexpected token 5'],
    [{ st: { a: 1n } }, ['st'], 'expected the proto3 JSON form of google.protobuf.Struct: not a JSON value'],
    [{ val: () => 1 }, ['val'], 'expected the proto3 JSON form of google.protobuf.Value: not a JSON value'],
    [{ nope: 1 }, ['nope'], 'conf.v1.All has no field "nope"'],
    [{ constructor: 1 }, ['constructor'], 'conf.v1.All has no field "constructor"'],
    [
      { snake_case_name: '' },
      ['snake_case_name'],
      'conf.v1.All has no field "snake_case_name"; did you mean "snakeCaseName"?',
    ],
    [{ s: { length: 1 } }, ['s'], 'expected a string of Unicode characters, found an object'],
    [{ i32: 'x'.repeat(100) }, ['i32'], `${INT32}, found "${'x'.repeat(60)}"…`],
  ])('refuses what does not fit: case %#', (value, path, message) => {
    expect(() => toWire(value)).toThrow(expect.objectContaining({ name: 'ValueError', path, message }));
  });

  it('ends at an object that contains itself', () => {
    const endless: { child?: unknown } = {};
    endless.child = endless;
    expect(() => toWire({ nested: endless })).toThrow('nested deeper than 1000 levels');
    expect(() => toWire({ st: endless })).toThrow('not a JSON value');
  });

  it('begins anew after an error', () => {
    expect(() => toWire({ nested: { kids: [{ n: 'x' }] } })).toThrow();
    expect(toWire({ i32: 1 }).toString('hex')).toBe('0801');
  });
});
