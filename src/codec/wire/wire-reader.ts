import { malformedWire } from './wire-error.ts';

/** How deep messages may nest, as in protobuf-go. Whoever reads by recursion may come to the end of V8's stack earlier: that is the same error. */
export const MAX_DEPTH = 10_000;

/**
 * A position in wire bytes. One object per root message: readers move `position` and, for 64-bit values, leave the two
 * halves in `low` and `high`, so the hot path allocates nothing and V8 sees one shape everywhere.
 *
 * Readers do not check for the end of the message: a value that runs over it leaves `position` beyond the limit, which the
 * loop over the message's fields checks once, at its end. Only lengths are checked before they are used.
 */
export interface WireReader {
  /** Tells this reading from every other one of the process. */
  readonly id: number;
  bytes: Buffer;
  position: number;
  /** The tag read last: field number and wire type. */
  tag: number;
  /** The low 32 bits of the 64-bit value read last, signed. */
  low: number;
  /** Its high 32 bits, signed. */
  high: number;
  /** How many messages are open. */
  depth: number;
  /**
   * Whether every message is put in order before it is written. Else its values are written as they come, in the hope that
   * none of them is replaced by a later one; see `readWire`.
   */
  readonly careful: boolean;
  /** At how many open messages those inside are put off, so that no stack has to bear them all; see `writeNested`. */
  readonly restsAt: number;
}

/**
 * How many messages are read inside each other by recursion. V8's default stack ends at about a thousand of the costliest
 * (an Any in an Any), and whoever calls has used some of it.
 */
const LEVELS_AT_ONCE = 300;

let readings = 0;

/** Opens wire bytes for reading; they are not copied. */
export function createWireReader(wire: Uint8Array, careful = false): WireReader {
  // A Buffer always: two kinds of arrays would make every element access in this room polymorphic.
  const bytes = Buffer.isBuffer(wire) ? wire : Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);
  readings += 1;
  return { id: readings, bytes, position: 0, tag: 0, low: 0, high: 0, depth: 0, careful, restsAt: LEVELS_AT_ONCE };
}

/** A reader of the same bytes that goes on where this one is now, later and from an empty stack. */
export function resumeLater({ bytes, position, depth, careful, id }: WireReader): WireReader {
  const restsAt = depth + LEVELS_AT_ONCE;
  return { id, bytes, position, tag: 0, low: 0, high: 0, depth, careful, restsAt };
}

/** A reader of the same bytes that goes on where this one is now, and meets at most `levels` more messages inside each other. */
export function withRoomFor(reader: WireReader, levels: number): WireReader {
  return resumeLater({ ...reader, depth: Math.max(reader.depth, MAX_DEPTH - levels) });
}

/** Reads a field's tag. Throws for a field number outside 1 to 2^29 - 1. */
export function readTag(reader: WireReader): number {
  const first = reader.bytes[reader.position]!;
  if (first < 0x80 && first >= 8) {
    reader.position += 1;
    return first;
  }
  const second = reader.bytes[reader.position + 1]!;
  if (first >= 0x80 && second < 0x80 && second !== 0) {
    reader.position += 2;
    return (first & 0x7f) | (second << 7);
  }
  return readLongTag(reader);
}

function readLongTag(reader: WireReader): number {
  readVarint64(reader);
  const tag = reader.low >>> 0;
  if (reader.high !== 0 || tag < 8) {
    throw malformedWire();
  }
  return tag;
}

/** Reads a varint of any length and returns its low 32 bits, signed: what int32 and enum fields keep. */
export function readVarint32(reader: WireReader): number {
  const bytes = reader.bytes;
  let position = reader.position;
  let byte = bytes[position++]!;
  let value = byte & 0x7f;
  if (byte >= 0x80) {
    byte = bytes[position++]!;
    value |= (byte & 0x7f) << 7;
    if (byte >= 0x80) {
      byte = bytes[position++]!;
      value |= (byte & 0x7f) << 14;
      if (byte >= 0x80) {
        byte = bytes[position++]!;
        value |= (byte & 0x7f) << 21;
        if (byte >= 0x80) {
          readVarint64(reader);
          return reader.low;
        }
      }
    }
  }
  reader.position = position;
  return value;
}

