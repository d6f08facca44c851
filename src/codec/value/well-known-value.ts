import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { createJsonWriter, discardJson, takeJson } from '../json/json-writer.ts';
import { compilerOf } from '../json/wire-to-json.ts';
import { type WireReader, withRoomFor } from '../wire/wire-reader.ts';

/**
 * How many messages lie inside each other in a JSON value that is read as a value: a thousand lists or objects, each of which
 * is a message in a Value, and the Value in the innermost. ProtoJSON goes to ten thousand messages; JSON.stringify, which
 * writes values, meets the end of the call stack somewhere before.
 */
export const MAX_VALUE_DEPTH = 2_001;

/** The types whose JSON nests. */
const nests: ReadonlySet<string> = new Set(
  ['Struct', 'Value', 'ListValue', 'Any'].map((name) => `google.protobuf.${name}`),
);

/**
 * Compiles how a well-known type is read: its value is what its JSON says. What is compiled moves the reader to `limit`, and
 * throws a WireError for what has no JSON or is nested more than `MAX_VALUE_DEPTH` deep.
 */
export function compileWellKnownValue(
  message: MessageDescriptor,
  registry: Registry,
): (reader: WireReader, limit: number) => unknown {
  const { write } = compilerOf(registry, 'compact').message(message);
  const isNested = nests.has(message.fullName);
  return (reader, limit) => {
    // What a value left that has no JSON.
    discardJson(scratch);
    write(isNested ? withRoomFor(reader, MAX_VALUE_DEPTH) : reader, scratch, limit);
    reader.position = limit;
    return JSON.parse(takeJson(scratch).toString());
  };
}

const scratch = createJsonWriter('compact');
