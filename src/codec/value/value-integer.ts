import type { ScalarType } from '../../registry/descriptors.ts';

import type { WireWriter } from '../wire/wire-writer.ts';

/** The scalar types whose values are integers. */
export type IntegerType = Exclude<ScalarType, 'double' | 'float' | 'bool' | 'string' | 'bytes'>;

/** What an integer type holds. */
export interface IntegerFacts {
  readonly minimum: bigint;
  readonly maximum: bigint;
  /** Puts a value's wire form into the writer's registers; false, and no change, when it is out of range. */
  readonly set: (writer: WireWriter, value: number | bigint) => boolean;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

const SIGNED_32 = { minimum: -(2n ** 31n), maximum: 2n ** 31n - 1n };
const UNSIGNED_32 = { minimum: 0n, maximum: 2n ** 32n - 1n };
const SIGNED_64 = { minimum: INT64_MIN, maximum: INT64_MAX };
const UNSIGNED_64 = { minimum: 0n, maximum: UINT64_MAX };

/** The one table of integer types: ranges and wire forms (https://protobuf.dev/programming-guides/encoding/#varints). */
export const INTEGER_TYPES: Readonly<Record<IntegerType, IntegerFacts>> = Object.freeze({
  int32: { ...SIGNED_32, set: setInt32 },
  int64: { ...SIGNED_64, set: setInt64 },
  uint32: { ...UNSIGNED_32, set: setUint32 },
  uint64: { ...UNSIGNED_64, set: setUint64 },
  sint32: { ...SIGNED_32, set: setSint32 },
  sint64: { ...SIGNED_64, set: setSint64 },
  fixed32: { ...UNSIGNED_32, set: setUint32 },
  fixed64: { ...UNSIGNED_64, set: setUint64 },
  sfixed32: { ...SIGNED_32, set: setSfixed32 },
  sfixed64: { ...SIGNED_64, set: setInt64 },
});

/** True when the type is a key of `INTEGER_TYPES`. */
export function isIntegerType(type: ScalarType): type is IntegerType {
  return Object.hasOwn(INTEGER_TYPES, type);
}

function isInt32(value: number | bigint): value is number {
  return typeof value === 'number' && value >= -0x8000_0000 && value <= 0x7fff_ffff;
}

/** A negative int32 is written like the int64 of the same value: ten bytes. */
function setInt32(writer: WireWriter, value: number | bigint): boolean {
  if (!isInt32(value)) return false;
  writer.low = value;
  writer.high = value >> 31;
  return true;
}

function setSint32(writer: WireWriter, value: number | bigint): boolean {
  if (!isInt32(value)) return false;
  writer.low = (value << 1) ^ (value >> 31);
  writer.high = 0;
  return true;
}

function setSfixed32(writer: WireWriter, value: number | bigint): boolean {
  if (!isInt32(value)) return false;
  writer.low = value;
  writer.high = 0;
  return true;
}

function setUint32(writer: WireWriter, value: number | bigint): boolean {
  if (typeof value !== 'number' || value < 0 || value > 0xffff_ffff) return false;
  writer.low = value;
  writer.high = 0;
  return true;
}

function setInt64(writer: WireWriter, value: number | bigint): boolean {
  if (typeof value === 'bigint' && (value < INT64_MIN || value > INT64_MAX)) return false;
  setHalves(writer, value);
  return true;
}

function setUint64(writer: WireWriter, value: number | bigint): boolean {
  if (value < 0 || (typeof value === 'bigint' && value > UINT64_MAX)) return false;
  setHalves(writer, value);
  return true;
}

function setSint64(writer: WireWriter, value: number | bigint): boolean {
  if (!setInt64(writer, value)) return false;
  const { low, high } = writer;
  const sign = high >> 31;
  writer.high = ((high << 1) | (low >>> 31)) ^ sign;
  writer.low = (low << 1) ^ sign;
  return true;
}

/** Two's complement of a safe integer or a bigint in range. */
function setHalves(writer: WireWriter, value: number | bigint): void {
  if (typeof value === 'number') {
    // Flooring, not truncating, makes the halves of a negative number its two's complement.
    writer.low = value | 0;
    writer.high = Math.floor(value / 0x1_0000_0000) | 0;
  } else {
    writer.low = Number(BigInt.asIntN(32, value));
    writer.high = Number(BigInt.asIntN(32, value >> 32n));
  }
}
