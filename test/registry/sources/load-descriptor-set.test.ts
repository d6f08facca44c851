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

  it('does without an import that no RPC needs, and says which one an RPC needs', () => {
    const file = {
      name: 'a.proto',
      syntax: 'proto3',
      dependency: ['b.proto'],
      messageType: [
        { name: 'A', field: [{ name: 'b', number: 1, type: 11, typeName: '.b.B' }] },
        { name: 'C', field: [{ name: 'd', number: 1, type: 9 }] },
      ],
    };
    const get = (type: string) => ({ name: 'S', method: [{ name: 'Get', inputType: type, outputType: '.C' }] });
    const { messages } = loadDescriptorSet(encodeDescriptorSet({ ...file, service: [get('.C')] }), 'schema.binpb');
    expect(messages.get('A')?.unsupported).toMatch(/^unknown type ".b.B" of field A.b; /);
    expect(() => loadDescriptorSet(encodeDescriptorSet({ ...file, service: [get('.A')] }), 'schema.binpb')).toThrow(
      'cannot load the schema: a.proto: unknown type ".b.B" of field A.b; it may be in the import "b.proto"; the descriptor set schema.binpb was written without it, use protoc --include_imports; S/Get needs it',
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
      'message A has a group, g; groups are not supported, use a message field instead',
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
      'message sets',
      { messageType: [{ name: 'A', options: { messageSetWireFormat: true }, extensionRange: [{ start: 4, end: 9 }] }] },
      'message A has the wire format of message sets, which is not supported',
    ],
    [
      'the wire format of groups',
      {
        syntax: 'editions',
        edition: 1000,
        options: { features: { messageEncoding: 2 } },
        messageType: [{ name: 'A', field: [{ name: 'a', number: 1, type: 11, typeName: '.A' }] }],
      },
      'field A.a asks for message_encoding = DELIMITED, which is not supported; use LENGTH_PREFIXED, the default',
    ],
    [
      'later editions',
      { syntax: 'editions', edition: 9999, messageType: [{ name: 'A' }] },
      'message A is written in the syntax or edition 9999, expected proto2, proto3, 2023 or 2024',
    ],
  ];
  it.each(unsupported)('refuses %s that an RPC needs, and passes over others', (_what, file, problem) => {
    const loadWith = (type: string) => {
      const method = [{ name: 'Get', inputType: '.B', outputType: type }];
      const other = { name: 'b.proto', messageType: [{ name: 'B' }], service: [{ name: 'S', method }] };
      return loadDescriptorSet(encodeDescriptorSet({ name: 'a.proto', ...file }, other), 'set');
    };
    expect(() => loadWith('.A')).toThrow(`cannot load the schema: a.proto: ${problem}; S/Get needs it`);
    expect(loadWith('.B').messages.get('A')?.unsupported).toBe(problem);
  });

  it('names lines where the set has them', () => {
    const bytes = encodeDescriptorSet({
      name: 'a.proto',
      syntax: 'proto3',
      messageType: [{ name: 'A', field: [{ name: 'b', number: 1, type: 11, typeName: '.Bee' }] }, { name: 'Be' }],
      service: [{ name: 'S', method: [{ name: 'Get', inputType: '.A', outputType: '.Be' }] }],
      sourceCodeInfo: { location: [{ path: [4, 0, 2, 0], span: [6, 2, 12] }] },
    });
    expect(() => loadDescriptorSet(bytes, 'set')).toThrow(
      'cannot load the schema: a.proto:7: unknown type ".Bee" of field A.b; did you mean "Be"?; S/Get needs it',
    );
  });
});
