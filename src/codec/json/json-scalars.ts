import type { EnumDescriptor, MapKeyType, ScalarType } from '../../registry/descriptors.ts';

import { setBase64 } from './json-base64.ts';
import { compileNames } from './json-names.ts';
import { parseDouble, parseFloat32, parseInteger, readPlainNumber, roundToFloat } from './json-number.ts';
import type { JsonReader } from './json-reader.ts';
import { MAX_DIGITS_IN_A_ROW } from './json-scanner.ts';
import { INTEGER_TYPES, type IntegerType, isIntegerType } from '../value/value-integer.ts';
import type { WireWriter } from '../wire/wire-writer.ts';

/** What became of a value. */
export type Reading = typeof INVALID | typeof READ | typeof IGNORED;
/** The value is of the wrong kind or out of range. */
export const INVALID = 0;
/** The value is in the writer's registers. */
export const READ = 1;
/** The value is to be left out, as if it were not there: an enum name that nobody knows. */
export const IGNORED = 2;

/**
 * Reads the value that begins at the reader's position into the writer's registers. When invalid, the reader may stand
 * anywhere inside the value: the caller knows where it began.
 */
export type ReadScalar = (reader: JsonReader, writer: WireWriter) => Reading;

/**
 * Takes the map key that was read last (`reader.text`) into the writer's registers and returns what identifies it among
 * its siblings: two spellings of one number are the same key. Undefined when the text is no such key.
 */
export type ReadKey = (reader: JsonReader, writer: WireWriter) => string | undefined;

/** The reader of a scalar type's JSON (https://protobuf.dev/programming-guides/json/), as lenient as protobuf-go. */
export function compileReadScalar(type: ScalarType): ReadScalar {
  return isIntegerType(type) ? compileReadInteger(type) : READ_OTHER[type];
}

/** The reader of an enum: by name or number; an unknown name is ignored, as by all that discard unknown fields. */
export function compileReadEnum(type: EnumDescriptor): ReadScalar {
  const numbers = compileNames(type.values.map((value) => [value.name, value.number]));
  const takesNull = type.fullName === 'google.protobuf.NullValue';
  const { set } = INTEGER_TYPES.int32;
  return (reader, writer) => {
    if (reader.peek() === QUOTE) {
      reader.readString();
      const number = numbers.find(reader.text, reader.textStart, reader.textEnd);
      if (number === undefined) return IGNORED;
      set(writer, number);
      return READ;
    }
    if (takesNull && reader.skipNull()) {
      set(writer, 0);
      return READ;
    }
    const number = readBareInteger(reader);
    return number !== undefined && set(writer, number) ? READ : INVALID;
  };
}

/** The reader of a map key type. */
export function compileReadKey(type: MapKeyType): ReadKey {
  if (type === 'string') return readStringKey;
  if (type === 'bool') return readBoolKey;
  const { set, minimum } = INTEGER_TYPES[type];
  const signed = minimum < 0n;
  return (reader, writer) => {
    if (reader.textEnd - reader.textStart > MAX_DIGITS_IN_A_ROW) return undefined;
    const value = parseKey(reader.text.toString('latin1', reader.textStart, reader.textEnd), signed);
    return value !== undefined && set(writer, value) ? String(value) : undefined;
  };
}

function compileReadInteger(type: IntegerType): ReadScalar {
  const { set } = INTEGER_TYPES[type];
  return (reader, writer) => {
    let value: number | bigint | undefined;
    if (reader.peek() === QUOTE) {
      reader.readString();
      value = parseInteger(reader.text, reader.textStart, reader.textEnd);
    } else {
      value = readBareInteger(reader);
    }
    return value !== undefined && set(writer, value) ? READ : INVALID;
  };
}

