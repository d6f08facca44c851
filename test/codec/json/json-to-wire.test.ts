import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import { compileJsonToWire } from '../../../src/codec/json/json-to-wire.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto']);
const typeOf = (name: string) => registry.messages.get(name)!;
const allToWire = compileJsonToWire(typeOf('conf.v1.All'), registry);
const nestedToWire = compileJsonToWire(typeOf('conf.v1.Nested'), registry);

const all = (json: string) => allToWire(Buffer.from(json)).toString('hex');
const nested = (json: string) => nestedToWire(Buffer.from(json)).toString('hex');

/** Latin-1, so that bytes which are not UTF-8 can be written. */
const bytes = (text: string) => Buffer.from(text, 'latin1');

const jsonError = (message: string) => expect.objectContaining({ name: 'JsonError', message });

describe('compileJsonToWire()', () => {
  it('writes nothing for an empty message, however it is put', () => {
    for (const json of [
      '',
      ' \n',
      '{}',
      '{ }',
      '{"i32":0,"s":"","b":false,"ri":[],"msi":{},"by":"","color":0}',
      '{"nested":null}',
    ]) {
      expect(all(json)).toBe('');
    }
  });

  it('writes fields in the order of the text', () => {
    expect(all('{"s":"a","i32":1}')).toBe('1a01610801');
    expect(all('{"i32":1,"s":"a"}')).toBe('08011a0161');
  });

  it('keeps zeros where presence is explicit', () => {
    expect(all('{"optI":0}')).toBe('900200');
    expect(all('{"optS":""}')).toBe('9a0200');
    expect(all('{"oi":0}')).toBe('f80100');
    expect(all('{"on":{}}')).toBe('820200');
    expect(all('{"w64":0}')).toBe('da0200');
  });

  it('tells minus zero from zero, which is left out', () => {
    expect(all('{"db":-0.0}')).toBe('690000000000000080');
    expect(all('{"fl":-0}')).toBe('6500000080');
    expect(all('{"fl":-1e-60}')).toBe('6500000080');
    expect(all('{"i32":-0,"i64":"-0"}')).toBe('');
  });

  it('packs lists of numbers', () => {
    expect(all('{"ri":[1,-1,300]}')).toBe('92010d01ffffffffffffffffff01ac02');
    expect(all('{"rc":["RED","NOPE",-1]}')).toBe('b2010b01ffffffffffffffffff01');
    expect(all('{"rc":["NOPE"]}')).toBe('');
    expect(all('{"rs":["","a"]}')).toBe('9a01009a010161');
  });

  it('writes both parts of every map entry', () => {
    expect(all('{"msi":{"":0,"a":1}}')).toBe('ca01040a001000ca01050a01611001');
    expect(all('{"mun":{"1":{}}}')).toBe('e2010408011200');
    expect(all('{"msc":{"a":"NOPE","a":"RED"}}')).toBe('ea01050a01611001');
  });

  it('finds the length of nested messages of any size', () => {
    for (const size of [0, 1, 120, 121, 122, 123, 127, 128, 200, 16_380, 16_384, 70_000]) {
      const name = 'x'.repeat(size);
      const inner = Buffer.concat([Buffer.of(0x0a), varint(size), Buffer.from(name)]);
      const child = size === 0 ? Buffer.of() : inner;
      const middle = Buffer.concat([Buffer.of(0x1a), varint(child.length), child, Buffer.of(0x10, 7)]);
      const outer = Buffer.concat([Buffer.of(0x22), varint(middle.length), middle, Buffer.of(0x22, 0)]);
      expect(nested(`{"kids":[{"child":{"name":"${name}"},"n":7},{}]}`)).toBe(outer.toString('hex'));
    }
  });

  it('takes any view of bytes and leaves it as it is', () => {
    const text = new TextEncoder().encode('xx{"s":"\\u00e9"}yy');
    const copy = text.slice();
    expect(allToWire(text.subarray(2)).toString('hex')).toBe('1a02c3a9');
    expect(text).toEqual(copy);
  });

  it('begins anew after an error', () => {
    expect(() => all('{"nested":{"kids":[{"n":1},{"n":"bad"}]}}')).toThrow();
    expect(all('{"nested":{"n":1}}')).toBe('8a01021001');
  });

  it('compares names after unescaping, exactly', () => {
    expect(all('{"\\u0073":"a"}')).toBe('1a0161');
    expect(all('{"S":"a"," s":"a","s ":"a","ſ":"a"}')).toBe('');
  });

  it('takes names of the language for unknown ones', () => {
    expect(all('{"__proto__":{"s":"a"},"constructor":1,"toString":[],"hasOwnProperty":{},"":0}')).toBe('');
    expect(all('{"msi":{"__proto__":1,"constructor":2}}')).toBe(
      'ca010d0a095f5f70726f746f5f5f1001ca010f0a0b636f6e7374727563746f721002',
    );
  });

  it('ignores unknown members at any depth, duplicates among them included', () => {
    expect(all('{"x":[{"s":1,"s":2}],"x":{},"@type":"t","[a.b]":1,"nested":{"y":[[]],"n":1}}')).toBe('8a01021001');
  });

  it.each([
    ['{"i32":"x"}', '(line 1:8): invalid value for int32 field i32: "x"'],
    ['\n\n  {"s":\n  1}', '(line 2:3): invalid value for string field s: 1'],
    ['{"s":"😀","i32":\n\n   "x"}', '(line 3:4): invalid value for int32 field i32: "x"'],
    ['{"s":"😀é","i32":\r"x"}', '(line 1:18): invalid value for int32 field i32: "x"'],
    ['{"nested":{"kids":[{"n":1},{"n":"bad"}]}}', '(line 1:33): invalid value for int32 field n: "bad"'],
    ['{"snake_case_name":1}', '(line 1:20): invalid value for string field snakeCaseName: 1'],
    ['{"i32":null,"i32":1}', '(line 1:13): duplicate field "i32"'],
    ['{"snake_case_name":"a","snakeCaseName":"b"}', '(line 1:24): duplicate field "snakeCaseName"'],
    ['{"s":"a","\\u0073":"b"}', '(line 1:10): duplicate field "\\u0073"'],
    ['{"os":"a","oi":"\\ud800"}', '(line 1:11): error parsing "oi", oneof conf.v1.All.choice is already set'],
    ['{"rv":null}', 'syntax error (line 1:7): unexpected token null'],
    ['{"nested":"a"}', 'syntax error (line 1:11): unexpected token "a"'],
    ['{"ri":{"a":1}}', 'syntax error (line 1:7): unexpected token {'],
    ['{"nv":"NULL_VALUE","nv":null}', '(line 1:20): duplicate field "nv"'],
    ['{"nv":false}', '(line 1:7): invalid value for enum field nv: false'],
    ['{"mbs":{"true":"a","false":"b","true":"c"}}', '(line 1:32): duplicate map key "true"'],
    ['{"mun":{"+1":{}}}', '(line 1:9): invalid value for uint64 key: "+1"'],
    ['{"mun":{"-0":{}}}', '(line 1:9): invalid value for uint64 key: "-0"'],
    ['{"mls":{"9223372036854775808":""}}', '(line 1:9): invalid value for int64 key: "9223372036854775808"'],
    ['{"mls":{"-":""}}', '(line 1:9): invalid value for int64 key: "-"'],
    ['{"mls":{"1":"","+01":""}}', '(line 1:16): duplicate map key "+01"'],
    ['{"msi":{"a":1,"b":"x"}}', '(line 1:19): invalid value for int32 field value: "x"'],
    ['{"rf":[1e39]}', '(line 1:8): invalid value for float field rf: 1e39'],
    ['{"s":"a\\ud800"}', 'unexpected EOF'],
    ['{"s":"\\udc00\\ud800 "}', 'syntax error (line 1:6): invalid escape code "\\\\ud800" in string'],
    ['{"s":"\\ud800","i32":1}', 'syntax error (line 1:6): invalid escape code "\\",\\"i32" in string'],
    ['{"s":"\\ud800é\u200bx"}', 'syntax error (line 1:6): invalid escape code "é\\u200bx" in string'],
    ['{"x":["\\ud83d\\ud83d"]}', 'syntax error (line 1:7): invalid escape code "\\\\ud83d" in string'],
    ['{"fm":"a,b\\tc"}', '(line 1:7): google.protobuf.FieldMask.paths contains invalid path: "b\\tc"'],
    ['{"fm":"a.,b"}', '(line 1:7): google.protobuf.FieldMask.paths contains invalid path: "a."'],
    [
      '{"fm":"é\u00a0\\ud83d\\ude00\\u0001\\"\\\\"}',
      '(line 1:7): google.protobuf.FieldMask.paths contains invalid path: "é\\u00a0😀\\x01\\"\\\\"',
    ],
    ['{"st":{"a":[{"b":1,"b":1}]}}', '(line 1:20): duplicate map key "b"'],
    ['{"any":{"@type":1,"x":"\\ud800"}}', '(line 1:17): @type field value is not a string: 1'],
    ['{"any":{"@type":{}}}', '(line 1:17): @type field value is not a string: {'],
    ['{"any":{"x":"\\ud800","@type":1}}', 'syntax error (line 1:13): invalid escape code "\\",\\"@ty" in string'],
    [
      '{"any":{"@type":"a/b.C","x":1,"y":"\\ud800      "}}',
      'syntax error (line 1:35): invalid escape code "      " in string',
    ],
    ['{"any":{"@type":"","@type":"x"}}', '(line 1:17): @type field contains empty value'],
    [
      '{"any":{"@type":"x/google.protobuf.Any","value":{"@type":"a","@type":"b"}}}',
      '(line 1:62): duplicate "@type" field',
    ],
    [
      '{"any":{"@type":"x/google.protobuf.Any","value":{"@type":null}}}',
      '(line 1:58): @type field value is not a string: null',
    ],
    ['{"any":{"@type":"x/conf.v1.Small","s":"a","s":"b"}}', '(line 1:43): duplicate field "s"'],
    [
      '{"any":{"@type":"x/google.protobuf.Int64Value","value":null}}',
      '(line 1:56): invalid value for int64 field value: null',
    ],
  ])('refuses %s', (json, message) => {
    expect(() => all(json)).toThrow(jsonError(`proto: ${message}`));
  });

  it.each([
    ['{"s":"\xff"}', '(line 1:6)'],
    ['{"s":"\\n\xc3"}', '(line 1:6)'],
    ['{"s":"\xc3\\n\xa9"}', '(line 1:6)'],
    ['{"\xed\xa0\x80":1}', '(line 1:2)'],
    ['{"x":{"y":[1,"\xc0\x80"]}}', '(line 1:14)'],
    ['{"i32":"\xf5\x80\x80\x80"}', '(line 1:8)'],
    ['{"nested":"\x80"}', '(line 1:11)'],
  ])('refuses what is not UTF-8: %j', (json, place) => {
    expect(() => allToWire(bytes(json))).toThrow(jsonError(`proto: syntax error ${place}: invalid UTF-8 in string`));
  });

  it('lets a mistake in the syntax win over one before it', () => {
    expect(() => all('{"i32":"x","s":}')).toThrow("invalid character '}' looking for beginning of value");
    expect(() => all('{"i32":"x"')).toThrow(
      expect.objectContaining({ name: 'JsonSyntaxError', message: 'unexpected EOF' }),
    );
  });

  it('begins errors with a no-break space where that is the style', () => {
    const spaced = compileJsonToWire(typeOf('conf.v1.All'), registry, 'spaced');
    const nbsp = 'proto:\u00a0';
    for (const [json, message] of [
      ['{"i32":"x"}', '(line 1:8): invalid value for int32 field i32: "x"'],
      ['[]', 'syntax error (line 1:1): unexpected token ['],
      ['{"s":"\\ud800"}', 'unexpected EOF'],
    ] as const) {
      expect(() => spaced(Buffer.from(json))).toThrow(jsonError(nbsp + message));
    }
  });
});

