import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

/** What `ext/descriptor` adds to a root, and keeps out of its types. */
interface Compiling {
  toDescriptor(edition: 'proto3'): { file: { name: string; dependency: string[] }[] };
}

/**
 * Compiles the proto3 files of a folder into a descriptor set with protobufjs' own parser: an opinion that owes nothing to
 * ours. It has neither comments nor imports; every file is made to import all others.
 */
export function compileWithProtobufjs(folder: string): Uint8Array {
  const root = new protobuf.Root();
  for (const name of readdirSync(folder))
    protobuf.parse(readFileSync(join(folder, name), 'utf8'), root, { keepCase: true });
  root.resolveAll();
  const set = (root as unknown as Compiling).toDescriptor('proto3');
  for (const file of set.file) file.dependency = set.file.flatMap(({ name }) => (name === file.name ? [] : [name]));
  return (descriptor.FileDescriptorSet as protobuf.Type).encode(set).finish();
}
