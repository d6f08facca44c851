import type { EnumDescriptor, ScalarType } from '../../registry/descriptors.ts';

import { setBase64 } from '../json/json-base64.ts';
import { INTEGER_TYPES, type IntegerType, isIntegerType } from './value-integer.ts';
import type { WireWriter } from '../wire/wire-writer.ts';

/** Puts a JavaScript value into the writer's registers; when it does not fit, returns what would have. */
export type SetScalar = (writer: WireWriter, value: unknown) => string | undefined;

/**
 * How values of a scalar type are given: 32-bit integers and floats as numbers, 64-bit integers as decimal strings,
 * bigints or safe integers, bytes as Uint8Array or base64.
 */
export function compileSetScalar(type: ScalarType): SetScalar {
  if (!isIntegerType(type)) return SET_OTHER[type];
  return type.endsWith('64') ? compileSet64(type) : compileSet32(type);
}

/** An enum is given by its number; one that the enum does not declare is as good, as everywhere in proto3. */
export function compileSetEnum(type: EnumDescriptor): SetScalar {
  const expected = `the number of a value of ${type.fullName}, an integer of 32 bits`;
  const { set } = INTEGER_TYPES.int32;
  return (writer, value) => (isInteger(value) && set(writer, value) ? undefined : expected);
}

function compileSet32(type: IntegerType): SetScalar {
  const { minimum, maximum, set } = INTEGER_TYPES[type];
  const expected = `an integer from ${minimum} to ${maximum}`;
  return (writer, value) => (isInteger(value) && set(writer, value) ? undefined : expected);
}

function compileSet64(type: IntegerType): SetScalar {
  const { minimum, maximum, set } = INTEGER_TYPES[type];
  const expected = `an integer from ${minimum} to ${maximum}, beyond ${Number.MAX_SAFE_INTEGER} as a decimal string`;
  return (writer, value) => {
    const integer = toInteger(value);
    return integer !== undefined && set(writer, integer) ? undefined : expected;
  };
}

/** All integers of a type have the same register form, whichever way they were given. */
function toInteger(value: unknown): number | bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string') return DECIMAL.test(value) ? BigInt(value) : undefined;
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

/** No longer than 64 bits can need, since a bigint of a million digits would take its time. */
const DECIMAL = /^-?(?:0|[1-9]\d{0,19})$/;

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function setBool(writer: WireWriter, value: unknown): string | undefined {
  if (typeof value !== 'boolean') return 'true or false';
  writer.low = value ? 1 : 0;
  writer.high = 0;
  return undefined;
}

function setString(writer: WireWriter, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'a string of Unicode characters';
  if (setAscii(writer, value)) return undefined;
  // There is no UTF-8 for half of a surrogate pair.
  if (!value.isWellFormed()) return 'a string of Unicode characters';
  writer.setText(value);
  return undefined;
}

/** Sets a short string of ASCII, which most are, without a buffer of its own; false when it is another. */
function setAscii(writer: WireWriter, value: string): boolean {
  const { length } = value;
  if (length > ascii.length) return false;
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code > 0x7f) return false;
    ascii[index] = code;
  }
  writer.source = ascii;
  writer.from = 0;
  writer.to = length;
  return true;
}

/** Written out of before the next string is set. */
const ascii = Buffer.alloc(64);

function setBytes(writer: WireWriter, value: unknown): string | undefined {
  if (value instanceof Uint8Array) {
    setContent(writer, value);
    return undefined;
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    if (setBase64(writer, text, 0, text.length)) return undefined;
  }
  return 'bytes, or their base64 as a string';
}

function setContent(writer: WireWriter, content: Uint8Array): void {
  writer.source = content;
  writer.from = 0;
  writer.to = content.length;
}

function setDouble(writer: WireWriter, value: unknown): string | undefined {
  const number = NOT_FINITE.get(value) ?? value;
  if (typeof number !== 'number') return 'a number';
  writer.setDouble(number);
  return undefined;
}

function setFloat(writer: WireWriter, value: unknown): string | undefined {
  const number = NOT_FINITE.get(value) ?? value;
  if (typeof number !== 'number' || (Number.isFinite(number) && !Number.isFinite(Math.fround(number)))) {
    return 'a number from -3.4028235e+38 to 3.4028235e+38';
  }
  writer.setFloat(number);
  return undefined;
}

/** What JSON has no numbers for, spelt as in proto3 JSON. */
const NOT_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

const SET_OTHER: Readonly<Record<Exclude<ScalarType, IntegerType>, SetScalar>> = Object.freeze({
  bool: setBool,
  string: setString,
  bytes: setBytes,
  double: setDouble,
  float: setFloat,
});
