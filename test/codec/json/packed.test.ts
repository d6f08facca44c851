import { describe, expect, it } from 'vitest';

import { compileJsonToWire } from '../../../src/codec/json/json-to-wire.ts';
import { compileValueToWire } from '../../../src/codec/value/value-to-wire.ts';
import { linkRegistry } from '../../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../../src/registry/parsing/parse-proto-file.ts';

const list = '{"n":[1,2,300],"e":["B","A"],"s":["x"]}';

/** Lists of numbers, an enum's and of strings, as a message of this file is written. */
function write(text: string): readonly string[] {
  const registry = linkRegistry([parseProtoFile(text, 'a.proto').file]);
  const message = registry.messages.get('A')!;
  const fromJson = compileJsonToWire(message, registry)(Buffer.from(list));
  const fromValue = compileValueToWire(message, registry)({ n: [1, 2, 300], e: [2, 0], s: ['x'] });
  return [fromJson, fromValue].map((bytes) => Buffer.from(bytes).toString('hex'));
}

describe('a list of numbers', () => {
  const packed = '0a040102ac0212020200' + '1a0178';
  const apart = '080108' + '0208ac02' + '10021000' + '1a0178';
  const values = 'enum E { A = 0; B = 2; }';
  it.each([
    [
      'in one run in proto3',
      `syntax = "proto3"; ${values} message A { repeated int32 n = 1; repeated E e = 2; repeated string s = 3; }`,
      packed,
    ],
    [
      'one by one where proto3 says so',
      `syntax = "proto3"; ${values} message A { repeated int32 n = 1 [packed = false]; repeated E e = 2 [packed = false]; repeated string s = 3; }`,
      apart,
    ],
    [
      'one by one in proto2',
      `${values} message A { repeated int32 n = 1; repeated E e = 2; repeated string s = 3; }`,
      apart,
    ],
    [
      'in one run where proto2 says so',
      `${values} message A { repeated int32 n = 1 [packed = true]; repeated E e = 2 [packed = true]; repeated string s = 3; }`,
      packed,
    ],
    [
      'one by one where a feature says so',
      `edition = "2023"; option features.repeated_field_encoding = EXPANDED; ${values} message A { repeated int32 n = 1; repeated E e = 2; repeated string s = 3; }`,
      apart,
    ],
  ])('is written %s', (_how, file, bytes) => {
    expect(write(file)).toEqual([bytes, bytes]);
  });
});
