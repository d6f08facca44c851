import {
  GraphQLFloat,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLSchema,
  type GraphQLType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';

import { badUserInput, showLiteral, showValue } from '../execution/bad-user-input.ts';

const decimal = /^-?(?:0|[1-9][0-9]{0,19})$/;
const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;
const maxUint32 = 2 ** 32 - 1;

/**
 * All 64-bit integers. A decimal string in answers, since JSON numbers lose digits above 2^53 in most clients. The codec
 * checks the sign, which a field's own type decides; here is the range that all of them share.
 */
export const Int64 = new GraphQLScalarType<string, string>({
  name: 'Int64',
  specifiedByURL: 'https://protobuf.dev/programming-guides/json/',
  description:
    'A 64-bit integer. Answers write it as a decimal string, e.g. `"1700000000000"`. ' +
    'Arguments may be such a string, or a number, which in variables must be between -(2^53 - 1) and 2^53 - 1.',
  serialize: (value) => value as string,
  parseValue: (value) => {
    if (typeof value === 'string') return checkInt64(value, () => showValue(value));
    if (Number.isSafeInteger(value)) return String(value);
    const hint = Number.isInteger(value) ? '; write it as a string, since a JSON number of this size loses digits' : '';
    throw badUserInput(`Int64 cannot represent ${showValue(value)}: expected ${int64Expectation}${hint}`);
  },
  // The literal's own digits: a JavaScript number would lose some above 2^53.
  parseLiteral: (node) => {
    if (node.kind === Kind.INT || node.kind === Kind.STRING) return checkInt64(node.value, () => showLiteral(node));
    throw badUserInput(`Int64 cannot represent ${showLiteral(node)}: expected ${int64Expectation}`);
  },
});

const int64Expectation = 'a whole number as a decimal string, or as a number';

function checkInt64(text: string, show: () => string): string {
  if (!decimal.test(text)) throw badUserInput(`Int64 cannot represent ${show()}: expected ${int64Expectation}`);
  const value = BigInt(text);
  if (value >= minInt64 && value <= maxUint64) return String(value);
  throw badUserInput(`Int64 cannot represent ${show()}: it needs more than 64 bits`);
}

/** Unsigned 32-bit integers, which reach beyond GraphQL's signed Int. */
export const UInt32 = new GraphQLScalarType<number, number>({
  name: 'UInt32',
  specifiedByURL: 'https://protobuf.dev/programming-guides/json/',
  description: 'A whole number from 0 to 4294967295.',
  serialize: (value) => value as number,
  parseValue: (value) => checkUint32(value, () => showValue(value)),
  parseLiteral: (node: ValueNode) =>
    checkUint32(node.kind === Kind.INT ? Number(node.value) : undefined, () => showLiteral(node)),
});

function checkUint32(value: unknown, show: () => string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxUint32) return value;
  throw badUserInput(`UInt32 cannot represent ${show()}: expected a whole number from 0 to 4294967295`);
}

/** `google.protobuf.Struct`, `Value` and `ListValue`; the codec checks which of the three is meant. */
export const JSON_SCALAR = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  description: 'Any JSON value. In answers it is at most 1000 lists or objects deep, in variables 100.',
  extensions: { takesObjects: true },
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** `google.protobuf.Any` as ProtoJSON. */
export const Any = new GraphQLScalarType<object, unknown>({
  name: 'Any',
  specifiedByURL: 'https://protobuf.dev/reference/protobuf/google.protobuf/#any',
  description: 'A message of any type: an object with the type\'s URL in `"@type"` beside the message\'s own fields.',
  extensions: { takesObjects: true },
  serialize: (value) => value,
  parseValue: (value) => checkAny(value, () => showValue(value)),
  // A literal cannot be written, "@type" being no GraphQL name; variables inside it could not help.
  parseLiteral: (node: ValueNode) => {
    throw badUserInput(`Any cannot represent ${showLiteral(node)}: pass it as a variable, with "@type"`);
  },
});

function checkAny(value: unknown, show: () => string): object {
  if (typeof value === 'object' && value !== null && '@type' in value && typeof value['@type'] === 'string')
    return value;
  throw badUserInput(`Any cannot represent ${show()}: expected an object with "@type"`);
}

/** Base64 by RFC 4648 (https://www.rfc-editor.org/rfc/rfc4648), standard or URL-safe, with or without padding. */
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Bytes. Answers use the standard alphabet with padding. */
export const Bytes = textScalar(
  'Bytes',
  'https://www.rfc-editor.org/rfc/rfc4648#section-4',
  'Bytes in base64, e.g. `"Y3VlYm90"`. Arguments may also use the URL-safe alphabet and leave the padding out.',
  'base64',
  (text) => base64.test(text) && text.replaceAll('=', '').length % 4 !== 1,
);

