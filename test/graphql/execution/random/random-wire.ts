import type {
  FieldDescriptor,
  MapKeyType,
  MessageDescriptor,
  ScalarType,
} from '../../../../src/registry/descriptors.ts';

import { bytes, double, fixed32, fixed64, float, int, tag, varint } from '../../../codec/wire-bytes.ts';
import type { Random } from './random.ts';

/** Numbers that decide how large messages become. */
export interface WireSize {
  /** How deep messages hold messages. */
  readonly depth: number;
  /** The longest list. */
  readonly list: number;
}

/** Values of single fields, by `package.Message.field`; of a list for each element. */
export type Fixed = Readonly<Record<string, (random: Random) => Buffer | undefined>>;

/**
 * A message as some upstream might send it: fields left out, repeated where they should not be, out of order, packed or not,
 * several of a oneof, unknown to us, numbers without a name. Always well-formed, and with a JSON form.
 */
export function randomWire(message: MessageDescriptor, random: Random, size: WireSize, fixed: Fixed = {}): Buffer {
  const special = wellKnown[message.fullName];
  if (special !== undefined) return special(random, size);
  const parts: Buffer[] = [];
  for (const field of message.fields) {
    if (random.chance(0.25)) continue;
    parts.push(...fieldParts(field, random, size, fixed));
    // Sent twice: the last one counts, and messages are merged.
    if (random.chance(0.03)) parts.push(...fieldParts(field, random, size, fixed));
    if (random.chance(0.02)) parts.push(int(9_000 + random.below(100), random.below(1_000)));
  }
  if (random.chance(0.1)) shuffle(parts, random);
  return Buffer.concat(parts);
}

function shuffle(parts: Buffer[], random: Random): void {
  for (let at = parts.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [parts[at], parts[other]] = [parts[other]!, parts[at]!];
  }
}

function fieldParts(field: FieldDescriptor, random: Random, size: WireSize, fixed: Fixed): Buffer[] {
  const { number, type, cardinality } = field;
  if (type.kind === 'message' && size.depth === 0) return [];
  const one = () => {
    const given = fixed[`${field.parent.fullName}.${field.jsonName}`]?.(random);
    return given === undefined
      ? randomValueOf(field, number, random, size, fixed)
      : Buffer.concat([tag(number, 2), lengthOf(given)]);
  };
  if (cardinality === 'singular') return [one()];
  const count = random.below(size.list + 1);
  if (cardinality === 'map') {
    return Array.from({ length: count }, () => {
      const key = random.chance(0.1) ? [] : [keyOf(field.mapKey!, random)];
      // A Value without anything in it is the one message that has no JSON.
      const canBeLeftOut = type.kind !== 'message' || type.message.fullName !== 'google.protobuf.Value';
      const value = canBeLeftOut && random.chance(0.1) ? [] : [randomValueOf(field, 2, random, size, fixed)];
      return bytes(number, ...(random.chance(0.1) ? [...value, ...key] : [...key, ...value]));
    });
  }
  const values = Array.from({ length: count }, one);
  const canBePacked =
    type.kind === 'enum' || (type.kind === 'scalar' && type.scalar !== 'string' && type.scalar !== 'bytes');
  if (!canBePacked || random.chance(0.5)) return values;
  const width = varint(BigInt(number) * 8n).length;
  return values.length === 0 ? [] : [bytes(number, ...values.map((value) => value.subarray(width)))];
}

function lengthOf(body: Buffer): Buffer {
  return Buffer.concat([varint(body.length), body]);
}

function randomValueOf(field: FieldDescriptor, number: number, random: Random, size: WireSize, fixed: Fixed): Buffer {
  const { type } = field;
  if (type.kind === 'scalar') return scalarOf(type.scalar, number, random);
  if (type.kind === 'enum') {
    const known = random.pick(type.enum.values).number;
    return int(number, random.chance(0.05) ? random.pick([99, -1, 2_000_000_000]) : known);
  }
  return bytes(number, randomWire(type.message, random, { ...size, depth: size.depth - 1 }, fixed));
}

