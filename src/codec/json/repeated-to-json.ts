import { type JsonWriter, writeCode, writeSeparator } from './json-writer.ts';
import type { FieldLayout } from '../wire/message-layout.ts';
import type { ValueToJson } from './scalar-to-json.ts';
import { malformedWire } from '../wire/wire-error.ts';
import { readLimit, type WireReader } from '../wire/wire-reader.ts';
import { readSameTag, readTagOf } from '../wire/wire-run.ts';

const OPEN = 0x5b;
const CLOSE = 0x5d;

/** Compiles how a repeated field's values, which follow each other on the wire, become a JSON array. */
export function compileRepeatedToJson(field: FieldLayout, element: ValueToJson): ValueToJson {
  return field.packedTag === 0 ? compileUnpacked(field.tag, element) : compilePackable(field, element);
}

function compileUnpacked(tag: number, element: ValueToJson): ValueToJson {
  return (reader, writer, limit) => {
    writeCode(writer, OPEN);
    element(reader, writer, limit);
    while (readSameTag(reader, tag, limit)) {
      writeSeparator(writer);
      element(reader, writer, limit);
    }
    writeCode(writer, CLOSE);
  };
}

/** Numbers come one by one, or in packed runs, or both: a reader must take either whatever the schema prefers. */
function compilePackable(field: FieldLayout, element: ValueToJson): ValueToJson {
  return (reader, writer, limit) => {
    writeCode(writer, OPEN);
    const start = writer.position;
    do {
      const end = reader.tag === field.packedTag ? readLimit(reader) : -1;
      if (end < 0) {
        writeElement(reader, writer, limit, element, start);
      }
      while (reader.position < end) {
        writeElement(reader, writer, limit, element, start);
      }
      if (end >= 0 && reader.position !== end) {
        throw malformedWire();
      }
    } while (readTagOf(reader, field, limit));
    writeCode(writer, CLOSE);
  };
}

function writeElement(
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
  element: ValueToJson,
  start: number,
): void {
  if (writer.position !== start) {
    writeSeparator(writer);
  }
  element(reader, writer, limit);
}
