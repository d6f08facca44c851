import type { FieldDescriptor, MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { compileMapToValue } from './map-to-value.ts';
import { layOutMessage } from '../wire/message-layout.ts';
import type { MessageValue, ReadValue } from './message-value.ts';
import { planObjectValue, readObject } from './object-to-value.ts';
import { readWire } from '../wire/read-wire.ts';
import { compileRepeatedToValue } from './repeated-to-value.ts';
import { SCALAR_TO_VALUE, SCALAR_ZERO } from './scalar-to-value.ts';
import { createWireReader, readLimit, readVarint32, skipValue, type WireReader } from '../wire/wire-reader.ts';
import { WELL_KNOWN_TYPES } from '../well-known/well-known-types.ts';
import { compileWellKnownValue } from './well-known-value.ts';

export type { MessageValue, ObjectValue } from './message-value.ts';

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
  const read = (reader: WireReader) => compiled.read(reader, reader.bytes.length);
  return (wire) => readWire(wire, layout, read, nothingWritten);
}

function nothingWritten(): void {}

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
    found.read = WELL_KNOWN_TYPES.has(message.fullName)
      ? (compileWellKnownValue(message, registry) as ReadValue)
      : compileObject(message, registry);
  }
  return found;
}

function notYetCompiled(): never {
  throw new Error('A message was read before its type was compiled.');
}

function compileObject(message: MessageDescriptor, registry: Registry): ReadValue {
  const plan = planObjectValue(
    message,
    message.fields.map((field) => compileField(field, registry)),
    absentValue,
  );
  return (reader, limit) => readObject(plan, reader, limit);
}

const NO_VALUES: readonly MessageValue[] = Object.freeze([]);

/** The value of a field that is not on the wire. */
export function absentValue(field: FieldDescriptor): MessageValue {
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

/** Compiles how the values of a field are read, all of them when it repeats. */
export function compileField(field: FieldDescriptor, registry: Registry): ReadValue {
  const one = compileSingular(field, registry);
  switch (field.cardinality) {
    case 'singular':
      return one;
    case 'repeated':
      return compileRepeatedToValue(layOutMessage(field.parent).fields[field.index]!, one);
    case 'map':
      return compileMapToValue(field, one, compileEntryZero(field, registry));
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
