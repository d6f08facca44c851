import fc from 'fast-check';

import type { FieldDescriptor, MessageDescriptor, ScalarType } from '../../src/registry/descriptors.ts';

/**
 * Random messages together with what must become of them, made from the descriptor and from nothing of the codec: `input` is
 * what protobufjs encodes, `json` what the proto3 JSON mapping says of it, `value` what GraphQL is to see.
 */
export interface Expected {
  readonly input: unknown;
  readonly json: unknown;
  readonly value: unknown;
}

/** How deep random messages nest. */
const DEPTH = 3;

/** Any message of this type, with any of its fields set. */
export function anyMessage(message: MessageDescriptor, depth = DEPTH): fc.Arbitrary<Expected> {
  const special = SPECIAL[message.fullName];
  if (special !== undefined) {
    return special;
  }
  const fields = message.fields.map((field) =>
    isTooDeep(field, depth) ? fc.constant(undefined) : fc.option(anyField(field, depth), { nil: undefined, freq: 2 }),
  );
  return fc.tuple(fc.tuple(...fields), fc.nat()).map(([found, choice]) => assemble(message, found, choice));
}

function isTooDeep(field: FieldDescriptor, depth: number): boolean {
  return depth === 0 && field.type.kind === 'message' && SPECIAL[field.type.message.fullName] === undefined;
}

function assemble(message: MessageDescriptor, found: readonly (Expected | undefined)[], choice: number): Expected {
  const input: Record<string, unknown> = {};
  const json: Record<string, unknown> = {};
  const value: Record<string, unknown> = {};
  for (const field of message.fields) {
    const set = isChosen(field, choice) ? found[field.index] : undefined;
    if (set !== undefined) {
      input[field.name] = set.input;
    }
    const text = set === undefined ? absentJson(field) : set.json;
    if (text !== undefined) {
      json[field.jsonName] = text;
    }
    value[field.jsonName] = set === undefined ? absentValue(field) : set.value;
  }
  return { input, json, value };
}

/** One member of each oneof may be set. */
function isChosen(field: FieldDescriptor, choice: number): boolean {
  return field.oneof === undefined || field.oneof.fields[choice % field.oneof.fields.length] === field;
}

function absentJson(field: FieldDescriptor): unknown {
  if (field.cardinality !== 'singular') {
    return field.cardinality === 'map' ? {} : [];
  }
  if (field.presence === 'implicit') {
    return zero(field).json;
  }
  return field.oneof !== undefined || field.proto3Optional ? undefined : null;
}

function absentValue(field: FieldDescriptor): unknown {
  if (field.cardinality !== 'singular') {
    return [];
  }
  return field.presence === 'explicit' ? null : zero(field).value;
}

function zero(field: FieldDescriptor): { json: unknown; value: unknown } {
  if (field.type.kind === 'enum') {
    return enumForms(field.type.enum, 0);
  }
  if (field.type.kind === 'message') {
    throw new Error('A message has no zero.');
  }
  const { scalar } = field.type;
  const none = scalar === 'string' || scalar === 'bytes' ? '' : scalar === 'bool' ? false : /64/.test(scalar) ? '0' : 0;
  return { json: none, value: none };
}

function anyField(field: FieldDescriptor, depth: number): fc.Arbitrary<Expected> {
  const one = anyOne(field, depth);
  switch (field.cardinality) {
    case 'singular':
      return one;
    case 'repeated':
      return fc.array(one, { maxLength: depth > 0 ? 4 : 1 }).map((list) => ({
        input: list.map((item) => item.input),
        json: list.map((item) => item.json),
        value: list.map((item) => item.value),
      }));
    case 'map':
      return anyMap(field, one);
  }
}

