import { isUtf8 } from 'node:buffer';

import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
import type { BeginMessage } from '../json/json-plan.ts';
import { quoteBytes } from '../json/json-quote.ts';
import { writeAscii } from '../json/json-writer.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { invalidUtf8, malformedWire, unmarshalable } from '../wire/wire-error.ts';
import { readLimit, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';
import { tagOf } from '../wire/wire-writer.ts';

/** A google.protobuf.FieldMask becomes its paths in lowerCamelCase, joined by commas. */
export const compileFieldMaskToJson: CompileWellKnown = (): BodyToJson => (reader, writer, limit) => {
  writeAscii(writer, `"${readPaths(reader, limit).map(toCamelCase).join(',')}"`);
};

function readPaths(reader: WireReader, limit: number): Buffer[] {
  const paths: Buffer[] = [];
  while (reader.position < limit) {
    const tag = readTag(reader);
    if (tag === PATHS_TAG) {
      const end = readLimit(reader);
      paths.push(reader.bytes.subarray(reader.position, end));
      reader.position = end;
    } else {
      skipValue(reader, tag);
    }
  }
  if (reader.position !== limit) {
    throw malformedWire();
  }
  return paths;
}

/** Identifiers with dots between them. */
const PROTO_PATH = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const UNDERSCORES = /_+([a-z]?)/g;
const CAPITAL = /[A-Z]/g;

function toCamelCase(path: Buffer): string {
  if (!isUtf8(path)) {
    throw invalidUtf8();
  }
  const text = path.toString();
  if (!PROTO_PATH.test(text)) {
    throw unmarshalable(`google.protobuf.FieldMask.paths contains invalid path: ${quoteBytes(path)}`);
  }
  const camel = text.replace(UNDERSCORES, (_all, next: string) => next.toUpperCase());
  const snake = camel.replace(CAPITAL, (capital) => `_${capital.toLowerCase()}`);
  if (snake !== text) {
    throw unmarshalable(`google.protobuf.FieldMask.paths contains irreversible value ${quoteBytes(path)}`);
  }
  return camel;
}

/** A FieldMask is a string: paths in lower camel case, separated by commas. */
export function compileFieldMaskFromJson(): BeginMessage {
  return (transcoder, closes) => {
    const { reader, writer } = transcoder;
    if (reader.peek() !== QUOTE) throw reader.unexpectedToken(reader.position);
    const at = reader.position;
    reader.readString();
    const text = reader.text.toString('utf8', reader.textStart, reader.textEnd).trim();
    for (const path of text === '' ? [] : text.split(',')) {
      if (!JSON_PATH.test(path)) {
        const found = quoteBytes(Buffer.from(path));
        throw reader.error(at, `google.protobuf.FieldMask.paths contains invalid path: ${found}`);
      }
      writer.source = Buffer.from(toSnakeCase(path));
      writer.from = 0;
      writer.to = writer.source.length;
      writer.tag(PATHS_TAG);
      writer.scalar(WIRE_TYPE.bytes);
    }
    transcoder.close(closes);
  };
}

/** Names and dots; an underscore would not survive the way to camel case and back. */
const JSON_PATH = /^[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z][a-zA-Z0-9]*)*$/;

function toSnakeCase(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const PATHS_TAG = tagOf(1, WIRE_TYPE.bytes);
const QUOTE = 0x22;
