import type { FieldDescriptor, MessageDescriptor, Registry } from '../registry/descriptors.ts';

import { createJsonWriter, takeJson } from './json-writer.ts';
import { compileReadMapEntries, type MapEntry, type MapKey } from './map-entries.ts';
import { type FieldLayout, findField, layOutMessage, type MessageLayout } from './message-layout.ts';
import { decodeUtf8, SCALAR_TO_VALUE, SCALAR_ZERO } from './scalar-to-value.ts';
import { explainWireError } from './wire-check.ts';
import { malformedWire, tooDeep } from './wire-error.ts';
import { orderWire } from './wire-order.ts';
import {
  createWireReader,
  MAX_DEPTH,
  readLimit,
  readTag,
  readVarint32,
  skipValue,
  type WireReader,
} from './wire-reader.ts';
import { readTagOf } from './wire-run.ts';
import { compilerOf } from './wire-to-json.ts';
import { WELL_KNOWN_TO_JSON } from './well-known/well-known-to-json.ts';

/** What a message, or a field of one, is as a JavaScript value: an ordinary message is an `ObjectValue`. */
export type MessageValue = ObjectValue | readonly MessageValue[] | string | number | boolean | null;

/** An ordinary message: every field by its JSON name, in declaration order. A map is an array of `{ key, value }`. */
export interface ObjectValue {
  readonly [jsonName: string]: MessageValue;
}

/** Reads one message's wire bytes. Throws a WireError, and nothing else, for what has no value. */
export type WireToValue = (wire: Uint8Array) => MessageValue;

/**
 * Compiles how a message type's wire bytes become a plain object with all fields present: 32-bit integers, floats (at
 * their shortest decimal) and doubles are numbers, 64-bit integers decimal strings, bytes base64, an enum its number
 * whether the schema knows it or not, repeated fields arrays, maps sorted arrays of `{ key, value }`. An absent message,
 * `optional` field or member of a oneof is null. A well-known type is its ProtoJSON value.
 */
export function compileWireToValue(message: MessageDescriptor, registry: Registry): WireToValue {
  const layout = layOutMessage(message);
  const compiled = messageToValue(message, registry);
  return (wire) => {
    const reader = createWireReader(wire);
    try {
      return compiled.read(reader, reader.bytes.length);
    } catch (error) {
      takeJson(scratch);
      throw explainWireError(error, layout, wire);
    }
  };
}

/**
 * Reads the value at `reader.position`, whose tag is `reader.tag`; of a repeated field also the values that follow, up to
 * `limit`, where the message around it ends.
 */
type ReadValue = (reader: WireReader, limit: number) => MessageValue;

interface MessageToValue {
  /** Reads the message between `reader.position` and `limit`. */
  read: ReadValue;
}

const compiledByRegistry = new WeakMap<Registry, WeakMap<MessageDescriptor, MessageToValue>>();

function messageToValue(message: MessageDescriptor, registry: Registry): MessageToValue {
  let compiled = compiledByRegistry.get(registry);
  if (compiled === undefined) {
    compiled = new WeakMap();
    compiledByRegistry.set(registry, compiled);
  }
  let found = compiled.get(message);
  if (found === undefined) {
    // Registered before its fields are compiled: a message may hold itself.
    found = { read: notYetCompiled };
    compiled.set(message, found);
    found.read = WELL_KNOWN_TO_JSON.has(message.fullName)
      ? compileWellKnown(message, registry)
      : compileObject(message, registry);
  }
  return found;
}

function notYetCompiled(): never {
  throw new Error('A message was read before its type was compiled.');
}

const scratch = createJsonWriter('compact');

/** The value of a well-known type is what its JSON says. */
function compileWellKnown(message: MessageDescriptor, registry: Registry): ReadValue {
  const toJson = compilerOf(registry, 'compact').message(message);
  return (reader, limit) => {
    toJson.write(reader, scratch, limit);
    return JSON.parse(takeJson(scratch).toString());
  };
}

interface ObjectPlan {
  readonly layout: MessageLayout;
  readonly names: readonly string[];
  readonly values: readonly ReadValue[];
  readonly oneofBits: Int32Array;
  /** The object of an empty message; every object begins as its copy, so that all have the same shape. */
  readonly template: ObjectValue;
  /** The reader that met a message of this type out of order; what follows in the same answer is likely to be so too. */
  disorderedIn: number;
}

function compileObject(message: MessageDescriptor, registry: Registry): ReadValue {
  const layout = layOutMessage(message);
  const plan: ObjectPlan = {
    layout,
    names: message.fields.map((field) => field.jsonName),
    values: message.fields.map((field) => compileField(field, layout.fields[field.index]!, registry)),
    oneofBits: Int32Array.from(layout.fields, (field) => (field.oneof < 0 ? 0 : 1 << (field.oneof & 31))),
    // Not by assignment: a field may be named `__proto__`.
    template: Object.fromEntries(message.fields.map((field) => [field.jsonName, absentValue(field)])),
    disorderedIn: 0,
  };
  return (reader, limit) => readObject(plan, reader, limit);
}

const NO_VALUES: readonly MessageValue[] = Object.freeze([]);

