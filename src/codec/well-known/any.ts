import { isUtf8 } from 'node:buffer';

import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { isTypeName } from '../json/json-any-types.ts';
import type { BodyToJson, CompileWellKnown, JsonCompiler, MessageToJson } from '../json/json-compiler.ts';
import { OPEN_OBJECT, skipMember, stepMembersOfAny } from '../json/json-frames.ts';
import type { BeginMessage, Frame, MessagePlan, Transcoder } from '../json/json-plan.ts';
import { quoteBytes } from '../json/json-quote.ts';
import type { JsonReader } from '../json/json-reader.ts';
import { writeString } from '../json/json-string.ts';
import { type JsonWriter, writeAscii, writeCode, writeSeparator } from '../json/json-writer.ts';
import { writeMembers } from '../json/object-to-json.ts';
import { layOutMessage } from '../wire/message-layout.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { explainWireError } from '../wire/wire-check.ts';
import { invalidUtf8, malformedWire, tooDeep, unmarshalable, WireError } from '../wire/wire-error.ts';
import { MAX_DEPTH, readLimit, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';
import { tagOf } from '../wire/wire-writer.ts';

/**
 * A google.protobuf.Any becomes the object of the message that it holds, with `@type` in front; a well-known type, whose
 * JSON may be no object, stands under `value`. The type is looked up in the registry by what follows the last slash of
 * its URL.
 */
export const compileAnyToJson: CompileWellKnown = (_message, compiler): BodyToJson => {
  return (reader, writer, limit) => {
    const any = readAny(reader, limit);
    if (any.typeUrl.length > 0) {
      writeHeld(any, compiler, reader, writer);
    } else if (any.value.length > 0) {
      throw unmarshalable('google.protobuf.Any: type_url is not set');
    } else {
      writeAscii(writer, '{}');
    }
  };
};

interface Any {
  readonly typeUrl: Buffer;
  readonly value: Buffer;
}

const NOTHING: Buffer = Buffer.alloc(0);

function readAny(reader: WireReader, limit: number): Any {
  let typeUrl = NOTHING;
  let value = NOTHING;
  while (reader.position < limit) {
    const tag = readTag(reader);
    if (tag === TYPE_URL_TAG) {
      typeUrl = readBytes(reader);
      if (!isUtf8(typeUrl)) {
        throw invalidUtf8();
      }
    } else if (tag === VALUE_TAG) {
      value = readBytes(reader);
    } else {
      skipValue(reader, tag);
    }
  }
  if (reader.position !== limit) {
    throw malformedWire();
  }
  return { typeUrl, value };
}

function readBytes(reader: WireReader): Buffer {
  const end = readLimit(reader);
  const bytes = reader.bytes.subarray(reader.position, end);
  reader.position = end;
  return bytes;
}

function writeHeld(any: Any, compiler: JsonCompiler, reader: WireReader, writer: JsonWriter): void {
  const url = any.typeUrl.toString();
  const descriptor = compiler.registry.anyTypes.get(url.slice(url.lastIndexOf('/') + 1));
  if (descriptor === undefined) {
    throw unmarshalable(
      `google.protobuf.Any: unable to resolve ${quoteBytes(any.typeUrl)}: ${whyNot(url, compiler.registry)}`,
    );
  }
  writeAscii(writer, '{"@type":');
  writeString(writer, any.typeUrl, 0, any.typeUrl.length);
  const { bytes, position } = reader;
  if (reader.depth >= MAX_DEPTH) {
    throw tooDeep();
  }
  reader.depth += 1;
  reader.bytes = any.value;
  reader.position = 0;
  try {
    writeMessage(compiler.message(descriptor), reader, writer, any.value.length);
  } catch (error) {
    throw explainHeldError(error, any, descriptor);
  }
  reader.bytes = bytes;
  reader.position = position;
  reader.depth -= 1;
  writeCode(writer, CLOSE);
}

function writeMessage(held: MessageToJson, reader: WireReader, writer: JsonWriter, limit: number): void {
  if (held.object === undefined) {
    writeSeparator(writer);
    writeAscii(writer, '"value":');
    held.write(reader, writer, limit);
  } else {
    writeMembers(held.object, reader, writer, limit);
  }
}

/** The held bytes are a message of their own, read only now: what is wrong with them is that the Any has no JSON. */
function explainHeldError(error: unknown, any: Any, descriptor: MessageDescriptor): unknown {
  const cause = explainWireError(error, layOutMessage(descriptor), any.value);
  return cause instanceof WireError && cause.kind !== 'unmarshalable'
    ? unmarshalable(`google.protobuf.Any: unable to unmarshal ${quoteBytes(any.typeUrl)}: ${cause.message}`)
    : cause;
}

function whyNot(url: string, registry: Registry): string {
  const isEnum = registry.enums.has(url.slice(url.lastIndexOf('/') + 1));
  return isEnum ? 'found wrong type: got enum, want message' : 'not found';
}

const CLOSE = 0x7d;

/**
 * An Any is the object of the message in it, with one member more that names the type; a type with a JSON form of its own
 * stands under `value` instead. Without `@type` all members are unknown, and the Any is empty.
 */
export function compileAnyFromJson(plan: MessagePlan): BeginMessage {
  return (transcoder, closes, level) => {
    const { reader } = transcoder;
    if (reader.peek() !== OPEN_OBJECT) throw reader.unexpectedToken(reader.position);
    const within = { plan, level };
    transcoder.findType(within, (typeAt) => {
      if (typeAt !== undefined) beginTyped(transcoder, typeAt, closes, level);
      else skipUntyped(transcoder, within, closes);
    });
  };
}

function skipUntyped(transcoder: Transcoder, within: Pick<Frame, 'plan' | 'level'>, closes: number): void {
  const { reader } = transcoder;
  const start = reader.position;
  const close = () => transcoder.close(closes);
  reader.position++;
  const isEmpty = !reader.next();
  if (!isEmpty) reader.position = start;
  if (isEmpty || !skipMember(transcoder, within, close)) close();
}

function beginTyped(transcoder: Transcoder, typeAt: number, closes: number, level: number): void {
  const { reader, writer } = transcoder;
  const start = reader.position;
  const plan = transcoder.resolve(readTypeName(transcoder, typeAt));
  if (plan === undefined) throw reader.error(typeAt, `unable to resolve ${reader.rawToken(typeAt)}: "not found"`);
  reader.position = start;
  writer.tag(VALUE_TAG);
  writer.open();
  if (plan.wellKnown === undefined) {
    transcoder.beginObject(plan, stepMembersOfAny, closes + 1, level + 1, undefined);
  } else {
    transcoder.beginObject(plan, stepValueOfAny, closes + 1, level, new Set());
  }
}

/** Writes the type URL that stands at `at` and returns the full name in it: what is behind the last slash. */
function readTypeName({ reader, writer }: Transcoder, at: number): string {
  reader.position = at;
  reader.readString();
  const { text, textStart, textEnd } = reader;
  writer.source = text;
  writer.from = textStart;
  writer.to = textEnd;
  writer.tag(TYPE_URL_TAG);
  writer.scalar(WIRE_TYPE.bytes);
  const url = text.toString('utf8', textStart, textEnd);
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Reads the members of an Any that holds a type with a JSON form of its own; all but `value` are unknown. */
function stepValueOfAny(transcoder: Transcoder, frame: Frame): void {
  const { reader } = transcoder;
  const { plan, level, keys } = frame;
  while (reader.next()) {
    const at = reader.position;
    reader.readName();
    if (isTypeName(reader)) {
      reader.skipValue(0);
    } else if (!isValueName(reader)) {
      if (skipMember(transcoder, frame)) return;
    } else {
      if (keys!.has('value')) throw reader.error(at, 'duplicate "value" field');
      keys!.add('value');
      plan.wellKnown!(transcoder, 0, level);
      return;
    }
  }
  // Only an Empty may do without: some writers take it for an ordinary message, which has no members.
  if (!keys!.has('value') && plan.message.fullName !== 'google.protobuf.Empty') {
    throw reader.error(reader.position - 1, 'missing "value" field');
  }
  transcoder.end();
}

/** Whether the name that was read last is `value`. */
function isValueName({ text, textStart, textEnd }: JsonReader): boolean {
  return textEnd - textStart === 5 && text.toString('latin1', textStart, textEnd) === 'value';
}

const TYPE_URL_TAG = tagOf(1, WIRE_TYPE.bytes);
const VALUE_TAG = tagOf(2, WIRE_TYPE.bytes);