/** `google.protobuf.Timestamp`; the codec checks the details and the range. */
export const Timestamp = textScalar(
  'Timestamp',
  'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  'A moment by RFC 3339, e.g. `"2026-01-31T12:00:00.5Z"`.',
  'a time such as "2026-01-31T12:00:00Z"',
  (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/i.test(text),
);

/** `google.protobuf.Duration`; the codec checks the details and the range. */
export const Duration = textScalar(
  'Duration',
  'https://protobuf.dev/reference/protobuf/google.protobuf/#duration',
  'A span of time in seconds with the unit, e.g. `"1.5s"`.',
  'seconds such as "1.5s"',
  (text) => /^-?\d+(?:\.\d{1,9})?s$/.test(text),
);

/** `google.protobuf.FieldMask`. */
export const FieldMask = textScalar(
  'FieldMask',
  'https://protobuf.dev/reference/protobuf/google.protobuf/#field-mask',
  'Paths of fields in camel case with commas between them, e.g. `"name,stats.totalFrames"`.',
  'paths such as "name,stats.totalFrames"',
  (text) => /^(?:[A-Za-z][\w.]*(?:,[A-Za-z][\w.]*)*)?$/.test(text),
);

/** A moment, in answers only so far: friendly values of times that are numbers upstream. */
export const DateTime = textScalar(
  'DateTime',
  'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  'A moment by RFC 3339, in UTC, e.g. `"2026-01-31T12:00:00.000Z"`.',
  'a time such as "2026-01-31T12:00:00Z"',
  (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)),
);

/** A scalar that is text on both sides. */
function textScalar(
  name: string,
  specifiedByURL: string,
  description: string,
  expectation: string,
  isValid: (text: string) => boolean,
) {
  const check = (value: unknown, show: () => string): string => {
    if (typeof value === 'string' && isValid(value)) return value;
    throw badUserInput(`${name} cannot represent ${show()}: expected ${expectation}`);
  };
  return new GraphQLScalarType<string, string>({
    name,
    specifiedByURL,
    description,
    serialize: (value) => value as string,
    parseValue: (value) => check(value, () => showValue(value)),
    parseLiteral: (node) => check(node.kind === Kind.STRING ? node.value : undefined, () => showLiteral(node)),
  });
}

const nonFinite: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/**
 * GraphQL's Float, but what is not finite is written as ProtoJSON (and so REST) writes it: `"NaN"`, `"Infinity"`,
 * `"-Infinity"`; arguments may be these words, too. The specification (https://spec.graphql.org/October2021/#sec-Float) wants
 * an error instead, and since such fields are non-null, one layer's NaN would take the whole list of jobs with it. A scalar of
 * another name would make every client map it for a case that hardly ever comes.
 */
const Float = new GraphQLScalarType<number | string, unknown>({
  ...GraphQLFloat.toConfig(),
  serialize: (value) => {
    if (nonFinite.has(value)) return value;
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : GraphQLFloat.serialize(value);
  },
  parseValue: (value) => (nonFinite.has(value) ? (value as string) : GraphQLFloat.parseValue(value)),
  parseLiteral: (node, variables) =>
    node.kind === Kind.STRING && nonFinite.has(node.value) ? node.value : GraphQLFloat.parseLiteral(node, variables),
});

/**
 * The same schema with our Float wherever it has GraphQL's. Builders of schemas always take the built-in one for the name, and a
 * schema that had both could not be built again.
 */
export function allowNonFiniteFloats(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  for (const type of config.types) {
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) field.type = withFloat(field.type);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      field.type = withFloat(field.type);
      for (const argument of field.args) argument.type = withFloat(argument.type);
    }
  }
  return new GraphQLSchema({ ...config, types: config.types.filter((type) => type !== GraphQLFloat) });
}

/** What stands in the place of an input type is one, and the same goes for output types. */
function withFloat<Type extends GraphQLType>(type: Type): Type {
  if (isNonNullType(type)) return new GraphQLNonNull(withFloat<GraphQLType>(type.ofType) as never) as never;
  if (isListType(type)) return new GraphQLList(withFloat<GraphQLType>(type.ofType)) as never;
  return (type === GraphQLFloat ? Float : type) as Type;
}

/** Every scalar that this room adds to GraphQL's own, by name. */
export const scalarTypes: ReadonlyMap<string, GraphQLScalarType> = new Map(
  [Int64, UInt32, Bytes, Timestamp, Duration, FieldMask, DateTime, Any, JSON_SCALAR].map((type) => [type.name, type]),
);
