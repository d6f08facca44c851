import { readFileSync } from 'node:fs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

import { writeDescriptorSet } from '../../../src/registry/sources/descriptors/write-descriptor-set.ts';
import { loadDescriptorSet, readDescriptorSet } from '../../../src/registry/sources/load-descriptor-set.ts';
import { loadProtoFiles, readProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { printRegistry } from '../print-registry.ts';

/** Files of a set as protobufjs reads them, without what only protoc keeps: reserved names, empty options, every place. */
function decode(set: Uint8Array, names: readonly string[]): unknown {
  const type = descriptor.FileDescriptorSet as protobuf.Type;
  const { file } = type.toObject(type.decode(set)) as { file: { name: string }[] };
  const forgotten = new Set(['reservedName', 'reservedRange', 'sourceCodeInfo']);
  const isEmpty = (value: unknown) => JSON.stringify(value) === '{}';
  const text = JSON.stringify(
    file.filter(({ name }) => names.includes(name)),
    (key, value: unknown) => (forgotten.has(key) || (key === 'options' && isEmpty(value)) ? undefined : value),
  );
  return JSON.parse(text);
}

describe('writeDescriptorSet()', () => {
  it.each(['proto', 'test/recorded/registry', 'test/recorded/conf.proto'])(
    'writes a set that gives the registry of %s',
    (source) => {
      const set = writeDescriptorSet(readProtoFiles([source]).files);
      expect(printRegistry(loadDescriptorSet(set, 'set'))).toEqual(printRegistry(loadProtoFiles([source])));
    },
  );

  it('writes each file behind those that it imports', () => {
    const { files } = readProtoFiles(['proto']);
    const read = (ordered: typeof files) =>
      readDescriptorSet(writeDescriptorSet(ordered), 'set').map(({ name, imports }) => ({ name, imports }));
    for (const written of [read(files), read(files.toReversed())]) {
      const places = new Map(written.map(({ name }, place) => [name, place]));
      const early = written.flatMap(({ name, imports }, place) =>
        imports.filter(({ path }) => places.get(path)! > place).map(({ path }) => `${name} before ${path}`),
      );
      expect(early).toEqual([]);
      expect(written).toHaveLength(files.length);
    }
  });

  it('writes what protoc writes', () => {
    const folder = 'test/recorded/registry/';
    const named = (name: string) => name.replace(folder, '');
    const files = readProtoFiles([folder]).files.map((file) => ({
      ...file,
      name: named(file.name),
      imports: file.imports.map((imported) => ({ ...imported, path: named(imported.path) })),
    }));
    const names = ['comments.proto', 'edition.proto'];
    const protocs = decode(readFileSync(`${folder}compiled.binpb`), names);
    expect(protocs).toHaveLength(2);
    expect(decode(writeDescriptorSet(files), names)).toEqual(protocs);
  });
});
