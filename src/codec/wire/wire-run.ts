import type { FieldLayout } from './message-layout.ts';
import { readTag, type WireReader } from './wire-reader.ts';

/** Moves behind the next tag when it is this one; otherwise stays before it. */
export function readSameTag(reader: WireReader, tag: number, limit: number): boolean {
  const { position } = reader;
  if (position < limit && readTag(reader) === tag) {
    return true;
  }
  reader.position = position;
  return false;
}

/** Moves behind the next tag, and keeps it in `reader.tag`, when it is the field's, packed or not; otherwise stays before it. */
export function readTagOf(reader: WireReader, field: FieldLayout, limit: number): boolean {
  const { position } = reader;
  if (position < limit) {
    const tag = readTag(reader);
    if (tag === field.tag || tag === field.packedTag) {
      reader.tag = tag;
      return true;
    }
    reader.position = position;
  }
  return false;
}
