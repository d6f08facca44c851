import type { FieldDescriptor, MapKeyType } from '../../registry/descriptors.ts';

import { ENTRY_KEY, ENTRY_VALUE, findField, layOutEntry, type MessageLayout } from './message-layout.ts';
import { checkValue } from './wire-check.ts';
import { malformedWire } from './wire-error.ts';
import { orderWire } from './wire-order.ts';
import {
  decodeZigZag32,
  decodeZigZag64,
  readFixed32,
  readFixed64,
  readLimit,
  readTag,
  readVarint32,
  readVarint64,
  skipValue,
  type WireReader,
} from './wire-reader.ts';
import { readSameTag } from './wire-run.ts';

/** A map's key: the UTF-8 bytes of a string, a 64-bit integer as a bigint. */
export type MapKey = Buffer | number | bigint | boolean;

/** One entry of a map; the value stays on the wire until it is needed. */
export interface MapEntry {
  readonly key: MapKey;
  /** Where the value lies, from behind its tag. */
  readonly bytes: Buffer;
  readonly tag: number;
  /** -1: the entry has no value, which means the zero of its type. */
  readonly start: number;
  readonly end: number;
}

/** Reads the entries from `reader.position` on, up to `limit` or the next other field. */
export type ReadMapEntries = (reader: WireReader, limit: number) => MapEntry[];

/**
 * Compiles the reader of a map field's entries. They come sorted: numbers by value, false before true, strings by their
 * UTF-8 bytes. Of several entries with one key the last wins.
 */
export function compileReadMapEntries(field: FieldDescriptor): ReadMapEntries {
  const layout = layOutEntry(field);
  const { read, zero } = KEY_TYPES[field.mapKey!];
  return (reader, limit) => {
    const entries: MapEntry[] = [];
    do {
      entries.push(readEntry(layout, read, zero, reader, readLimit(reader)));
    } while (readSameTag(reader, reader.tag, limit));
    return entries.length === 1 ? entries : sortEntries(layout, entries, reader);
  };
}

function readEntry(
  layout: MessageLayout,
  readKey: (reader: WireReader) => MapKey,
  zeroKey: MapKey,
  reader: WireReader,
  limit: number,
): MapEntry {
  const begin = reader.position;
  let key: MapKey | undefined;
  let start = -1;
  let valueTag = 0;
  let end = -1;
  while (reader.position < limit) {
    const tag = readTag(reader);
    const index = findField(layout, tag);
    if (index === ENTRY_KEY && key === undefined) {
      key = readKey(reader);
    } else if (index === ENTRY_VALUE && start < 0) {
      start = reader.position;
      valueTag = tag;
      skipValue(reader, tag);
      end = reader.position;
    } else if (index < 0) {
      skipValue(reader, tag);
    } else {
      return readIrregularEntry(layout, readKey, zeroKey, reader, begin, limit);
    }
  }
  if (reader.position !== limit) {
    throw malformedWire();
  }
  return { key: key ?? zeroKey, bytes: reader.bytes, tag: valueTag, start, end };
}

/** A key or a value came twice. */
function readIrregularEntry(
  layout: MessageLayout,
  readKey: (reader: WireReader) => MapKey,
  zeroKey: MapKey,
  reader: WireReader,
  begin: number,
  limit: number,
): MapEntry {
  const bytes = reader.bytes;
  reader.position = begin;
  const ordered = orderWire(layout, reader, limit);
  reader.bytes = ordered;
  reader.position = 0;
  const entry = readEntry(layout, readKey, zeroKey, reader, ordered.length);
  reader.bytes = bytes;
  reader.position = limit;
  return entry;
}

function sortEntries(layout: MessageLayout, entries: MapEntry[], reader: WireReader): MapEntry[] {
  // The sort is stable, so of equal keys the last one in wire order stands last.
  entries.sort((left, right) => compareKeys(left.key, right.key));
  return entries.filter((entry, index) => {
    const next = entries[index + 1];
    if (next === undefined || compareKeys(entry.key, next.key) !== 0) {
      return true;
    }
    checkEntryValue(layout, entry, reader);
    return false;
  });
}

/** Throws for a fault in a value that nobody else will read. */
function checkEntryValue(layout: MessageLayout, entry: MapEntry, reader: WireReader): void {
  if (entry.start < 0) {
    return;
  }
  const { bytes, position } = reader;
  reader.bytes = entry.bytes;
  reader.position = entry.start;
  checkValue(layout.fields[ENTRY_VALUE]!, reader, entry.tag, entry.end);
  reader.bytes = bytes;
  reader.position = position;
}

function compareKeys(left: MapKey, right: MapKey): number {
  if (typeof left === 'object') {
    return Buffer.compare(left, right as Buffer);
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

interface KeyType {
  readonly read: (reader: WireReader) => MapKey;
  readonly zero: MapKey;
}

const KEY_TYPES: Readonly<Record<MapKeyType, KeyType>> = Object.freeze({
  int32: { read: readVarint32, zero: 0 },
  uint32: { read: (reader) => readVarint32(reader) >>> 0, zero: 0 },
  sint32: { read: (reader) => decodeZigZag32(readVarint32(reader)), zero: 0 },
  fixed32: { read: (reader) => readFixed32(reader) >>> 0, zero: 0 },
  sfixed32: { read: readFixed32, zero: 0 },
  int64: { read: (reader) => signed(reader, readVarint64), zero: 0n },
  uint64: { read: (reader) => unsigned(reader, readVarint64), zero: 0n },
  sint64: { read: (reader) => signed(reader, readZigZag64), zero: 0n },
  fixed64: { read: (reader) => unsigned(reader, readFixed64), zero: 0n },
  sfixed64: { read: (reader) => signed(reader, readFixed64), zero: 0n },
  bool: {
    read: (reader) => {
      readVarint64(reader);
      return (reader.low | reader.high) !== 0;
    },
    zero: false,
  },
  string: {
    read: (reader) => {
      const end = readLimit(reader);
      const key = reader.bytes.subarray(reader.position, end);
      reader.position = end;
      return key;
    },
    zero: Buffer.alloc(0),
  },
});

function readZigZag64(reader: WireReader): void {
  readVarint64(reader);
  decodeZigZag64(reader);
}

function signed(reader: WireReader, read: (reader: WireReader) => void): bigint {
  read(reader);
  return (BigInt(reader.high) << 32n) | BigInt(reader.low >>> 0);
}

function unsigned(reader: WireReader, read: (reader: WireReader) => void): bigint {
  read(reader);
  return (BigInt(reader.high >>> 0) << 32n) | BigInt(reader.low >>> 0);
}
