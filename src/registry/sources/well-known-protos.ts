import { parseProtoFile } from '../parsing/parse-proto-file.ts';
import type { ProtoFile } from '../proto-file.ts';

/**
 * The well-known types, for sources that import them without bringing them. Written down here because protobufjs bundles
 * them with renamed fields (`nullValue` for `null_value`). Without comments: how they read and write is the codec's matter.
 * Source: https://protobuf.dev/reference/protobuf/google.protobuf/
 */
export const wellKnownProtos: ReadonlyMap<string, string> = new Map(
  Object.entries({
    any: 'message Any { string type_url = 1; bytes value = 2; }',
    duration: 'message Duration { int64 seconds = 1; int32 nanos = 2; }',
    empty: 'message Empty {}',
    field_mask: 'message FieldMask { repeated string paths = 1; }',
    struct: `
      message Struct { map<string, Value> fields = 1; }
      message Value {
        oneof kind {
          NullValue null_value = 1;
          double number_value = 2;
          string string_value = 3;
          bool bool_value = 4;
          Struct struct_value = 5;
          ListValue list_value = 6;
        }
      }
      enum NullValue { NULL_VALUE = 0; }
      message ListValue { repeated Value values = 1; }`,
    timestamp: 'message Timestamp { int64 seconds = 1; int32 nanos = 2; }',
    wrappers: `
      message DoubleValue { double value = 1; }
      message FloatValue { float value = 1; }
      message Int64Value { int64 value = 1; }
      message UInt64Value { uint64 value = 1; }
      message Int32Value { int32 value = 1; }
      message UInt32Value { uint32 value = 1; }
      message BoolValue { bool value = 1; }
      message StringValue { string value = 1; }
      message BytesValue { bytes value = 1; }`,
  }).map(([name, declarations]) => [
    `google/protobuf/${name}.proto`,
    `syntax = "proto3"; package google.protobuf; ${declarations}`,
  ]),
);

let parsed: readonly ProtoFile[] | undefined;

/** The well-known files. */
function wellKnownFiles(): readonly ProtoFile[] {
  parsed ??= [...wellKnownProtos].map(([path, source]) => parseProtoFile(source, path).file);
  return parsed;
}

/**
 * Files, and all well-known ones that do not come with them: an Any may hold their types, whether a field names them or not.
 * A file that comes under another name, or inside another file, counts as brought.
 */
export function addWellKnownFiles(files: readonly ProtoFile[]): ProtoFile[] {
  const brought = new Set(
    files
      .filter((file) => file.package === 'google.protobuf')
      .flatMap(({ messages }) => messages.map(({ name }) => name)),
  );
  const missing = wellKnownFiles().filter(({ messages }) => !messages.some(({ name }) => brought.has(name)));
  return [...files, ...missing];
}