describe('compileJsonToWire() of hostile depth', () => {
  const deep = (count: number, open: string, inner: string, close: string) =>
    open.repeat(count) + inner + close.repeat(count);

  it('takes as many messages as there may be brackets', () => {
    expect(nestedToWire(Buffer.from(deep(9_999, '{"child":', '{}', '}'))).length).toBeGreaterThan(20_000);
    expect(() => nested(deep(10_000, '{"child":', '{}', '}'))).toThrow("invalid character '{' exceeded max depth");
  });

  it('copies a long string once, however deep it stands', () => {
    const wire = nestedToWire(Buffer.from(deep(5_000, '{"child":', `{"name":"${'x'.repeat(100_000)}"}`, '}')));
    expect(wire.length).toBe(100_004 + 5_000 * 4);
  });

  it.each([
    ['lists in a Value', 9_998, '[', '1', ']', '{"val":', '}'],
    ['objects in a Struct', 9_998, '{"a":', '1', '}', '{"st":', '}'],
    ['an Any in an Any', 4_999, '{"@type":"/conf.v1.All","any":', '{}', '}', '{"any":', '}'],
  ])('counts messages, not brackets: %s', (_, most, open, inner, close, before, after) => {
    expect(() => all(before + deep(most, open, inner, close) + after)).not.toThrow();
    expect(() => all(before + deep(most + 1, open, inner, close) + after)).toThrow(
      jsonError('proto: exceeded max recursion depth'),
    );
  });
});

