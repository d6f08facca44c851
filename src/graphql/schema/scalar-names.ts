import type { FieldDescriptor, MessageDescriptor, ScalarType } from '../../registry/descriptors.ts';

/**
 * The GraphQL scalar of each scalar type of protobuf. 64-bit integers do not fit a JSON number, unsigned 32-bit ones not
 * GraphQL's Int; both would be wrong silently.
 */
export const scalarNames: Readonly<Record<ScalarType, string>> = Object.freeze({
  double: 'Float',
  float: 'Float',
  int32: 'Int',
  sint32: 'Int',
  sfixed32: 'Int',
  uint32: 'UInt32',
  fixed32: 'UInt32',
  int64: 'Int64',
  sint64: 'Int64',
  sfixed64: 'Int64',
  uint64: 'Int64',
  fixed64: 'Int64',
  bool: 'Boolean',
  string: 'String',
  bytes: 'Bytes',
});

/**
 * Messages that ProtoJSON writes as something other than an object, and the scalar that stands for each:
 * https://protobuf.dev/programming-guides/json/. `google.protobuf.Empty` is an ordinary empty message.
 */
const wellKnownNames: ReadonlyMap<string, string> = new Map([
  ['google.protobuf.Timestamp', 'Timestamp'],
  ['google.protobuf.Duration', 'Duration'],
  ['google.protobuf.FieldMask', 'FieldMask'],
  ['google.protobuf.Any', 'Any'],
  ['google.protobuf.Struct', 'JSON'],
  ['google.protobuf.Value', 'JSON'],
  ['google.protobuf.ListValue', 'JSON'],
  ['google.protobuf.DoubleValue', scalarNames.double],
  ['google.protobuf.FloatValue', scalarNames.float],
  ['google.protobuf.Int32Value', scalarNames.int32],
  ['google.protobuf.UInt32Value', scalarNames.uint32],
  ['google.protobuf.Int64Value', scalarNames.int64],
  ['google.protobuf.UInt64Value', scalarNames.uint64],
  ['google.protobuf.BoolValue', scalarNames.bool],
  ['google.protobuf.StringValue', scalarNames.string],
  ['google.protobuf.BytesValue', scalarNames.bytes],
]);

/** The scalar that stands for a well-known message; undefined for every other message. */
export function wellKnownScalarOf(message: MessageDescriptor): string | undefined {
  return wellKnownNames.get(message.fullName);
}

/**
 * The scalar of one value of a field; undefined when it is an object or an enum. `NullValue`, an enum whose one value
 * ProtoJSON writes as null, counts as JSON. A text named `id` is an ID: caches, linters and code generators look for it.
 */
export function scalarNameOf({ type, name }: TypedField): string | undefined {
  if (type.kind === 'scalar') return type.scalar === 'string' && isIdName(name) ? 'ID' : scalarNames[type.scalar];
  if (type.kind === 'message') return wellKnownScalarOf(type.message);
  return isNullValue(type.enum.fullName) ? 'JSON' : undefined;
}

/** A field, or the value that a path of fields leads to. */
type TypedField = Pick<FieldDescriptor, 'type'> & { readonly name?: string };

function isIdName(name: string | undefined): boolean {
  return name === 'id' || name === 'ids';
}

/** Whether a value inside a list or map may be JSON's null. */
export function mayBeJsonNull({ type }: Pick<FieldDescriptor, 'type'>): boolean {
  if (type.kind === 'message') return type.message.fullName === 'google.protobuf.Value';
  return type.kind === 'enum' && isNullValue(type.enum.fullName);
}

function isNullValue(fullName: string): boolean {
  return fullName === 'google.protobuf.NullValue';
}
