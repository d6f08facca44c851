import type { MessageDescriptor } from '../../registry/descriptors.ts';

import type { BodyToJson } from '../json/json-compiler.ts';
import type { JsonWriter } from '../json/json-writer.ts';
import { findField, layOutMessage, type MessageLayout } from '../wire/message-layout.ts';
import type { ValueToJson } from '../json/scalar-to-json.ts';
import { malformedWire, tooDeep } from '../wire/wire-error.ts';
import { orderWire } from '../wire/wire-order.ts';
import { MAX_DEPTH, readTag, type WireReader } from '../wire/wire-reader.ts';

/**
 * Compiles a well-known type whose JSON is that of the one field it holds: the wrappers, Struct, ListValue, and Value with
 * its one of several. `writeNone` writes, or refuses, a message that holds none.
 */
export function compileSoleFieldToJson(
  message: MessageDescriptor,
  values: readonly ValueToJson[],
  writeNone: (writer: JsonWriter) => void,
): BodyToJson {
  const layout = layOutMessage(message);
  const compiled = { layout, values, writeNone };
  return (reader, writer, limit) => {
    if (reader.depth >= MAX_DEPTH) {
      throw tooDeep();
    }
    reader.depth += 1;
    const { position } = reader;
    const written = writer.position;
    const deferred = writer.deferred.length;
    if (reader.careful || !writeSole(compiled, reader, writer, limit)) {
      reader.position = position;
      writer.position = written;
      writer.deferred.length = deferred;
      writeOrdered(compiled, reader, writer, limit);
    }
    reader.depth -= 1;
  };
}

interface SoleField {
  readonly layout: MessageLayout;
  readonly values: readonly ValueToJson[];
  readonly writeNone: (writer: JsonWriter) => void;
}

/** Writes the field if it is all there is; returns false when there is something else, too. */
function writeSole(compiled: SoleField, reader: WireReader, writer: JsonWriter, limit: number): boolean {
  if (reader.position === limit) {
    compiled.writeNone(writer);
    return true;
  }
  reader.tag = readTag(reader);
  const index = findField(compiled.layout, reader.tag);
  if (index < 0) {
    return false;
  }
  compiled.values[index]!(reader, writer, limit);
  return reader.position === limit;
}

function writeOrdered(compiled: SoleField, reader: WireReader, writer: JsonWriter, limit: number): void {
  const { bytes } = reader;
  const ordered = orderWire(compiled.layout, reader, limit);
  reader.bytes = ordered;
  reader.position = 0;
  if (!writeSole(compiled, reader, writer, ordered.length)) {
    throw malformedWire();
  }
  reader.bytes = bytes;
  reader.position = limit;
}
