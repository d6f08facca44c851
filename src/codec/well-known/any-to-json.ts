import { isUtf8 } from 'node:buffer';

import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import type { BodyToJson, CompileWellKnown, JsonCompiler, MessageToJson } from '../json/json-compiler.ts';
import { quoteBytes } from '../json/json-quote.ts';
import { writeString } from '../json/json-string.ts';
import { type JsonWriter, writeAscii, writeCode, writeSeparator } from '../json/json-writer.ts';
import { layOutMessage } from '../wire/message-layout.ts';
import { writeMembers } from '../json/object-to-json.ts';
import { explainWireError } from '../wire/wire-check.ts';
import { invalidUtf8, malformedWire, tooDeep, unmarshalable, WireError } from '../wire/wire-error.ts';
import { MAX_DEPTH, readLimit, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';

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

const TYPE_URL_TAG = 10;
const VALUE_TAG = 18;
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
  const descriptor = compiler.registry.messages.get(url.slice(url.lastIndexOf('/') + 1));
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