function absentValue(field: FieldDescriptor): MessageValue {
  if (field.cardinality !== 'singular') {
    return NO_VALUES;
  }
  return field.presence === 'explicit' ? null : zeroValue(field);
}

function zeroValue(field: FieldDescriptor): MessageValue {
  switch (field.type.kind) {
    case 'scalar':
      return SCALAR_ZERO[field.type.scalar];
    case 'enum':
      return isNullValue(field) ? null : 0;
    case 'message':
      return null;
  }
}

function isNullValue(field: FieldDescriptor): boolean {
  return field.type.kind === 'enum' && field.type.enum.fullName === 'google.protobuf.NullValue';
}

function readObject(plan: ObjectPlan, reader: WireReader, limit: number): ObjectValue {
  if (reader.depth >= MAX_DEPTH) {
    throw tooDeep();
  }
  reader.depth += 1;
  const { position } = reader;
  const hopeful = plan.layout.ascending && plan.disorderedIn !== reader.id;
  let object = hopeful ? readInOrder(plan, reader, limit, false) : undefined;
  if (object === undefined) {
    plan.disorderedIn = reader.id;
    reader.position = position;
    object = readOutOfOrder(plan, reader, limit);
  }
  reader.depth -= 1;
  return object;
}

/**
 * Reads the object in one pass, as long as fields come in declaration order, once each, one of each oneof; undefined when
 * they do not. `ordered`: they are known to.
 */
function readInOrder(plan: ObjectPlan, reader: WireReader, limit: number, ordered: boolean): ObjectValue | undefined {
  const { layout, names, values, oneofBits } = plan;
  const object: Record<string, MessageValue> = { ...plan.template };
  let next = 0;
  let oneofs = 0;
  while (reader.position < limit) {
    const tag = readTag(reader);
    const index = findField(layout, tag);
    if (index < 0) {
      skipValue(reader, tag);
      continue;
    }
    const bit = oneofBits[index]!;
    if (index < next || ((oneofs & bit) !== 0 && !ordered)) {
      return undefined;
    }
    oneofs |= bit;
    reader.tag = tag;
    object[names[index]!] = values[index]!(reader, limit);
    next = index + 1;
  }
  if (reader.position !== limit) {
    throw malformedWire();
  }
  return object;
}

function readOutOfOrder(plan: ObjectPlan, reader: WireReader, limit: number): ObjectValue {
  const { bytes } = reader;
  const ordered = orderWire(plan.layout, reader, limit);
  reader.bytes = ordered;
  reader.position = 0;
  const object = readInOrder(plan, reader, ordered.length, true);
  if (object === undefined) {
    throw new Error('The ordered message is out of order.');
  }
  reader.bytes = bytes;
  reader.position = limit;
  return object;
}

function compileField(field: FieldDescriptor, layout: FieldLayout, registry: Registry): ReadValue {
  const one = compileSingular(field, registry);
  switch (field.cardinality) {
    case 'singular':
      return one;
    case 'repeated':
      return compileRepeated(layout, one);
    case 'map':
      return compileMap(field, one, registry);
  }
}

function compileSingular(field: FieldDescriptor, registry: Registry): ReadValue {
  switch (field.type.kind) {
    case 'scalar':
      return SCALAR_TO_VALUE[field.type.scalar];
    case 'enum':
      return isNullValue(field) ? readNull : readVarint32;
    case 'message': {
      const message = messageToValue(field.type.message, registry);
      return (reader) => message.read(reader, readLimit(reader));
    }
  }
}

function readNull(reader: WireReader): null {
  skipValue(reader, 0);
  return null;
}

/** Numbers come one by one, or in packed runs, or both. */
function compileRepeated(field: FieldLayout, one: ReadValue): ReadValue {
  return (reader, limit) => {
    const values: MessageValue[] = [];
    do {
      if (reader.tag === field.tag) {
        values.push(one(reader, limit));
      } else {
        readPacked(values, one, reader);
      }
    } while (readTagOf(reader, field, limit));
    return values;
  };
}

function readPacked(values: MessageValue[], one: ReadValue, reader: WireReader): void {
  const end = readLimit(reader);
  while (reader.position < end) {
    values.push(one(reader, end));
  }
  if (reader.position !== end) {
    throw malformedWire();
  }
}

function compileMap(field: FieldDescriptor, value: ReadValue, registry: Registry): ReadValue {
  const readEntries = compileReadMapEntries(field);
  const zero = compileEntryZero(field, registry);
  return (reader, limit) =>
    readEntries(reader, limit).map((entry) => ({
      key: keyValue(entry.key),
      value: entry.start < 0 ? zero() : readEntryValue(entry, value, reader),
    }));
}

/** The value of an entry that has none; a message's is the empty one, not null. */
function compileEntryZero(field: FieldDescriptor, registry: Registry): () => MessageValue {
  if (field.type.kind === 'message') {
    const message = messageToValue(field.type.message, registry);
    return () => message.read(createWireReader(NO_BYTES), 0);
  }
  const zero = zeroValue(field);
  return () => zero;
}

const NO_BYTES = new Uint8Array();

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
