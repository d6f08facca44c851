import type { FieldDescriptor } from '../../registry/descriptors.ts';

import { WIRE_TYPE } from './scalar-types.ts';
import { malformedWire } from './wire-error.ts';
import { createWireReader, MAX_DEPTH, readLimit, readTag, skipValue } from './wire-reader.ts';
import { tagOf } from './wire-writer.ts';

/** How many fields are looked at between two steps: well under a millisecond. */
const fieldsPerStep = 2_048;

/** One string in encoded messages of a type. Works in steps, and throws a WireError for bytes that are no message. */
export interface TextField {
  /** What stands there; empty where nothing does. */
  readonly read: (wire: Uint8Array) => Iterator<void, string, void>;
  /**
   * The same message with another text there. It is one more occurrence of the field at the end, and no byte that was there is
   * rewritten: the last value of a field holds (https://protobuf.dev/programming-guides/encoding/#last-one-wins). A message that
   * occurs twice is to be merged, but some readers, protobufjs among them, take the last one whole; so the one that is added
   * holds all that the others held.
   */
  readonly append: (wire: Uint8Array, text: string) => Iterator<void, Buffer, void>;
}

/**
 * Compiles how a string is read and added on the wire. What else is in the message is skipped, however large it is, and never
 * opened.
 *
 * @param path steps from the message to the string, outermost first; every step is a field that holds one value
 */
export function compileTextField(path: readonly FieldDescriptor[]): TextField {
  const numbers = path.map(({ number }) => number);
  return {
    read: function* (wire) {
      let part = toBuffer(wire);
      for (const [depth, number] of numbers.entries())
        part = yield* findContent(part, number, depth === numbers.length - 1);
      return part.toString('utf8');
    },
    append: function* (wire, text) {
      const message = toBuffer(wire);
      return Buffer.concat([message, ...(yield* write(message, numbers, Buffer.from(text)))]);
    },
  };
}

/** A field that holds what it held in this message, with the text at the end of the path. */
function* write(message: Buffer, [first, ...rest]: readonly number[], text: Buffer): Generator<void, Buffer[]> {
  const content = [text];
  if (rest.length > 0) {
    const held = yield* findContent(message, first!, false);
    content.splice(0, 1, held, ...(yield* write(held, rest, text)));
  }
  const length = content.reduce((sum, each) => sum + each.length, 0);
  return [Buffer.from([...varint(tagOf(first!, WIRE_TYPE.bytes)), ...varint(length)]), ...content];
}

/** What a field holds: of a text the last occurrence, of a message all of them, one after the other, which merges them. */
function* findContent(bytes: Buffer, number: number, isText: boolean): Generator<void, Buffer> {
  const reader = createWireReader(bytes);
  const wanted = tagOf(number, WIRE_TYPE.bytes);
  // Groups that are open, by number: whoever puts millions of fields into one is not read in one go either.
  const groups: number[] = [];
  let found = bytes.subarray(0, 0);
  // One buffer for all occurrences: there may be millions.
  let merged: Buffer | undefined;
  for (let fields = 1; reader.position < bytes.length; fields += 1) {
    if (fields % fieldsPerStep === 0) yield;
    const tag = readTag(reader);
    const wireType = tag & 7;
    if (tag === wanted && groups.length === 0) {
      const end = readLimit(reader);
      if (isText || found.length === 0) {
        found = bytes.subarray(reader.position, end);
      } else {
        merged ??= Buffer.concat([found], bytes.length);
        const length = found.length + bytes.copy(merged, found.length, reader.position, end);
        found = merged.subarray(0, length);
      }
      reader.position = end;
    } else if (wireType === WIRE_TYPE.startGroup) {
      if (groups.push(tag >>> 3) > MAX_DEPTH) throw malformedWire();
    } else if (wireType === WIRE_TYPE.endGroup) {
      if (groups.pop() !== tag >>> 3) throw malformedWire();
    } else {
      skipValue(reader, tag);
    }
  }
  if (reader.position !== bytes.length || groups.length > 0) throw malformedWire();
  return found;
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

function toBuffer(wire: Uint8Array): Buffer {
  return Buffer.isBuffer(wire) ? wire : Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);
}
