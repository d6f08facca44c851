import descriptor from 'protobufjs/ext/descriptor/index.js';
import type protobuf from 'protobufjs';

/** A descriptor set of these files, given as plain objects in the shape of `FileDescriptorProto`. */
export function encodeDescriptorSet(...file: readonly object[]): Uint8Array {
  const type = descriptor.FileDescriptorSet as protobuf.Type;
  return type.encode(type.fromObject({ file })).finish();
}