function anyMap(field: FieldDescriptor, one: fc.Arbitrary<Expected>): fc.Arbitrary<Expected> {
  const keyType = field.mapKey!;
  const entry = fc.tuple(anyScalar(keyType), one);
  return fc.uniqueArray(entry, { maxLength: 5, selector: ([{ json }]) => String(json) }).map((entries) => {
    const sorted = entries.toSorted(([left], [right]) => compareKeys(keyType, left.json, right.json));
    return {
      // protobufjs takes the name of a property for a bool key's value, and every name but the empty one for true.
      input: Object.fromEntries(
        entries.map(([key, value]) => [key.json === false ? '' : String(key.json), value.input]),
      ),
      json: Object.fromEntries(sorted.map(([key, value]) => [String(key.json), value.json])),
      value: sorted.map(([key, value]) => ({ key: key.value, value: value.value })),
    };
  });
}

function compareKeys(type: ScalarType, left: unknown, right: unknown): number {
  if (type === 'string') {
    return Buffer.compare(Buffer.from(left as string), Buffer.from(right as string));
  }
  return BigInt(left as string) < BigInt(right as string) ? -1 : 1;
}

function anyOne(field: FieldDescriptor, depth: number): fc.Arbitrary<Expected> {
  const { type } = field;
  switch (type.kind) {
    case 'scalar':
      return anyScalar(type.scalar);
    case 'enum': {
      const numbers = fc.constantFrom(...type.enum.values.map((value) => value.number), 77, -5);
      return numbers.map((number) => ({ input: number, ...enumForms(type.enum, number) }));
    }
    case 'message':
      return anyMessage(type.message, depth - 1);
  }
}

function enumForms(type: { fullName: string; values: readonly { name: string; number: number }[] }, number: number) {
  if (type.fullName === 'google.protobuf.NullValue') {
    return { json: null, value: null };
  }
  return { json: type.values.find((value) => value.number === number)?.name ?? number, value: number };
}

function same(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Expected> {
  return arbitrary.map((found) => ({ input: found, json: found, value: found }));
}

function integer(bits: number, signed: boolean): fc.Arbitrary<Expected> {
  const min = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const max = 2n ** BigInt(signed ? bits - 1 : bits) - 1n;
  const near = fc.constantFrom(min, max, 0n, 2n ** 31n - 1n, signed ? -1n : 1n, 2n ** 53n, 2n ** 53n + 1n);
  const number = fc.oneof(fc.bigInt({ min, max }), near).filter((found) => found >= min && found <= max);
  return number.map((found) => {
    const form = bits === 64 ? String(found) : Number(found);
    return { input: form, json: form, value: form };
  });
}

const NON_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((number) => ({
  input: number,
  json: String(number),
  value: number,
}));

/** Decimals of six digits, of which each is the shortest form of its float. */
const anyFloat = fc
  .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -20, max: 20 }))
  .map(([digits, exponent]) => Number(`${digits}e${exponent}`))
  .map((decimal) => ({ input: Math.fround(decimal), json: decimal, value: decimal }));

const anyDouble = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((number) => ({ input: number, json: number, value: number }));

const anyBytes = fc.uint8Array({ maxLength: 40 }).map((content) => {
  const text = Buffer.from(content).toString('base64');
  return { input: content, json: text, value: text };
});

const SCALARS: Readonly<Record<ScalarType, fc.Arbitrary<Expected>>> = {
  double: fc.oneof({ weight: 8, arbitrary: anyDouble }, fc.constantFrom(...NON_FINITE)),
  float: fc.oneof({ weight: 8, arbitrary: anyFloat }, fc.constantFrom(...NON_FINITE)),
  int32: integer(32, true),
  int64: integer(64, true),
  uint32: integer(32, false),
  uint64: integer(64, false),
  sint32: integer(32, true),
  sint64: integer(64, true),
  fixed32: integer(32, false),
  fixed64: integer(64, false),
  sfixed32: integer(32, true),
  sfixed64: integer(64, true),
  bool: same(fc.boolean()),
  string: same(fc.string({ unit: 'binary', maxLength: 30 })),
  bytes: anyBytes,
};

function anyScalar(scalar: ScalarType): fc.Arbitrary<Expected> {
  return SCALARS[scalar];
}

/** The value of a well-known type is its JSON. */
function wellKnown(input: unknown, json: unknown): Expected {
  return { input, json, value: json };
}

