import { describe, expect, it } from 'vitest';

import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';
import { compileWireToValue } from '../../../src/codec/value/wire-to-value.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto']);
const all = registry.messages.get('conf.v1.All')!;
const toJson = compileWireToJson(all, registry);
const toValue = compileWireToValue(all, registry);

/** Wire bytes whose first value has no JSON and is replaced by what follows; checked against protobuf-go 1.36.11. */
const replaced: readonly (readonly [what: string, wire: string, field: string, expected: unknown])[] = [
  ['an infinite number, by a string in the same oneof', 'ea020c 11000000000000f07f 1a0161', 'val', 'a'],
  ['an empty value inside a struct, by a list', 'ea020d 2a09 0a070a01611202 3200 3200', 'val', []],
  ['a value under a key, by a later one', 'da0305 0a01611200 da0309 0a0161 12041a027879', 'msv', { a: 'xy' }],
];

describe('readWire()', () => {
  it.each(replaced)('hears nothing of %s', (_, hex, field, expected) => {
    const wire = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(JSON.parse(toJson(wire).toString())[field]).toEqual(expected);
    expect(() => toValue(wire)).not.toThrow();
  });

  it('still refuses what has no JSON and is the last word', () => {
    const wire = Buffer.from('ea020911000000000000f07f', 'hex');
    expect(() => toJson(wire)).toThrow('google.protobuf.Value.number_value: invalid +Inf value');
    expect(() => toValue(wire)).toThrow('google.protobuf.Value.number_value: invalid +Inf value');
  });
});