/** Reads an integer that is not in quotes; undefined when there is something else. */
function readBareInteger(reader: JsonReader): number | bigint | undefined {
  const start = reader.position;
  const plain = readPlainNumber(reader);
  // Adding zero takes the sign of minus zero, which integers have not.
  if (Number.isInteger(plain)) return plain + 0;
  reader.position = start;
  reader.position = reader.scalarEnd();
  return parseInteger(reader.bytes, start, reader.position);
}

function readBool(reader: JsonReader, writer: WireWriter): Reading {
  const c = reader.peek();
  if (c !== LOWER_T && c !== LOWER_F) return INVALID;
  reader.position += c === LOWER_T ? 4 : 5;
  writer.low = c === LOWER_T ? 1 : 0;
  writer.high = 0;
  return READ;
}

function readString(reader: JsonReader, writer: WireWriter): Reading {
  if (reader.peek() !== QUOTE) return INVALID;
  reader.readString();
  setText(reader, writer);
  return READ;
}

function readBytes(reader: JsonReader, writer: WireWriter): Reading {
  if (reader.peek() !== QUOTE) return INVALID;
  reader.readString();
  return setBase64(writer, reader.text, reader.textStart, reader.textEnd) ? READ : INVALID;
}

function readDouble(reader: JsonReader, writer: WireWriter): Reading {
  const value = readFloating(reader, (double) => double, parseDouble);
  if (value === undefined) return INVALID;
  writer.setDouble(value);
  return READ;
}

function readFloat(reader: JsonReader, writer: WireWriter): Reading {
  const value = readFloating(reader, roundToFloat, parseFloat32);
  if (value === undefined) return INVALID;
  writer.setFloat(value);
  return READ;
}

const READ_OTHER: Readonly<Record<Exclude<ScalarType, IntegerType>, ReadScalar>> = Object.freeze({
  bool: readBool,
  string: readString,
  bytes: readBytes,
  double: readDouble,
  float: readFloat,
});

/** Reads a floating-point value; `round` takes a double that is nearest to the text, `parse` the text itself. */
function readFloating(
  reader: JsonReader,
  round: (double: number) => number | undefined,
  parse: typeof parseDouble,
): number | undefined {
  if (reader.peek() === QUOTE) {
    reader.readString();
    const { text, textStart, textEnd } = reader;
    return NOT_FINITE.find(text, textStart, textEnd) ?? parse(text, textStart, textEnd);
  }
  const start = reader.position;
  const plain = round(readPlainNumber(reader));
  if (plain !== undefined && !Number.isNaN(plain)) return plain;
  reader.position = start;
  reader.position = reader.scalarEnd();
  return parse(reader.bytes, start, reader.position);
}

const NOT_FINITE = compileNames([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function readStringKey(reader: JsonReader, writer: WireWriter): string {
  setText(reader, writer);
  // Read as Latin-1, different bytes are different strings, which is all that an identity must be.
  return reader.text.toString('latin1', reader.textStart, reader.textEnd);
}

function readBoolKey(reader: JsonReader, writer: WireWriter): string | undefined {
  const key = reader.text.toString('latin1', reader.textStart, reader.textEnd);
  if (key !== 'true' && key !== 'false') return undefined;
  writer.low = key === 'true' ? 1 : 0;
  writer.high = 0;
  return key;
}

/** Like Go's strconv: a sign (only where the type has one), then digits, zeros in front allowed. */
function parseKey(key: string, signed: boolean): number | bigint | undefined {
  const sign = signed && (key.startsWith('-') || key.startsWith('+')) ? 1 : 0;
  let at = sign;
  while (at < key.length - 1 && key[at] === '0') at++;
  const digits = key.slice(at);
  if (digits.length > 20 || !DIGITS.test(digits)) return undefined;
  const value = BigInt(key.startsWith('-') ? `-${digits}` : digits);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const DIGITS = /^\d+$/;

function setText(reader: JsonReader, writer: WireWriter): void {
  writer.source = reader.text;
  writer.from = reader.textStart;
  writer.to = reader.textEnd;
}

const QUOTE = 0x22;
const LOWER_F = 0x66;
const LOWER_T = 0x74;
