import { isUtf8 } from 'node:buffer';

import type { ScalarType } from '../../registry/descriptors.ts';

import { roundFloat } from '../json/float-text.ts';
import { formatSigned64, formatUnsigned64 } from '../wire/integer64.ts';
import { invalidUtf8 } from '../wire/wire-error.ts';
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

/** A scalar as a value: 64-bit integers as decimal strings, bytes as standard base64. */
export type ScalarValue = string | number | boolean;

/** How each scalar is read as a value. */
export const SCALAR_TO_VALUE: Readonly<Record<ScalarType, (reader: WireReader) => ScalarValue>> = Object.freeze({
  double: readDouble,
  float: (reader) => roundFloat(readFloat(reader)),
  int32: readVarint32,
  int64: (reader) => {
    readVarint64(reader);
    return formatSigned64(reader.low, reader.high);
  },
  uint32: (reader) => readVarint32(reader) >>> 0,
  uint64: (reader) => {
    readVarint64(reader);
    return formatUnsigned64(reader.low, reader.high);
  },
  sint32: (reader) => decodeZigZag32(readVarint32(reader)),
  sint64: (reader) => {
    readVarint64(reader);
    decodeZigZag64(reader);
    return formatSigned64(reader.low, reader.high);
  },
  fixed32: (reader) => readFixed32(reader) >>> 0,
  fixed64: (reader) => {
    readFixed64(reader);
    return formatUnsigned64(reader.low, reader.high);
  },
  sfixed32: readFixed32,
  sfixed64: (reader) => {
    readFixed64(reader);
    return formatSigned64(reader.low, reader.high);
  },
  bool: (reader) => {
    readVarint64(reader);
    return (reader.low | reader.high) !== 0;
  },
  string: (reader) => {
    const end = readLimit(reader);
    const text = decodeUtf8(reader.bytes, reader.position, end);
    reader.position = end;
    return text;
  },
  bytes: (reader) => {
    const end = readLimit(reader);
    const text = reader.bytes.toString('base64', reader.position, end);
    reader.position = end;
    return text;
  },
});

/** The zero of each scalar. */
export const SCALAR_ZERO: Readonly<Record<ScalarType, ScalarValue>> = Object.freeze({
  double: 0,
  float: 0,
  int32: 0,
  int64: '0',
  uint32: 0,
  uint64: '0',
  sint32: 0,
  sint64: '0',
  fixed32: 0,
  fixed64: '0',
  sfixed32: 0,
  sfixed64: '0',
  bool: false,
  string: '',
  bytes: '',
});

/** Decodes `bytes[start, end)`. Throws a WireError where it is not UTF-8, which Buffer itself would paper over. */
export function decodeUtf8(bytes: Buffer, start: number, end: number): string {
  for (let index = start; index < end; index += 1) {
    if (bytes[index]! >= 0x80) {
      if (!isUtf8(bytes.subarray(start, end))) {
        throw invalidUtf8();
      }
      return bytes.toString('utf8', start, end);
    }
  }
  return bytes.toString('latin1', start, end);
}
