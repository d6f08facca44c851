import type { FieldDescriptor } from '../../registry/descriptors.ts';

import { writeString } from '../json/json-string.ts';
import {
  createTemplate,
  type JsonWriter,
  writeAscii,
  writeCode,
  writeSeparator,
  writeTemplate,
} from '../json/json-writer.ts';
import type { ValueToJson } from '../json/scalar-to-json.ts';
import { compileReadMapEntries, type MapEntry, type MapKey } from '../wire/map-entries.ts';
import { layOutMessage } from '../wire/message-layout.ts';
import { createWireReader, readLimit, type WireReader } from '../wire/wire-reader.ts';
import { absentJson, compileList, compilePlainValue, depthOf, zeroJson } from './compile-member.ts';
import type { EntryMember, ProjectionContext, SelectedMember, Selection, Trail } from './selection.ts';
import { type Projection, writeInner } from './write-projection.ts';

/**
 * Compiles how selected members of a message become JSON, straight from its wire bytes: as GraphQL answers are written.
 *
 * @param trail the way to the message from the one that is projected as a whole
 */
export function compileProjection(
  { message, members }: Selection,
  context: ProjectionContext,
  trail: Trail = [],
): Projection {
  const layout = layOutMessage(message);
  const slotOfField = new Int16Array(layout.fields.length).fill(-1);
  let slotCount = 0;
  const slotOf = ({ index }: FieldDescriptor): number => {
    if (slotOfField[index]! < 0) slotOfField[index] = slotCount++;
    return slotOfField[index]!;
  };
  const slots = Int16Array.from(members, ({ content }) => {
    return content.kind === 'constant' || content.field === undefined ? -1 : slotOf(content.field);
  });
  return {
    message,
    layout,
    slotOfField,
    slotCount,
    slots,
    values: members.map((member) => compileMember(member, context, trail)),
    ...compileTemplate(members, context),
    memberOfTag: indexByTag(members, layout),
    disorderedIn: 0,
  };
}

function compileTemplate(members: readonly SelectedMember[], context: ProjectionContext) {
  const starts = new Int32Array(members.length + 1);
  const keyEnds = new Int32Array(members.length);
  const pieces: Buffer[] = [];
  let position = 0;
  const place = (text: string) => {
    const piece = Buffer.from(text);
    pieces.push(piece);
    position += piece.length;
  };
  for (const [at, { key, content }] of members.entries()) {
    starts[at] = position;
    place(`${at === 0 ? '{' : ','}${JSON.stringify(key)}:`);
    keyEnds[at] = position;
    if (content.kind === 'constant') place(content.json);
    else if (content.kind !== 'gap') place(absentJson(content.field, context) ?? 'null');
  }
  starts[members.length] = position;
  return { starts, keyEnds, template: createTemplate(Buffer.concat(pieces)) };
}

/** Only for members in the order of their fields' numbers, each field once, none in a oneof, where a later field could undo it. */
function indexByTag(members: readonly SelectedMember[], layout: Projection['layout']): Int16Array | undefined {
  const memberOfTag = new Int16Array(layout.smallTags.length).fill(-1);
  let last = -1;
  for (const [at, { content }] of members.entries()) {
    if (content.kind === 'gap') return undefined;
    if (content.kind === 'constant') continue;
    const { tag, packedTag, oneof } = layout.fields[content.field.index]!;
    if (tag <= last || oneof >= 0 || Math.max(tag, packedTag) >= memberOfTag.length) return undefined;
    last = tag;
    memberOfTag[tag] = at;
    if (packedTag > 0) memberOfTag[packedTag] = at;
  }
  return memberOfTag;
}

function compileMember({ key, content }: SelectedMember, context: ProjectionContext, trail: Trail) {
  if (content.kind === 'constant' || content.kind === 'gap') return undefined;
  const { field } = content;
  const own = [...trail, key];
  if (content.kind === 'map') return compileMap(field, content.members, context, own);
  if (field.cardinality === 'singular') return compileValue(field, content.inner, context, own);
  return compileList(field, compileValue(field, content.inner, context, [...own, null]), depthOf(own));
}

function compileValue(
  field: FieldDescriptor,
  inner: Selection | undefined,
  context: ProjectionContext,
  trail: Trail,
): ValueToJson {
  if (inner === undefined) return compilePlainValue(field, trail, context);
  const projection = compileProjection(inner, context, trail);
  return (reader, writer) => writeInner(projection, reader, writer, readLimit(reader));
}

/** Writes the entry that the reader has found. */
type WriteEntryMember = (entry: MapEntry, reader: WireReader, writer: JsonWriter) => void;

/** A map becomes a list of its entries, sorted by key. */
function compileMap(
  field: FieldDescriptor,
  members: readonly EntryMember[],
  context: ProjectionContext,
  trail: Trail,
): ValueToJson {
  const readEntries = compileReadMapEntries(field);
  const depth = depthOf(trail);
  const compiled = members.map((member, at) => {
    const text = Buffer.from(`${at === 0 ? '{' : ','}${JSON.stringify(member.key)}:`);
    const write = compileEntryMember(field, member, context, [...trail, null, member.key]);
    return { template: createTemplate(text), length: text.length, write };
  });
  return (reader, writer, limit) => {
    const entries = readEntries(reader, limit);
    writeCode(writer, OPEN_LIST);
    for (const [index, entry] of entries.entries()) {
      if (index > 0) writeSeparator(writer);
      writer.indices[depth] = index;
      if (compiled.length === 0) writeCode(writer, OPEN);
      for (const { template, length, write } of compiled) {
        writeTemplate(writer, template, 0, length);
        write(entry, reader, writer);
      }
      writeCode(writer, CLOSE);
    }
    writeCode(writer, CLOSE_LIST);
  };
}

function compileEntryMember(
  field: FieldDescriptor,
  { content }: EntryMember,
  context: ProjectionContext,
  trail: Trail,
): WriteEntryMember {
  if (content.kind === 'constant') return (_entry, _reader, writer) => writeAscii(writer, content.json);
  if (content.kind === 'key') return ({ key }, _reader, writer) => writeMapKey(key, writer);
  const value = compileValue(field, content.inner, context, trail);
  const writeNone = compileEntryZero(field, content.inner, context, trail);
  return (entry, reader, writer) => {
    if (entry.start < 0) return writeNone(writer);
    // The entry may lie in other bytes than the reader is in, when it had to be put in order.
    const { bytes, position } = reader;
    reader.bytes = entry.bytes;
    reader.position = entry.start;
    reader.tag = entry.tag;
    value(reader, writer, entry.end);
    reader.bytes = bytes;
    reader.position = position;
  };
}

/** The value of an entry that has none: of a message the empty one, not null. */
function compileEntryZero(
  field: FieldDescriptor,
  inner: Selection | undefined,
  context: ProjectionContext,
  trail: Trail,
): (writer: JsonWriter) => void {
  if (field.type.kind !== 'message') {
    const zero = zeroJson(field, context) ?? 'null';
    return (writer) => writeAscii(writer, zero);
  }
  const value = compileValue(field, inner, context, trail);
  // A length of zero, and nothing behind it.
  return (writer) => value(createWireReader(Buffer.alloc(1)), writer, 1);
}

/** 64-bit integers as strings, as everywhere in answers. */
function writeMapKey(key: MapKey, writer: JsonWriter): void {
  if (typeof key === 'object') writeString(writer, key, 0, key.length);
  else if (typeof key === 'bigint') writeAscii(writer, `"${key}"`);
  else writeAscii(writer, String(key));
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
