import type { EnumDescriptor, ScalarType } from '../../registry/descriptors.ts';

import { formatDouble, formatFloat } from './float-text.ts';
import { formatUnsigned64, negateHigh, negateLow, toSafeInteger } from '../wire/integer64.ts';
import { writeBase64, writeString } from './json-string.ts';
import {
  createTemplate,
  type JsonWriter,
  type Template,
  writeAscii,
  writeCode,
  writeInteger,
  writeTemplate,
} from './json-writer.ts';
import {
  decodeZigZag32,
  decodeZigZag64,
  readDouble,
  readFixed32,
  readFixed64,
  readFloat,
  readLimit,
  readVarint32,
  readVarint64,
  type WireReader,
} from '../wire/wire-reader.ts';

/**
 * Reads the value at `reader.position`, whose tag is `reader.tag`, and writes its JSON; of a repeated field also the values
 * that follow, up to `limit`, where the message around it ends.
 */
export type ValueToJson = (reader: WireReader, writer: JsonWriter, limit: number) => void;

const QUOTE = 0x22;
const MINUS = 0x2d;

/** How each scalar becomes JSON (https://protobuf.dev/programming-guides/json/): 64-bit integers in quotes. */
export const SCALAR_TO_JSON: Readonly<Record<ScalarType, ValueToJson>> = Object.freeze({
  double: (reader, writer) => writeNumber(writer, readDouble(reader), formatDouble),
  float: (reader, writer) => writeNumber(writer, readFloat(reader), formatFloat),
  int32: (reader, writer) => writeInteger(writer, readVarint32(reader)),
  int64: (reader, writer) => {
    readVarint64(reader);
    writeSigned64(reader, writer);
  },
  uint32: (reader, writer) => writeInteger(writer, readVarint32(reader) >>> 0),
  uint64: (reader, writer) => {
    readVarint64(reader);
    writeUnsigned64(reader, writer);
  },
  sint32: (reader, writer) => writeInteger(writer, decodeZigZag32(readVarint32(reader))),
  sint64: (reader, writer) => {
    readVarint64(reader);
    decodeZigZag64(reader);
    writeSigned64(reader, writer);
  },
  fixed32: (reader, writer) => writeInteger(writer, readFixed32(reader) >>> 0),
  fixed64: (reader, writer) => {
    readFixed64(reader);
    writeUnsigned64(reader, writer);
  },
  sfixed32: (reader, writer) => writeInteger(writer, readFixed32(reader)),
  sfixed64: (reader, writer) => {
    readFixed64(reader);
    writeSigned64(reader, writer);
  },
  bool: (reader, writer) => {
    readVarint64(reader);
    writeAscii(writer, (reader.low | reader.high) === 0 ? 'false' : 'true');
  },
  string: (reader, writer) => {
    const end = readLimit(reader);
    writeString(writer, reader.bytes, reader.position, end);
    reader.position = end;
  },
  bytes: (reader, writer) => {
    const end = readLimit(reader);
    writeBase64(writer, reader.bytes, reader.position, end);
    reader.position = end;
  },
});

/** Small integers, which most numbers are, need no string in between. From 2^24 on a float's shortest digits differ from it. */
function writeNumber(writer: JsonWriter, value: number, format: (value: number) => string): void {
  if (value === (value | 0) && value !== 0 && value < 1 << 24 && value > -(1 << 24)) {
    writeInteger(writer, value);
  } else {
    writeAscii(writer, format(value));
  }
}

function writeSigned64(reader: WireReader, writer: JsonWriter): void {
  const { low, high } = reader;
  writeCode(writer, QUOTE);
  if (high < 0) {
    writeCode(writer, MINUS);
    writeMagnitude(writer, negateLow(low), negateHigh(low, high));
  } else {
    writeMagnitude(writer, low, high);
  }
  writeCode(writer, QUOTE);
}

function writeUnsigned64(reader: WireReader, writer: JsonWriter): void {
  writeCode(writer, QUOTE);
  writeMagnitude(writer, reader.low, reader.high);
  writeCode(writer, QUOTE);
}

function writeMagnitude(writer: JsonWriter, low: number, high: number): void {
  const safe = toSafeInteger(low, high);
  if (safe >= 0) {
    writeInteger(writer, safe);
  } else {
    writeAscii(writer, formatUnsigned64(low, high));
  }
}

/** Numbers below this have their names in an array. */
const SMALL_NUMBERS = 256;

/**
 * How values of an enum become JSON: by name, of several names of one number by the first; a number without a name as it
 * is. `google.protobuf.NullValue` is always null.
 */
export function compileEnumToJson(type: EnumDescriptor): ValueToJson {
  if (type.fullName === 'google.protobuf.NullValue') {
    return (reader, writer) => {
      readVarint64(reader);
      writeAscii(writer, 'null');
    };
  }
  const names = new Map<number, { readonly text: Template; readonly length: number }>();
  for (const value of type.values.toReversed()) {
    const text = Buffer.from(`"${value.name}"`);
    names.set(value.number, { text: createTemplate(text), length: text.length });
  }
  const small = Array.from({ length: SMALL_NUMBERS }, (_, number) => names.get(number));
  return (reader, writer) => {
    const number = readVarint32(reader);
    const name = number >= 0 && number < SMALL_NUMBERS ? small[number] : names.get(number);
    if (name === undefined) {
      writeInteger(writer, number);
    } else {
      writeTemplate(writer, name.text, 0, name.length);
    }
  };
}

/** The JSON of an enum's zero, which need not be its first value in proto2. */
export function enumZeroJson(type: EnumDescriptor): string {
  if (type.fullName === 'google.protobuf.NullValue') {
    return 'null';
  }
  const zero = type.values.find((value) => value.number === 0);
  return zero === undefined ? '0' : `"${zero.name}"`;
}
