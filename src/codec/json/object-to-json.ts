import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import type { JsonStyle } from './json-style.ts';
import { createTemplate, type JsonWriter, reserve, type Template, writeCode, writeTemplate } from './json-writer.ts';
import { findField, layOutMessage, type MessageLayout } from '../wire/message-layout.ts';
import type { ValueToJson } from './scalar-to-json.ts';
import { malformedWire, tooDeep } from '../wire/wire-error.ts';
import { orderWire } from '../wire/wire-order.ts';
import { MAX_DEPTH, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';

/** How a message without a JSON form of its own is written: an object of all its fields. */
export interface ObjectToJson {
  readonly layout: MessageLayout;
  /** How the values of each field are written. */
  readonly values: readonly ValueToJson[];
  /**
   * `,"name":zero` of every field that is written when it is absent, one after the other, then `,"name":` of the others.
   * So whatever lies between two fields on the wire is one copy.
   */
  readonly template: Template;
  /** By field, and at the end: where the field's part of the zeros begins. */
  readonly zeroStarts: Int32Array;
  /** Where its key ends, for a field with a zero; else where its part, which is empty, begins. */
  readonly zeroKeyEnds: Int32Array;
  /** Where the key of a field without a zero lies; two equal numbers for the others. */
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  /** The reader that met a message of this type out of order; what follows in the same answer is likely to be so too. */
  disorderedIn: number;
}

/**
 * Compiles the plan by which a message becomes a JSON object. `zeroJson` gives the JSON of an absent field, undefined when
 * nothing is written for it. `values` writes the present ones, by field.
 */
export function planObject(
  message: MessageDescriptor,
  values: readonly ValueToJson[],
  zeroJson: (field: FieldDescriptor) => string | undefined,
  style: JsonStyle,
): ObjectToJson {
  const layout = layOutMessage(message);
  const separator = style === 'spaced' ? ', ' : ',';
  const keyOf = (field: FieldDescriptor) => Buffer.from(`${separator}${JSON.stringify(field.jsonName)}:`);
  const count = layout.fields.length;
  const zeroStarts = new Int32Array(count + 1);
  const zeroKeyEnds = new Int32Array(count);
  const keyStarts = new Int32Array(count);
  const keyEnds = new Int32Array(count);
  const pieces: Buffer[] = [];
  let position = 0;
  const place = (piece: Buffer) => {
    pieces.push(piece);
    position += piece.length;
  };
  for (const field of message.fields) {
    const zero = zeroJson(field);
    zeroStarts[field.index] = position;
    if (zero === undefined) {
      zeroKeyEnds[field.index] = position;
    } else {
      place(keyOf(field));
      zeroKeyEnds[field.index] = position;
      place(Buffer.from(zero));
    }
  }
  zeroStarts[count] = position;
  for (const field of message.fields) {
    keyStarts[field.index] = position;
    if (zeroJson(field) === undefined) {
      place(keyOf(field));
    }
    keyEnds[field.index] = position;
  }
  const template = createTemplate(Buffer.concat(pieces));
  return { layout, values, template, zeroStarts, zeroKeyEnds, keyStarts, keyEnds, disorderedIn: 0 };
}

const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Writes the message between `reader.position` and `limit` as a JSON object. */
export function writeObject(plan: ObjectToJson, reader: WireReader, writer: JsonWriter, limit: number): void {
  reserve(writer, 2);
  // Every member is written with its separator in front. The first one's must go: the object begins where that separator
  // ends, so the brace goes over its last byte, and its first byte, if there are two, over the byte before the object.
  const start = writer.position;
  const before = writer.spaced ? start - 1 : start;
  const covered = writer.bytes[before]!;
  writer.position = before;
  writeMembers(plan, reader, writer, limit);
  if (writer.position === before) {
    writer.position = start + 1;
  }
  writer.bytes[before] = covered;
  writer.bytes[start] = OPEN;
  writeCode(writer, CLOSE);
}

/** Writes the members of the object alone, each with its separator in front. */
export function writeMembers(plan: ObjectToJson, reader: WireReader, writer: JsonWriter, limit: number): void {
  if (reader.depth >= MAX_DEPTH) {
    throw tooDeep();
  }
  reader.depth += 1;
  const { position } = reader;
  const written = writer.position;
  const deferred = writer.deferred.length;
  const hopeful = plan.layout.ascending && plan.disorderedIn !== reader.id && !reader.careful;
  if (!hopeful || !writeInOrder(plan, reader, writer, limit, false)) {
    plan.disorderedIn = reader.id;
    reader.position = position;
    writer.position = written;
    writer.deferred.length = deferred;
    writeOutOfOrder(plan, reader, writer, limit);
  }
  reader.depth -= 1;
}

/**
 * Writes the members in one pass, as long as fields come in declaration order, once each, one of each oneof. Returns false
 * when they do not; what was written until then is void. `ordered`: they are known to.
 */
function writeInOrder(
  plan: ObjectToJson,
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
  ordered: boolean,
): boolean {
  const { layout, values, template, zeroStarts, zeroKeyEnds, keyStarts, keyEnds } = plan;
  let next = 0;
  let oneofs = 0;
  while (reader.position < limit) {
    const tag = readTag(reader);
    const index = findField(layout, tag);
    if (index < 0) {
      skipValue(reader, tag);
      continue;
    }
    const bit = layout.oneofBits[index]!;
    if (index < next || ((oneofs & bit) !== 0 && !ordered)) {
      return false;
    }
    oneofs |= bit;
    writeTemplate(writer, template, zeroStarts[next]!, zeroKeyEnds[index]!);
    if (keyStarts[index] !== keyEnds[index]) {
      writeTemplate(writer, template, keyStarts[index]!, keyEnds[index]!);
    }
    reader.tag = tag;
    values[index]!(reader, writer, limit);
    next = index + 1;
  }
  if (reader.position !== limit) {
    throw malformedWire();
  }
  writeTemplate(writer, template, zeroStarts[next]!, zeroStarts[values.length]!);
  return true;
}

function writeOutOfOrder(plan: ObjectToJson, reader: WireReader, writer: JsonWriter, limit: number): void {
  const { bytes } = reader;
  const ordered = orderWire(plan.layout, reader, limit);
  reader.bytes = ordered;
  reader.position = 0;
  if (!writeInOrder(plan, reader, writer, ordered.length, true)) {
    throw new Error('The ordered message is out of order.');
  }
  reader.bytes = bytes;
  reader.position = limit;
}
