import { describe, expect, it } from 'vitest';

import { compileWireToJsonInSlices } from '../../../src/codec/json/in-slices.ts';
import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';
import { linkRegistry } from '../../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../../src/registry/parsing/parse-proto-file.ts';

function load(text: string) {
  const registry = linkRegistry([parseProtoFile(text, 'a.proto').file]);
  return { registry, message: registry.messages.get('A')! };
}

const fields = 'int32 n = 1; SIGN string s = 2; SIGN bytes b = 3; SIGN E e = 4; SIGN A m = 5; repeated int32 l = 6;';
const oneof = 'oneof o { int32 p = 7; A q = 8; }';

describe('the JSON of an empty message, as protobuf-go writes it', () => {
  it.each([
    [
      'proto2: null, but for members of a oneof',
      `enum E { X = 1; } message A { optional ${fields.replaceAll('SIGN', 'optional')} ${oneof} }`,
      '{"n":null,"s":null,"b":null,"e":null,"m":null,"l":[]}',
    ],
    ['proto2 with defaults: null all the same', 'message A { optional int32 n = 1 [default = 7]; }', '{"n":null}'],
    [
      'an edition: null, but for members of a oneof',
      `edition = "2023"; enum E { X = 0; } message A { ${fields.replaceAll('SIGN', '')} ${oneof} }`,
      '{"n":null,"s":null,"b":null,"e":null,"m":null,"l":[]}',
    ],
    [
      'an edition without presence: zeros, and null for messages',
      `edition = "2023"; option features = { field_presence: IMPLICIT }; enum E { X = 0; } message A { ${fields.replaceAll('SIGN', '')} }`,
      '{"n":0,"s":"","b":"","e":"X","m":null,"l":[]}',
    ],
    [
      'proto3 without presence: zeros, and null for messages',
      `syntax = "proto3"; enum E { X = 0; } message A { ${fields.replaceAll('SIGN', '')} ${oneof} }`,
      '{"n":0,"s":"","b":"","e":"X","m":null,"l":[]}',
    ],
    [
      'optional in proto3: left out, messages too',
      `syntax = "proto3"; enum E { X = 0; } message A { optional ${fields.replaceAll('SIGN', 'optional')} }`,
      '{"l":[]}',
    ],
  ])('%s', (_, text, json) => {
    const { registry, message } = load(text);
    expect(compileWireToJson(message, registry)(Buffer.alloc(0)).toString()).toBe(json);
  });
});

describe('a reply that lacks a required field', () => {
  const { registry, message } = load('message A { required int32 n = 1; repeated A more = 2; }');
  const toJson = compileWireToJson(message, registry);
  const fault = { kind: 'malformed', message: 'required field A.n not set' };

  it('is no message, at any depth', () => {
    expect(toJson(Buffer.from('0801', 'hex')).toString()).toBe('{"n":1,"more":[]}');
    expect(() => toJson(Buffer.alloc(0))).toThrow(expect.objectContaining(fault));
    expect(() => toJson(Buffer.from('08011200', 'hex'))).toThrow(expect.objectContaining(fault));
  });

  it('is none when it is long, either', async () => {
    const rows = Buffer.from('12020801'.repeat(100_000), 'hex');
    const inSlices = compileWireToJsonInSlices(message, registry);
    await expect(inSlices(rows, () => undefined)).rejects.toMatchObject(fault);
    const whole = Buffer.concat([Buffer.from('0801', 'hex'), rows]);
    expect((await inSlices(whole, () => undefined)).length).toBeGreaterThan(whole.length);
  });
});
