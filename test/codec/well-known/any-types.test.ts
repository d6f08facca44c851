import { describe, expect, it } from 'vitest';

import { compileJsonToWire } from '../../../src/codec/json/json-to-wire.ts';
import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';
import { linkRegistry } from '../../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../../src/registry/parsing/parse-proto-file.ts';
import { addWellKnownFiles } from '../../../src/registry/sources/well-known-protos.ts';

/** A schema that names no well-known type but Any. */
const registry = linkRegistry(
  addWellKnownFiles([
    parseProtoFile(
      `syntax = "proto2"; package a; import "google/protobuf/any.proto";
      message Box { optional google.protobuf.Any any = 1; }
      message Old { optional group Row = 1 { optional string cell = 2; } }`,
      'a.proto',
    ).file,
  ]),
);
const box = registry.messages.get('a.Box')!;
const there = compileJsonToWire(box, registry);
const back = compileWireToJson(box, registry);
const pass = (value: string) => Buffer.from(back(there(Buffer.from(`{"any":${value}}`)))).toString();

describe('an Any', () => {
  it.each([
    ['Duration', '"1.500s"'],
    ['Timestamp', '"2026-01-01T00:00:00Z"'],
    ['Struct', '{"a":[1,null]}'],
    ['Value', 'true'],
    ['ListValue', '[1,"a"]'],
    ['FieldMask', '"a,b"'],
    ['Int64Value', '"5"'],
    ['Empty', '{}'],
  ])('holds a %s that no message names', (type, value) => {
    expect(registry.messages.has(`google.protobuf.${type}`)).toBe(false);
    const any = `{"@type":"type.googleapis.com/google.protobuf.${type}","value":${value}}`;
    expect(pass(any)).toBe(`{"any":${any}}`);
  });

  it('holds no message that cannot be read whole', () => {
    expect(() => pass('{"@type":"type.googleapis.com/a.Old"}')).toThrow(
      /unable to resolve "type.googleapis.com\/a.Old"/,
    );
  });
});
