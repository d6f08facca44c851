import type { FieldDescriptor } from '../../registry/descriptors.ts';

import { writeString } from './json-string.ts';
import { type JsonWriter, writeAscii, writeCode, writeSeparator } from './json-writer.ts';
import { compileReadMapEntries, type MapEntry, type MapKey } from '../wire/map-entries.ts';
import type { ValueToJson } from './scalar-to-json.ts';
import type { WireReader } from '../wire/wire-reader.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Compiles how a map's entries, which follow each other on the wire, become a JSON object with sorted keys. `zero` writes
 * the value of an entry that has none.
 */
export function compileMapToJson(
  field: FieldDescriptor,
  value: ValueToJson,
  zero: (writer: JsonWriter) => void,
): ValueToJson {
  const readEntries = compileReadMapEntries(field);
  return (reader, writer, limit) => {
    const entries = readEntries(reader, limit);
    writeCode(writer, OPEN);
    for (const [index, entry] of entries.entries()) {
      if (index > 0) {
        writeSeparator(writer);
      }
      writeKey(writer, entry.key);
      writeCode(writer, COLON);
      if (entry.start < 0) {
        zero(writer);
      } else {
        writeEntryValue(entry, value, reader, writer);
      }
    }
    writeCode(writer, CLOSE);
  };
}

function writeKey(writer: JsonWriter, key: MapKey): void {
  if (typeof key === 'object') {
    writeString(writer, key, 0, key.length);
  } else {
    writeCode(writer, QUOTE);
    writeAscii(writer, String(key));
    writeCode(writer, QUOTE);
  }
}

/** The entry may lie in other bytes than the reader is in: see `readIrregularEntry`. */
function writeEntryValue(entry: MapEntry, value: ValueToJson, reader: WireReader, writer: JsonWriter): void {
  const { bytes, position } = reader;
  reader.bytes = entry.bytes;
  reader.position = entry.start;
  value(reader, writer, entry.end);
  reader.bytes = bytes;
  reader.position = position;
}
