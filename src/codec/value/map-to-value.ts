import type { FieldDescriptor } from '../../registry/descriptors.ts';

import { compileReadMapEntries, type MapEntry, type MapKey } from '../wire/map-entries.ts';
import type { MessageValue, ReadValue } from './message-value.ts';
import { decodeUtf8 } from './scalar-to-value.ts';
import type { WireReader } from '../wire/wire-reader.ts';

/**
 * Compiles how a map's entries, which follow each other on the wire, become an array of `{ key, value }`, sorted by key.
 * `zero` gives the value of an entry that has none.
 */
export function compileMapToValue(field: FieldDescriptor, value: ReadValue, zero: () => MessageValue): ReadValue {
  const readEntries = compileReadMapEntries(field);
  return (reader, limit) =>
    readEntries(reader, limit).map((entry) => ({
      key: keyValue(entry.key),
      value: entry.start < 0 ? zero() : readEntryValue(entry, value, reader),
    }));
}

/** 64-bit integers as strings, like everywhere in values. */
function keyValue(key: MapKey): string | number | boolean {
  if (typeof key === 'object') {
    return decodeUtf8(key, 0, key.length);
  }
  return typeof key === 'bigint' ? String(key) : key;
}

/** The entry may lie in other bytes than the reader is in, when it had to be put in order. */
function readEntryValue(entry: MapEntry, value: ReadValue, reader: WireReader): MessageValue {
  const { bytes, position } = reader;
  reader.bytes = entry.bytes;
  reader.position = entry.start;
  const found = value(reader, entry.end);
  reader.bytes = bytes;
  reader.position = position;
  return found;
}
