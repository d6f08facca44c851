import type { FieldDescriptor, MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import type { JsonCompiler, MessageToJson } from './json-compiler.ts';
import type { JsonStyle } from './json-style.ts';
import { createJsonWriter, discardJson, type JsonWriter, takeJson, writeAscii } from './json-writer.ts';
import { compileMapToJson } from './map-to-json.ts';
import { layOutMessage } from '../wire/message-layout.ts';
import { planObject, writeObject } from './object-to-json.ts';
import { readWire } from '../wire/read-wire.ts';
import { compileFindMissing } from '../wire/required-fields.ts';
import { compileRepeatedToJson } from './repeated-to-json.ts';
import { compileEnumToJson, enumZeroJson, SCALAR_TO_JSON, type ValueToJson } from './scalar-to-json.ts';
import { SCALAR_TYPES } from '../wire/scalar-types.ts';
import { WELL_KNOWN_TYPES } from '../well-known/well-known-types.ts';
import { missingRequired } from '../wire/wire-error.ts';
import { createWireReader, readLimit, resumeLater, type WireReader } from '../wire/wire-reader.ts';

/** Turns one message's wire bytes into the UTF-8 of its JSON. Throws a WireError, and nothing else, for what has no JSON. */
export type WireToJson = (wire: Uint8Array) => Buffer;

/**
 * Compiles how a message type's wire bytes become JSON by the proto3 mapping with all fields present
 * (https://protobuf.dev/programming-guides/json/), byte for byte as protobuf-go writes it: fields in declaration order
 * under their JSON names, zeros written out. What is not set and tracks presence is null, but for members of a oneof and
 * `optional` fields of proto3, which are left out. A message that lacks a required field is a WireError.
 *
 * The bytes are read once and nothing is built in between. `registry` is where an Any finds the type it holds.
 */
export function compileWireToJson(
  message: MessageDescriptor,
  registry: Registry,
  style: JsonStyle = 'compact',
): WireToJson {
  const layout = layOutMessage(message);
  const { write } = compilerOf(registry, style).message(message);
  const writer = scratch[style];
  const read = (reader: WireReader) => {
    write(reader, writer, reader.bytes.length);
    return takeJson(writer);
  };
  const discard = () => discardJson(writer);
  const toJson: WireToJson = (wire) => readWire(wire, layout, read, discard);
  const missingIn = compileFindMissing(message);
  if (missingIn === undefined) return toJson;
  return (wire) => {
    const json = toJson(wire);
    const missing = missingIn(wire);
    if (missing !== undefined) throw missingRequired(missing);
    return json;
  };
}

const compilers = new WeakMap<Registry, Record<JsonStyle, JsonCompiler>>();

/** The compiler of a registry's messages in one style; each type is compiled once. */
export function compilerOf(registry: Registry, style: JsonStyle): JsonCompiler {
  let found = compilers.get(registry);
  if (found === undefined) {
    found = { compact: createJsonCompiler(registry, 'compact'), spaced: createJsonCompiler(registry, 'spaced') };
    compilers.set(registry, found);
  }
  return found[style];
}

function createJsonCompiler(registry: Registry, style: JsonStyle): JsonCompiler {
  const compiled = new WeakMap<MessageDescriptor, MessageToJson>();
  const compiler: JsonCompiler = {
    registry,
    message: (message) => {
      let found = compiled.get(message);
      if (found === undefined) {
        // Registered before its fields are compiled: a message may hold itself.
        found = { write: notYetCompiled, object: undefined };
        compiled.set(message, found);
        compileMessage(found, message, compiler, style);
      }
      return found;
    },
    value: (field) => compileField(field, compiler),
  };
  return compiler;
}

function notYetCompiled(): void {
  throw new Error('A message was written before its type was compiled.');
}

function compileMessage(
  target: MessageToJson,
  message: MessageDescriptor,
  compiler: JsonCompiler,
  style: JsonStyle,
): void {
  const wellKnown = WELL_KNOWN_TYPES.get(message.fullName)?.toJson;
  if (wellKnown !== undefined) {
    target.write = wellKnown(message, compiler);
    return;
  }
  const object = planObject(message, message.fields.map(compiler.value), absentJson, style);
  target.object = object;
  target.write = (reader, writer, limit) => writeObject(object, reader, writer, limit);
}

/**
 * What is written for a field that is absent: its zero, or null where presence is tracked; nothing for members of a oneof,
 * as which protobuf-go counts proto3's `optional` fields.
 */
function absentJson(field: FieldDescriptor): string | undefined {
  if (field.cardinality !== 'singular') {
    return field.cardinality === 'map' ? '{}' : '[]';
  }
  if (field.presence === 'implicit') {
    return zeroJson(field);
  }
  return field.oneof !== undefined || field.proto3Optional ? undefined : 'null';
}

function zeroJson(field: FieldDescriptor): string {
  switch (field.type.kind) {
    case 'enum':
      return enumZeroJson(field.type.enum);
    case 'scalar':
      return SCALAR_TYPES[field.type.scalar].zeroJson;
    case 'message':
      throw new Error(`The message field ${field.parent.fullName}.${field.name} has no zero.`);
  }
}

function compileField(field: FieldDescriptor, compiler: JsonCompiler): ValueToJson {
  const one = compileSingular(field, compiler);
  switch (field.cardinality) {
    case 'singular':
      return one;
    case 'repeated':
      return compileRepeatedToJson(layOutMessage(field.parent).fields[field.index]!, one);
    case 'map':
      return compileMapToJson(field, one, compileZero(field, compiler));
  }
}

function compileSingular(field: FieldDescriptor, compiler: JsonCompiler): ValueToJson {
  switch (field.type.kind) {
    case 'scalar':
      return SCALAR_TO_JSON[field.type.scalar];
    case 'enum':
      return compileEnumToJson(field.type.enum);
    case 'message': {
      const message = compiler.message(field.type.message);
      return (reader, writer) => writeNested(message, reader, writer, readLimit(reader));
    }
  }
}

/**
 * Writes a message that lies in another one. Where too many are open it is put off until those are written: messages may
 * nest ten thousand deep, which no call stack bears.
 */
function writeNested(message: MessageToJson, reader: WireReader, writer: JsonWriter, limit: number): void {
  if (reader.depth < reader.restsAt) {
    message.write(reader, writer, limit);
    return;
  }
  const later = resumeLater(reader);
  writer.deferred.push({
    position: writer.position,
    write: (emptied) => message.write(later, emptied, limit),
  });
  reader.position = limit;
}

/** How the value of a map's entry that has none is written. */
function compileZero(field: FieldDescriptor, compiler: JsonCompiler): (writer: JsonWriter) => void {
  if (field.type.kind === 'message') {
    const message = compiler.message(field.type.message);
    return (writer) => message.write(createWireReader(new Uint8Array()), writer, 0);
  }
  const zero = zeroJson(field);
  return (writer) => writeAscii(writer, zero);
}

const scratch: Readonly<Record<JsonStyle, JsonWriter>> = {
  compact: createJsonWriter('compact'),
  spaced: createJsonWriter('spaced'),
};
