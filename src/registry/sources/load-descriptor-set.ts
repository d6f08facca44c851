import type { Registry } from '../descriptors.ts';
import { linkRegistry } from '../linking/link-registry.ts';
import type { ProtoFile } from '../proto-file.ts';
import { RegistryError } from '../registry-error.ts';

import { decodeDescriptorSet, type FileDescriptor } from './descriptors/file-descriptor.ts';
import { readFileDescriptor } from './descriptors/read-file-descriptor.ts';
import { addWellKnownFiles } from './well-known-protos.ts';

/**
 * Loads a compiled `FileDescriptorSet`, as `protoc -o` and `buf build --as-file-descriptor-set` write it. Comments come
 * along when it was written with `--include_source_info`.
 *
 * @param name How errors call the set, usually its path
 * @throws {RegistryError} when the bytes are no descriptor set, and with every problem of the files in it
 */
export function loadDescriptorSet(bytes: Uint8Array, name: string): Registry {
  return linkRegistry(
    addWellKnownFiles(readDescriptorSet(bytes, name)),
    [],
    () => `the descriptor set ${name} was written without it, use protoc --include_imports`,
  );
}

/**
 * The files of a descriptor set, unlinked.
 * @throws {RegistryError} when the bytes are no descriptor set
 */
export function readDescriptorSet(bytes: Uint8Array, name: string): ProtoFile[] {
  return decodeSet(bytes, name).map(readFileDescriptor);
}

function decodeSet(bytes: Uint8Array, name: string): readonly FileDescriptor[] {
  const refuse = (found: string): never => {
    const message = `found ${found}, expected a compiled descriptor set, as protoc --descriptor_set_out writes it`;
    throw new RegistryError([{ file: name, line: undefined, message }]);
  };
  if (bytes.length === 0) return refuse('an empty file');
  if (isText(bytes)) return refuse('text');
  let files: readonly FileDescriptor[];
  try {
    files = decodeDescriptorSet(bytes);
  } catch {
    return refuse('bytes that are no protobuf message');
  }
  return files.length > 0 ? files : refuse('a message without files');
}

/** Every descriptor set begins with the tag of its first file, which is a newline; hardly a text does. */
function isText(bytes: Uint8Array): boolean {
  const isControl = (byte: number): boolean => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
  return bytes[0] !== 0x0a && !bytes.subarray(0, 256).some(isControl);
}
