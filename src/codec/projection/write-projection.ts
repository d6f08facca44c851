import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { type JsonWriter, type Template, writeCode, writeTemplate } from '../json/json-writer.ts';
import type { ValueToJson } from '../json/scalar-to-json.ts';
import { findField, type MessageLayout } from '../wire/message-layout.ts';
import { malformedWire, tooDeep } from '../wire/wire-error.ts';
import { orderWire } from '../wire/wire-order.ts';
import { MAX_DEPTH, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';
import { readTagOf } from '../wire/wire-run.ts';

/** How selected members of a message become a JSON object. */
export interface Projection {
  readonly message: MessageDescriptor;
  readonly layout: MessageLayout;
  /** By field: its place among those that are wanted; -1: it is not wanted. */
  readonly slotOfField: Int16Array;
  readonly slotCount: number;
  /** By member: the slot of its field; -1: it has none. */
  readonly slots: Int16Array;
  /** By member: what writes its field; undefined for constants and gaps. */
  readonly values: readonly (ValueToJson | undefined)[];
  /** For each member its key, with what stands in front, and what is written when its field is absent. */
  readonly template: Template;
  /** By member, and at the end: where its part of the template begins. */
  readonly starts: Int32Array;
  /** By member: where its key ends. */
  readonly keyEnds: Int32Array;
  /**
   * By small tag: the member that shows the field; -1: none. Undefined when the members cannot be written in the order in
   * which fields are sent.
   */
  readonly memberOfTag: Int16Array | undefined;
  /** The reader that met a message of this kind out of order; what follows in the same answer is likely to be so, too. */
  disorderedIn: number;
}

const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Where the wanted fields of the messages lie that are being written, the innermost last. */
let places = new Int32Array(4096);

/**
 * Writes the selected members of the message between `reader.position` and `limit` as a JSON object; there must be no gaps
 * among them. What is not selected is skipped: its tags and lengths are checked, what is inside it is not.
 *
 * Throws a WireError, and then the reader's depth and what was written are void.
 */
export function writeProjection(projection: Projection, reader: WireReader, writer: JsonWriter, limit: number): void {
  writeNested(projection, reader, writer, limit, 0);
}

/** The same for a message inside another one, whose places end at `base`. */
function writeNested(
  projection: Projection,
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
  base: number,
): void {
  if (reader.depth >= MAX_DEPTH) throw tooDeep();
  reader.depth += 1;
  const outer = currentBase;
  currentBase = base + projection.slotCount;
  try {
    const { position } = reader;
    const { position: written, unnamed } = writer;
    const { length } = unnamed;
    const { memberOfTag } = projection;
    const isHopeful = memberOfTag !== undefined && projection.disorderedIn !== reader.id;
    if (!isHopeful || !writeInOrder(projection, memberOfTag, reader, writer, limit)) {
      if (isHopeful) projection.disorderedIn = reader.id;
      reader.position = position;
      writer.position = written;
      unnamed.length = length;
      writeByPlace(projection, reader, writer, limit, base);
    }
  } finally {
    currentBase = outer;
  }
  reader.depth -= 1;
}

/** Where the places of the next message inside begin. */
let currentBase = 0;

/** Writes a message that a member of a projection holds. */
export function writeInner(projection: Projection, reader: WireReader, writer: JsonWriter, limit: number): void {
  writeNested(projection, reader, writer, limit, currentBase);
}

/** Writes in one pass, as long as fields come in the order in which they are wanted, once each. */
function writeInOrder(
  projection: Projection,
  memberOfTag: Int16Array,
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
): boolean {
  const { values, template, starts, keyEnds } = projection;
  let next = 0;
  while (reader.position < limit) {
    const tag = readTag(reader);
    const at = tag < memberOfTag.length ? memberOfTag[tag]! : -1;
    if (at < 0) {
      skipValue(reader, tag);
      continue;
    }
    if (at < next) return false;
    writeTemplate(writer, template, starts[next]!, keyEnds[at]!);
    reader.tag = tag;
    values[at]!(reader, writer, limit);
    next = at + 1;
  }
  if (reader.position !== limit) throw malformedWire();
  writeTemplate(writer, template, starts[next]!, starts[values.length]!);
  endObject(projection, writer);
  return true;
}

function writeByPlace(
  projection: Projection,
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
  base: number,
): void {
  if (places.length < base + projection.slotCount) growPlaces(base + projection.slotCount);
  const { bytes, position } = reader;
  let end = limit;
  if (!findPlaces(projection, reader, limit, places, base)) {
    reader.position = position;
    reader.bytes = orderWire(projection.layout, reader, limit);
    reader.position = 0;
    end = reader.bytes.length;
    if (!findPlaces(projection, reader, end, places, base)) throw new Error('The ordered message is out of order.');
  }
  for (let at = 0; at < projection.values.length; at += 1) {
    const slot = projection.slots[at]!;
    writeMember(projection, at, slot < 0 ? -1 : places[base + slot]!, reader, writer, end);
  }
  endObject(projection, writer);
  reader.bytes = bytes;
  reader.position = limit;
}

function growPlaces(count: number): void {
  const larger = new Int32Array(count * 2);
  larger.set(places);
  places = larger;
}

/**
 * Finds where the wanted fields are: for each slot the position of its tag in `found`, from `base` on; -1: it is absent.
 * False when something comes twice, in parts or beside another member of its oneof: then the message has to be put in
 * order first.
 */
export function findPlaces(
  { layout, slotOfField, slotCount }: Projection,
  reader: WireReader,
  limit: number,
  found: Int32Array,
  base: number,
): boolean {
  for (let slot = 0; slot < slotCount; slot += 1) found[base + slot] = -1;
  let oneofs = 0;
  while (reader.position < limit) {
    const at = reader.position;
    const tag = readTag(reader);
    const index = findField(layout, tag);
    skipValue(reader, tag);
    if (index < 0) continue;
    const bit = layout.oneofBits[index]!;
    if ((oneofs & bit) !== 0) return false;
    oneofs |= bit;
    const slot = slotOfField[index]!;
    if (slot < 0) continue;
    if (found[base + slot]! >= 0) return false;
    found[base + slot] = at;
    const field = layout.fields[index]!;
    if (field.repeated) while (readTagOf(reader, field, limit)) skipValue(reader, reader.tag);
  }
  if (reader.position !== limit) throw malformedWire();
  return true;
}

/** Writes one member that is no gap, whose field is at `place`; -1: it is absent. Keys bring what stands in front of them. */
export function writeMember(
  { values, template, starts, keyEnds }: Projection,
  at: number,
  place: number,
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
): void {
  if (place < 0) {
    writeTemplate(writer, template, starts[at]!, starts[at + 1]!);
    return;
  }
  writeTemplate(writer, template, starts[at]!, keyEnds[at]!);
  reader.position = place;
  reader.tag = readTag(reader);
  values[at]!(reader, writer, limit);
}

/** Writes the key of a member, with what stands in front of it. */
export function writeKey({ template, starts, keyEnds }: Projection, at: number, writer: JsonWriter): void {
  writeTemplate(writer, template, starts[at]!, keyEnds[at]!);
}

/** Ends the object that the first member's key began; one without members is begun here, too. */
export function endObject({ values }: Projection, writer: JsonWriter): void {
  if (values.length === 0) writeCode(writer, OPEN);
  writeCode(writer, CLOSE);
}
