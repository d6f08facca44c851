import { isUtf8 } from 'node:buffer';

import { type FieldLayout, findField, type MessageLayout } from './message-layout.ts';
import { WIRE_TYPE } from './scalar-types.ts';
import { invalidUtf8, malformedWire, tooDeep, WireError } from './wire-error.ts';
import {
  createWireReader,
  MAX_DEPTH,
  readLimit,
  readTag,
  readVarint64,
  skipValue,
  type WireReader,
} from './wire-reader.ts';

/**
 * Finds the error to report when one was thrown somewhere in a message: the first fault in wire order, if there is any,
 * since a decoder that reads everything before it writes anything would have met that one; else the error itself. An
 * error that is not about the message is returned as it is.
 */
export function explainWireError(error: unknown, layout: MessageLayout, wire: Uint8Array): unknown {
  if (isStackOverflow(error)) {
    return tooDeep();
  }
  if (!(error instanceof WireError)) {
    return error;
  }
  try {
    checkMessage(layout, createWireReader(wire), wire.length);
    return error;
  } catch (first) {
    return isStackOverflow(first) ? tooDeep() : first;
  }
}

/** V8 ends a recursion that is too deep with a RangeError; those of other causes have other texts. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}

/**
 * Reads a message from `reader.position` to `limit` for its faults alone, in wire order, and throws the first one: the
 * error that a decoder reports which reads everything before it writes anything. Slow and plain; it runs when a fault is
 * known to be there, and over occurrences of a field that a later one supersedes.
 */
export function checkMessage(layout: MessageLayout, reader: WireReader, limit: number): void {
  if (reader.depth >= MAX_DEPTH) {
    throw tooDeep();
  }
  reader.depth += 1;
  while (reader.position < limit) {
    const tag = readTag(reader);
    const index = findField(layout, tag);
    if (index < 0) {
      skipValue(reader, tag);
    } else {
      checkValue(layout.fields[index]!, reader, tag, limit);
    }
    if (reader.position > limit) {
      throw malformedWire();
    }
  }
  reader.depth -= 1;
}

/** Reads one value of a field whose tag has just been read, and throws the first fault in it. */
export function checkValue(field: FieldLayout, reader: WireReader, tag: number, limit: number): void {
  if ((tag & 7) !== WIRE_TYPE.bytes) {
    skipValue(reader, tag);
    return;
  }
  const end = readLimit(reader);
  if (end > limit) {
    throw malformedWire();
  }
  if (field.message !== undefined) {
    checkMessage(field.message(), reader, end);
  } else if (field.content === 'string' && !isUtf8(reader.bytes.subarray(reader.position, end))) {
    throw invalidUtf8();
  } else if (field.content === 'number') {
    checkPacked(field, reader, end);
  }
  reader.position = end;
}

function checkPacked(field: FieldLayout, reader: WireReader, end: number): void {
  if (field.wireType !== WIRE_TYPE.varint) {
    if ((end - reader.position) % (field.wireType === WIRE_TYPE.fixed64 ? 8 : 4) !== 0) {
      throw malformedWire();
    }
    return;
  }
  while (reader.position < end) {
    readVarint64(reader);
  }
  if (reader.position !== end) {
    throw malformedWire();
  }
}