const texts = ['', 'a', 'Emma', 'größer', '"quoted"\\', 'line\nbreak\u0001', '日本語', '😀', 'x'.repeat(70), '\u2028'];
const integers = [0, 1, -1, 7, 127, 128, 300, 1_000_000, 2_147_483_647, -2_147_483_648];
const longs = [
  0n,
  1n,
  -1n,
  1_700_000_000n,
  9_007_199_254_740_993n,
  9_223_372_036_854_775_807n,
  -9_223_372_036_854_775_808n,
];
const numbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  1.5,
  1e21,
  1e-7,
  123_456_789.125,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

function scalarOf(scalar: ScalarType, number: number, random: Random): Buffer {
  switch (scalar) {
    case 'double':
      return double(number, random.pick(numbers));
    case 'float':
      return float(number, random.pick(numbers));
    case 'fixed32':
    case 'sfixed32':
      return fixed32(number, random.pick(integers));
    case 'fixed64':
    case 'sfixed64':
      return fixed64(number, random.pick(longs));
    case 'string':
      return bytes(number, random.pick(texts));
    case 'bytes':
      return bytes(number, random.bytes(random.below(5)));
    case 'bool':
      return int(number, random.below(2));
    case 'int64':
    case 'uint64':
    case 'sint64':
      return int(number, random.pick(longs));
    default:
      return int(number, random.pick(integers));
  }
}

function keyOf(key: MapKeyType, random: Random): Buffer {
  return scalarOf(key, 1, random);
}

/** Messages of which not every content has a JSON form. */
const wellKnown: Readonly<Record<string, (random: Random, size: WireSize) => Buffer>> = {
  'google.protobuf.Timestamp': (random) =>
    Buffer.concat([
      int(1, random.pick([0, 1, -1, 1_700_000_000, -62_135_596_800])),
      int(2, random.pick([0, 1, 500_000_000])),
    ]),
  // Never negative: parts of two that are merged must fit together.
  'google.protobuf.Duration': (random) =>
    Buffer.concat([int(1, random.below(1_000)), int(2, random.pick([0, 1, 999_999_999]))]),
  'google.protobuf.FieldMask': (random) =>
    Buffer.concat(Array.from({ length: random.below(3) }, () => bytes(1, random.pick(['name', 'stats.total_frames'])))),
  'google.protobuf.Any': (random) =>
    random.chance(0.3)
      ? Buffer.alloc(0)
      : Buffer.concat([
          bytes(1, 'type.googleapis.com/google.protobuf.DoubleValue'),
          bytes(2, double(1, random.pick([0, -0, 1.5]))),
        ]),
  'google.protobuf.Value': randomValue,
  'google.protobuf.Struct': (random, size) =>
    Buffer.concat(
      Array.from({ length: random.below(3) }, () =>
        bytes(1, bytes(1, random.pick(texts)), bytes(2, randomValue(random, { ...size, depth: size.depth - 1 }))),
      ),
    ),
  'google.protobuf.ListValue': (random, size) =>
    Buffer.concat(
      Array.from({ length: random.below(3) }, () => bytes(1, randomValue(random, { ...size, depth: size.depth - 1 }))),
    ),
};

function randomValue(random: Random, size: WireSize): Buffer {
  const kind = random.below(size.depth > 0 ? 6 : 4);
  if (kind === 0) return int(1, 0);
  if (kind === 1) return double(2, random.pick([0, -0, 1, 1.5, 1e21]));
  if (kind === 2) return bytes(3, random.pick(texts));
  if (kind === 3) return int(4, random.below(2));
  if (kind === 4) return bytes(5, wellKnown['google.protobuf.Struct']!(random, size));
  return bytes(6, wellKnown['google.protobuf.ListValue']!(random, size));
}
