import { isUtf8 } from 'node:buffer';

import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
import { quoteBytes } from '../json/json-quote.ts';
import { writeAscii } from '../json/json-writer.ts';
import { invalidUtf8, malformedWire, unmarshalable } from '../wire/wire-error.ts';
import { readLimit, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';

const PATHS_TAG = 10;

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
const PATH = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const UNDERSCORES = /_+([a-z]?)/g;
const CAPITAL = /[A-Z]/g;

function toCamelCase(path: Buffer): string {
  if (!isUtf8(path)) {
    throw invalidUtf8();
  }
  const text = path.toString();
  if (!PATH.test(text)) {
    throw unmarshalable(`google.protobuf.FieldMask.paths contains invalid path: ${quoteBytes(path)}`);
  }
  const camel = text.replace(UNDERSCORES, (_all, next: string) => next.toUpperCase());
  const snake = camel.replace(CAPITAL, (capital) => `_${capital.toLowerCase()}`);
  if (snake !== text) {
    throw unmarshalable(`google.protobuf.FieldMask.paths contains irreversible value ${quoteBytes(path)}`);
  }
  return camel;
}