/** Reads a varint into `low` and `high`. Throws when it is longer than ten bytes or does not fit 64 bits. */
export function readVarint64(reader: WireReader): void {
  const bytes = reader.bytes;
  let position = reader.position;
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = bytes[position++]!;
    const bits = byte & 0x7f;
    if (shift < 28) {
      low |= bits << shift;
    } else if (shift === 28) {
      low |= bits << 28;
      high = bits >>> 4;
    } else if (shift < 63) {
      high |= bits << (shift - 32);
    } else if (bits > 1) {
      throw malformedWire();
    } else {
      high |= bits << 31;
    }
    if ((byte & 0x80) === 0) {
      reader.position = position;
      reader.low = low;
      reader.high = high;
      return;
    }
  }
  throw malformedWire();
}

/** Reads four bytes, little-endian, signed. */
export function readFixed32(reader: WireReader): number {
  const bytes = reader.bytes;
  const position = reader.position;
  reader.position = position + 4;
  return bytes[position]! | (bytes[position + 1]! << 8) | (bytes[position + 2]! << 16) | (bytes[position + 3]! << 24);
}

/** Reads eight bytes, little-endian, into `low` and `high`. */
export function readFixed64(reader: WireReader): void {
  reader.low = readFixed32(reader);
  reader.high = readFixed32(reader);
}

/** Undoes the zigzag of an sint32. */
export function decodeZigZag32(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/** Undoes the zigzag of an sint64 in `low` and `high`. */
export function decodeZigZag64(reader: WireReader): void {
  const sign = -(reader.low & 1);
  reader.low = ((reader.low >>> 1) | (reader.high << 31)) ^ sign;
  reader.high = (reader.high >>> 1) ^ sign;
}

// Through a DataView, not a Float64Array: the byte order is then the wire's on every machine.
const FLOAT_BITS = new DataView(new ArrayBuffer(8));

/** Reads an IEEE 754 binary32. */
export function readFloat(reader: WireReader): number {
  FLOAT_BITS.setInt32(0, readFixed32(reader), true);
  return FLOAT_BITS.getFloat32(0, true);
}

/** Reads an IEEE 754 binary64. */
export function readDouble(reader: WireReader): number {
  readFixed64(reader);
  FLOAT_BITS.setInt32(0, reader.low, true);
  FLOAT_BITS.setInt32(4, reader.high, true);
  return FLOAT_BITS.getFloat64(0, true);
}

/** Reads the length of a length-delimited value and returns where the value ends. Throws when the bytes end before. */
export function readLimit(reader: WireReader): number {
  const first = reader.bytes[reader.position]!;
  let length = first;
  if (first < 0x80) {
    reader.position += 1;
  } else {
    readVarint64(reader);
    length = reader.low;
    if (reader.high !== 0 || length < 0) {
      throw malformedWire();
    }
  }
  const limit = reader.position + length;
  // Written so that the NaN of a length beyond the last byte fails too.
  if (!(limit <= reader.bytes.length)) {
    throw malformedWire();
  }
  return limit;
}

/** Skips the value of a field whose tag has just been read, groups included. */
export function skipValue(reader: WireReader, tag: number): void {
  switch (tag & 7) {
    case 0:
      readVarint64(reader);
      return;
    case 1:
      reader.position += 8;
      return;
    case 2:
      reader.position = readLimit(reader);
      return;
    case 3:
      skipGroup(reader, tag);
      return;
    case 5:
      reader.position += 4;
      return;
    default:
      throw malformedWire();
  }
}

/** Skips to the end of the group that `start` opened; a loop, since groups nest as deep as the sender likes. */
function skipGroup(reader: WireReader, start: number): void {
  const open = [start >>> 3];
  while (open.length > 0) {
    if (reader.position >= reader.bytes.length) {
      throw malformedWire();
    }
    const tag = readTag(reader);
    if ((tag & 7) === 3) {
      open.push(tag >>> 3);
      if (open.length > MAX_DEPTH) {
        throw malformedWire();
      }
    } else if ((tag & 7) === 4) {
      if (open.pop() !== tag >>> 3) {
        throw malformedWire();
      }
    } else {
      skipValue(reader, tag);
    }
  }
}
