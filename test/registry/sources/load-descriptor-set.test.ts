import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { loadDescriptorSet } from '../../../src/registry/sources/load-descriptor-set.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { compileWithProtobufjs } from './compile-with-protobufjs.ts';
import { encodeDescriptorSet } from './encode-descriptor-set.ts';
import { printRegistry } from '../print-registry.ts';

const recorded = 'test/recorded/registry';

describe('loadDescriptorSet()', () => {
  // Both sets were written by protoc 35.1 with --include_imports --include_source_info.
  it.each([
    ['every kind of declaration and comment', `${recorded}/compiled.binpb`, recorded],
    ['the well-known types', `${recorded}/conf.binpb`, 'test/recorded/conf.proto'],
  ])('gives the registry that the sources give: %s', (_what, set, source) => {
    expect(printRegistry(loadDescriptorSet(readFileSync(set), set))).toEqual(printRegistry(loadProtoFiles([source])));
  });

  it('gives the registry that the sources give: OpenCue, compiled by protobufjs, without comments', () => {
    const compiled = printRegistry(loadDescriptorSet(compileWithProtobufjs('proto'), 'opencue'));
    const silent = (_key: string, value: unknown) => (_key === 'comment' || _key === 'deprecated' ? undefined : value);
    const strip = (value: unknown): unknown => JSON.parse(JSON.stringify(value, silent));
    expect(compiled.methods.length).toBe(315);
    expect(strip(compiled)).toEqual(strip(printRegistry(loadProtoFiles(['proto']))));
  });

  it('does without the well-known files', () => {
    const registry = loadDescriptorSet(
      encodeDescriptorSet({
        name: 'a.proto',
        syntax: 'proto3',
        dependency: ['google/protobuf/struct.proto'],
        messageType: [{ name: 'A', field: [{ name: 'b', number: 1, type: 11, typeName: '.google.protobuf.Struct' }] }],
      }),
      'set',
    );
    expect([...registry.messages.keys()]).toEqual([
      'A',
      'google.protobuf.ListValue',
      'google.protobuf.Struct',
      'google.protobuf.Value',
    ]);
  });

  const refused: readonly (readonly [what: string, bytes: Uint8Array, found: string])[] = [
    ['nothing', new Uint8Array(), 'an empty file'],
    ['a .proto file', Buffer.from('syntax = "proto3";\n'), 'text'],
    ['JSON', Buffer.from('{"file": []}'), 'text'],
    ['noise', Uint8Array.of(0x0a, 0xff, 0x01), 'bytes that are no protobuf message'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 0x08, 0x00), 'bytes that are no protobuf message'],
    ['another message', Uint8Array.of(0x50, 0x01), 'a message without files'],
  ];
  it.each(refused)('refuses %s', (_what, bytes, found) => {
    expect(() => loadDescriptorSet(bytes, 'schema.binpb')).toThrow(
      `cannot load the schema: schema.binpb: found ${found}, expected a compiled descriptor set, as protoc --descriptor_set_out writes it`,
    );
  });

  it('says which import was left out', () => {
    const bytes = encodeDescriptorSet({ name: 'a.proto', syntax: 'proto3', dependency: ['b.proto'] });
    expect(() => loadDescriptorSet(bytes, 'schema.binpb')).toThrow(
      'cannot load the schema: a.proto: cannot find the import "b.proto"; the descriptor set schema.binpb was written without it, use protoc --include_imports',
    );
  });

  const unsupported: readonly (readonly [what: string, file: object, problem: string])[] = [
    [
      'groups',
      {
        messageType: [
          { name: 'A', field: [{ name: 'g', number: 1, type: 10, typeName: '.A.G' }], nestedType: [{ name: 'G' }] },
        ],
      },
      'message A has a group; groups are not supported, use a message field instead',
    ],
    [
      'extensions',
      { messageType: [{ name: 'A' }], extension: [{ name: 'x', number: 100, type: 5, extendee: '.A' }] },
      'message A is extended here; extensions are not supported, except those that define options',
    ],
    [
      'extension ranges',
      { messageType: [{ name: 'A', extensionRange: [{ start: 100, end: 200 }] }] },
      'message A reserves numbers for extensions; extensions are not supported',
    ],
    [
      'the wire format of groups',
      { syntax: 'editions', edition: 1000, options: { features: { messageEncoding: 2 } } },
      'the file asks for message_encoding = DELIMITED, which is not supported; use LENGTH_PREFIXED, the default',
    ],
    [
      'later editions',
      { syntax: 'editions', edition: 1001 },
      'found the syntax or edition 1001, expected proto2, proto3 or 2023',
    ],
  ];
  it.each(unsupported)('refuses %s', (_what, file, problem) => {
    const bytes = encodeDescriptorSet({ name: 'a.proto', ...file });
    expect(() => loadDescriptorSet(bytes, 'set')).toThrow(`cannot load the schema: a.proto: ${problem}`);
  });

  it('names lines where the set has them', () => {
    const bytes = encodeDescriptorSet({
      name: 'a.proto',
      syntax: 'proto3',
      messageType: [{ name: 'A', field: [{ name: 'b', number: 1, type: 11, typeName: '.Bee' }] }, { name: 'Be' }],
      sourceCodeInfo: { location: [{ path: [4, 0, 2, 0], span: [6, 2, 12] }] },
    });
    expect(() => loadDescriptorSet(bytes, 'set')).toThrow(
      'cannot load the schema: a.proto:7: unknown type ".Bee" of field A.b; did you mean "Be"?',
    );
  });
});