describe('compileJsonToWire() of well-known types', () => {
  const wireOf = (type: string, json: string) =>
    compileJsonToWire(typeOf(`google.protobuf.${type}`), registry)(Buffer.from(json)).toString('hex');

  it('takes an empty body for an empty message of any type', () => {
    for (const type of ['Any', 'Duration', 'Int64Value', 'Struct', 'Timestamp', 'Value'])
      expect(wireOf(type, ' ')).toBe('');
  });

  it.each([
    ['1970-01-01T00:00:00Z', ''],
    ['1970-01-01T00:00:01.5Z', '08011080cab5ee01'],
    ['1970-01-01T0:00:01,5Z', '08011080cab5ee01'],
    ['1970-01-01T01:00:01+01:00', '0801'],
    ['1969-12-31T23:59:59Z', '08ffffffffffffffffff01'],
    ['1970-01-02T00:00:01+24:00', '0801'],
    ['1970-01-01T01:00:01+00:60', '0801'],
    ['0001-01-01T00:00:00Z', '088092b8c398feffffff01'],
    ['1970-01-01T00:00:00,0000000019Z', '1001'],
    ['2000-02-29T00:00:00Z', '088098ecc503'],
  ])('reads the time %s', (text, hex) => {
    expect(wireOf('Timestamp', JSON.stringify(text))).toBe(hex);
  });

  it.each([
    '1970-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '1970-04-31T00:00:00Z',
    '1970-00-01T00:00:00Z',
    '1970-01-01T00:60:00Z',
    '1970-01-01T00:00:00+25:00',
    '1970-01-01T00:00:00+00:61',
    '1970-01-01T00:00:00 Z',
    '1970-01-01T00:00:00.1234567890Z',
    '١٩٧٠-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z\n',
  ])('refuses the time %j', (text) => {
    const token = JSON.stringify(text);
    expect(() => wireOf('Timestamp', token)).toThrow(
      jsonError(`proto: (line 1:1): invalid google.protobuf.Timestamp value ${token}`),
    );
  });

  it('refuses times before the year 1 and after 9999 by their offset', () => {
    for (const text of ['0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01']) {
      expect(() => wireOf('Timestamp', `"${text}"`)).toThrow(
        jsonError(`proto: (line 1:1): google.protobuf.Timestamp value out of range: "${text}"`),
      );
    }
  });

  it('reads durations', () => {
    expect(wireOf('Duration', '"1.000000001s"')).toBe('08011001');
    expect(wireOf('Duration', '"-1.5s"')).toBe('08ffffffffffffffffff011080b6ca91feffffffff01');
    for (const text of ['s', '', '1', '-s', '+-1s', '01s', '1.0000000000s', '9223372036854775808s', '1e3s']) {
      expect(() => wireOf('Duration', `"${text}"`)).toThrow(
        jsonError(`proto: (line 1:1): invalid google.protobuf.Duration value "${text}"`),
      );
    }
    expect(() => wireOf('Duration', '"9223372036854775807s"')).toThrow(
      jsonError('proto: (line 1:1): google.protobuf.Duration value out of range: "9223372036854775807s"'),
    );
  });

  it('reads field masks', () => {
    expect(wireOf('FieldMask', '" fooBar,b.cD "')).toBe('0a07666f6f5f6261720a05622e635f64');
    expect(wireOf('FieldMask', '" "')).toBe('');
  });

  it('reads any value', () => {
    expect(wireOf('Value', 'null')).toBe('0800');
    expect(wireOf('Value', 'false')).toBe('2000');
    expect(wireOf('Value', '0')).toBe('110000000000000000');
    expect(wireOf('Value', '""')).toBe('1a00');
    expect(wireOf('Value', '[]')).toBe('3200');
    expect(wireOf('Value', '{}')).toBe('2a00');
    expect(wireOf('Value', '{"a":[true]}')).toBe('2a0d0a0b0a0161120632040a022001');
  });

  it('shows of a long value where it begins, to the end of a character, and its length', () => {
    const long = 'é'.repeat(5000);
    expect(() => all(`{"i32":"${long}"}`)).toThrow(
      jsonError(`proto: (line 1:8): invalid value for int32 field i32: "${'é'.repeat(2047)}… (10002 bytes)`),
    );
    expect(() => all(`{"b":${'1'.repeat(5000)}}`)).toThrow(
      jsonError(`proto: (line 1:6): invalid value for bool field b: ${'1'.repeat(4096)}… (5000 bytes)`),
    );
    expect(() => all(`{"i32":"${'1'.repeat(4094)}"}`)).toThrow(/1"$/);
  });

  it('takes no number in a string that is longer than any number', () => {
    const zeros = '0'.repeat(1_000_000);
    expect(() => all(`{"i32":"1.${zeros}"}`)).toThrow('invalid value for int32 field i32');
    expect(() => all(`{"mis":{"${zeros}1":"a"}}`)).toThrow('invalid value for int32 key');
    expect(all(`{"i32":"1.${zeros.slice(0, 60_000)}"}`)).toBe('0801');
  });

  it('reads base64 of every length, with line ends anywhere', () => {
    for (let length = 0; length <= 64; length += 1) {
      const content = Buffer.from(Array.from({ length }, (_, index) => (index * 71 + length) & 0xff));
      const wire = length === 0 ? '' : `72${length.toString(16).padStart(2, '0')}${content.toString('hex')}`;
      expect(all(JSON.stringify({ by: content.toString('base64') }))).toBe(wire);
      expect(all(JSON.stringify({ by: content.toString('base64url') }))).toBe(wire);
      // Line ends count for the length, which tells whether there is padding.
      const broken = content.toString('base64').replace(/.{5}/g, '$&\n\r\n\n');
      expect(all(JSON.stringify({ by: broken }))).toBe(wire);
    }
    for (let at = 0; at < 12; at += 1) {
      const wrong = [...'abcdefghijkl'].with(at, '!').join('');
      expect(() => all(JSON.stringify({ by: wrong }))).toThrow('invalid value for bytes field by');
    }
  });

  it('finds the type of an Any wherever it stands', () => {
    const small = '0a0f782f636f6e662e76312e536d616c6c12030a0161';
    expect(wireOf('Any', '{"@type":"x/conf.v1.Small","s":"a"}')).toBe(small);
    expect(wireOf('Any', '{"s":"a","unknown":[{}],"\\u0040type":"x/conf.v1.Small"}')).toBe(small);
    expect(wireOf('Any', '{"s":"a"}')).toBe('');
  });

  it('does without the value of an Empty in an Any', () => {
    const empty = `0a17${Buffer.from('x/google.protobuf.Empty').toString('hex')}1200`;
    expect(wireOf('Any', '{"@type":"x/google.protobuf.Empty"}')).toBe(empty);
    expect(wireOf('Any', '{"value":{"a":1},"@type":"x/google.protobuf.Empty"}')).toBe(empty);
  });
});

function varint(value: number): Buffer {
  const out = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}
