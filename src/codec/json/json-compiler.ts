import type { FieldDescriptor, MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import type { JsonWriter } from './json-writer.ts';
import type { ObjectToJson } from './object-to-json.ts';
import type { ValueToJson } from './scalar-to-json.ts';
import type { WireReader } from '../wire/wire-reader.ts';

/** Writes the JSON of a message that lies between `reader.position` and `limit`, and leaves the reader at `limit`. */
export type BodyToJson = (reader: WireReader, writer: JsonWriter, limit: number) => void;

/** What a message type was compiled to. */
export interface MessageToJson {
  write: BodyToJson;
  /** The plan of an ordinary message; undefined for a well-known type, whose JSON is not an object of its fields. */
  object: ObjectToJson | undefined;
}

/** What the compilers of the well-known types need of the compiler of messages. */
export interface JsonCompiler {
  readonly registry: Registry;
  /** Compiles a message type, or finds what it was compiled to. */
  message(message: MessageDescriptor): MessageToJson;
  /** Compiles how a present field is written. */
  value(field: FieldDescriptor): ValueToJson;
}

/** Compiles the JSON form of one well-known type. */
export type CompileWellKnown = (message: MessageDescriptor, compiler: JsonCompiler) => BodyToJson;
