import { findField, type FieldLayout, type MessageLayout } from './message-layout.ts';
import { malformedWire } from './wire-error.ts';
import { checkValue } from './wire-check.ts';
import { readLimit, readTag, skipValue, type WireReader } from './wire-reader.ts';

/**
 * Writes a message's wire bytes, from `reader.position` to `limit`, anew as their plainest equivalent: fields in
 * declaration order, each value once, elements of a repeated field together, nothing that the message does not declare.
 * Everything irregular that a sender may do is settled here (https://protobuf.dev/programming-guides/encoding/):
 * the last value of a singular field wins, but a message sent in parts is the sum of its parts; of a oneof's members the
 * one sent last wins. Only this level is ordered; messages within are left as they are.
 *
 * Throws a WireError for a fault in what is dropped, since nobody else will read it. Moves `reader.position`.
 */
export function orderWire(layout: MessageLayout, reader: WireReader, limit: number): Buffer {
  const ordered = Buffer.allocUnsafe(limit - reader.position);
  const pieces = collectPieces(layout, reader, limit);
  let position = 0;
  for (const field of layout.fields) {
    const first = pieces.firstOf[field.index]!;
    if (first < 0) {
      continue;
    }
    const merged = !field.repeated && field.content === 'message' && pieces.list[first]!.next >= 0;
    position = merged
      ? writeMerged(field, pieces.list, first, reader, ordered, position)
      : writePieces(pieces.list, first, reader.bytes, ordered, position);
  }
  return ordered.subarray(0, position);
}

/** One value on the wire, from behind its tag to its end, in the list of its field's values. */
interface Piece {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
  /** Index of the field's next piece; -1: none. */
  next: number;
}

interface Pieces {
  readonly list: Piece[];
  readonly firstOf: Int32Array;
  readonly lastOf: Int32Array;
}

function collectPieces(layout: MessageLayout, reader: WireReader, limit: number): Pieces {
  const count = layout.fields.length;
  const pieces = { list: [], firstOf: new Int32Array(count).fill(-1), lastOf: new Int32Array(count).fill(-1) };
  const memberOf = new Map<number, FieldLayout>();
  while (reader.position < limit) {
    const tag = readTag(reader);
    const start = reader.position;
    skipValue(reader, tag);
    if (reader.position > limit) {
      throw malformedWire();
    }
    const index = findField(layout, tag);
    if (index >= 0) {
      const field = layout.fields[index]!;
      dropSuperseded(field, memberOf, pieces, reader);
      addPiece(pieces, index, { tag, start, end: reader.position, next: -1 });
    }
  }
  return pieces;
}

/** Takes out what the field's new value replaces: its own earlier one, or the other member of its oneof. */
function dropSuperseded(
  field: FieldLayout,
  memberOf: Map<number, FieldLayout>,
  pieces: Pieces,
  reader: WireReader,
): void {
  if (field.oneof >= 0) {
    const member = memberOf.get(field.oneof);
    if (member !== undefined && member !== field) {
      dropPieces(member, pieces, reader);
    }
    memberOf.set(field.oneof, field);
  }
  if (!field.repeated && field.content !== 'message') {
    dropPieces(field, pieces, reader);
  }
}

function dropPieces(field: FieldLayout, pieces: Pieces, reader: WireReader): void {
  const position = reader.position;
  for (let index = pieces.firstOf[field.index]!; index >= 0; index = pieces.list[index]!.next) {
    const piece = pieces.list[index]!;
    reader.position = piece.start;
    checkValue(field, reader, piece.tag, piece.end);
  }
  reader.position = position;
  pieces.firstOf[field.index] = -1;
  pieces.lastOf[field.index] = -1;
}

function addPiece(pieces: Pieces, field: number, piece: Piece): void {
  const index = pieces.list.push(piece) - 1;
  const last = pieces.lastOf[field]!;
  if (last < 0) {
    pieces.firstOf[field] = index;
  } else {
    pieces.list[last]!.next = index;
  }
  pieces.lastOf[field] = index;
}

function writePieces(list: readonly Piece[], first: number, source: Buffer, target: Buffer, start: number): number {
  let position = start;
  for (let index = first; index >= 0; index = list[index]!.next) {
    const piece = list[index]!;
    position = writeVarint(target, position, piece.tag);
    position = copy(source, piece.start, piece.end, target, position);
  }
  return position;
}

/** Decoding parts of a message one after the other equals decoding their concatenation. */
function writeMerged(
  field: FieldLayout,
  list: readonly Piece[],
  first: number,
  reader: WireReader,
  target: Buffer,
  start: number,
): number {
  const parts: { start: number; end: number }[] = [];
  let length = 0;
  for (let index = first; index >= 0; index = list[index]!.next) {
    const piece = list[index]!;
    reader.position = piece.start;
    const end = readLimit(reader);
    parts.push({ start: reader.position, end });
    length += end - reader.position;
  }
  let position = writeVarint(target, start, field.tag);
  position = writeVarint(target, position, length);
  for (const part of parts) {
    position = copy(reader.bytes, part.start, part.end, target, position);
  }
  return position;
}

function writeVarint(target: Buffer, start: number, value: number): number {
  let position = start;
  let rest = value;
  while (rest > 0x7f) {
    target[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[position++] = rest;
  return position;
}

function copy(source: Buffer, start: number, end: number, target: Buffer, position: number): number {
  if (end - start > 64) {
    target.set(source.subarray(start, end), position);
  } else {
    for (let index = start; index < end; index += 1) {
      target[position + index - start] = source[index]!;
    }
  }
  return position + end - start;
}