function wrapper(scalar: ScalarType): fc.Arbitrary<Expected> {
  return anyScalar(scalar).map(({ input, json }) => wellKnown({ value: input }, json));
}

function fraction(nanos: number): string {
  const digits = String(nanos)
    .padStart(9, '0')
    .replace(/(000){0,3}$/, '');
  return digits === '' ? '' : `.${digits}`;
}

const anyNanos = fc
  .oneof(fc.nat(999), fc.nat(999_999), fc.nat(999_999_999))
  .chain((found) => fc.constantFrom(found, (found * 1_000) % 1_000_000_000, (found * 1_000_000) % 1_000_000_000));

const anyTimestamp = fc
  .tuple(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), anyNanos)
  .map(([seconds, nanos]) => {
    const text = new Date(seconds * 1_000).toISOString().replace('.000Z', `${fraction(nanos)}Z`);
    return wellKnown({ seconds, nanos }, text);
  });

const anyDuration = fc
  .tuple(fc.nat(315_576_000_000), anyNanos, fc.constantFrom(1, -1))
  .map(([seconds, nanos, sign]) => {
    const minus = sign < 0 && (seconds > 0 || nanos > 0) ? '-' : '';
    return wellKnown({ seconds: seconds * sign, nanos: nanos * sign }, `${minus}${seconds}${fraction(nanos)}s`);
  });

/** JSON, and the google.protobuf.Value that stands for it. */
const anyJson = fc.jsonValue({ maxDepth: 2 });

function describeValue(json: unknown): unknown {
  if (json === null) {
    return { nullValue: 0 };
  }
  switch (typeof json) {
    case 'number':
      return { numberValue: json };
    case 'string':
      return { stringValue: json };
    case 'boolean':
      return { boolValue: json };
    default:
      return Array.isArray(json) ? { listValue: describeList(json) } : { structValue: describeStruct(json as object) };
  }
}

function describeList(json: readonly unknown[]): unknown {
  return { values: json.map(describeValue) };
}

function describeStruct(json: object): unknown {
  return { fields: Object.fromEntries(Object.entries(json).map(([key, value]) => [key, describeValue(value)])) };
}

const ANYS: readonly Expected[] = [
  wellKnown({}, {}),
  wellKnown(
    { type_url: 'a/conf.v1.Small', value: Buffer.from([0x10, 5]) },
    { '@type': 'a/conf.v1.Small', s: '', i: 5 },
  ),
  wellKnown(
    { type_url: 'a/google.protobuf.Duration', value: Buffer.from([8, 1]) },
    { '@type': 'a/google.protobuf.Duration', value: '1s' },
  ),
];

const MASKS: readonly Expected[] = [wellKnown({}, ''), wellKnown({ paths: ['a_b.c', 'd'] }, 'aB.c,d')];

const SPECIAL: Readonly<Record<string, fc.Arbitrary<Expected>>> = {
  'google.protobuf.Any': fc.constantFrom(...ANYS),
  'google.protobuf.BoolValue': wrapper('bool'),
  'google.protobuf.BytesValue': wrapper('bytes'),
  'google.protobuf.DoubleValue': wrapper('double'),
  'google.protobuf.Duration': anyDuration,
  'google.protobuf.Empty': fc.constant(wellKnown({}, {})),
  'google.protobuf.FieldMask': fc.constantFrom(...MASKS),
  'google.protobuf.Int64Value': wrapper('int64'),
  'google.protobuf.ListValue': fc.array(anyJson, { maxLength: 3 }).map((json) => wellKnown(describeList(json), json)),
  'google.protobuf.StringValue': wrapper('string'),
  'google.protobuf.Struct': fc
    .dictionary(fc.string(), anyJson, { maxKeys: 3, noNullPrototype: true })
    .map((json) => wellKnown(describeStruct(json), json)),
  'google.protobuf.Timestamp': anyTimestamp,
  'google.protobuf.Value': anyJson.map((json) => wellKnown(describeValue(json), json)),
};
