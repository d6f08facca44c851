import type {
  FieldDescriptor,
  FieldType,
  MessageDescriptor,
  OneofDescriptor,
  Registry,
} from '../../registry/descriptors.ts';

import { WELL_KNOWN_TYPES } from '../well-known/well-known-types.ts';
import { SCALAR_TYPES, WIRE_TYPE } from '../wire/scalar-types.ts';
import { tagOf } from '../wire/wire-writer.ts';
import { READ_FIELD, readBytes } from './json-frames.ts';
import { compileNames, type NameTable } from './json-names.ts';
import type {
  BeginMessage,
  FieldPlan,
  KeyPlan,
  MessagePlan,
  OneofPlan,
  ResolvePlan,
  ScalarPlan,
  SeenPlace,
} from './json-plan.ts';
import { compileReadEnum, compileReadKey, compileReadScalar } from './json-scalars.ts';

const plans = new WeakMap<MessageDescriptor, MessagePlan>();

/** The plan of a message type, compiled on first use together with those of all types it contains. */
export function planOf(message: MessageDescriptor): MessagePlan {
  const known = plans.get(message);
  if (known !== undefined) return known;
  const plan = {
    message,
    fields: [] as readonly FieldPlan[],
    names: compileNames<FieldPlan>([]),
    seenWords: Math.ceil((message.fields.length + message.oneofs.length) / 32),
    wellKnown: undefined as BeginMessage | undefined,
  };
  // Known before its fields are compiled, so that a type may contain itself.
  plans.set(message, plan);
  const oneofs = new Map(message.oneofs.map((oneof) => [oneof, planOneof(oneof, message)]));
  plan.fields = Object.freeze(message.fields.map((field) => planField(field, field.oneof && oneofs.get(field.oneof))));
  plan.names = compileFieldNames(plan);
  plan.wellKnown = WELL_KNOWN_TYPES.get(message.fullName)?.fromJson(plan);
  return Object.freeze(plan);
}

/** Resolves in a registry. The one place where a request decides which type is looked up. */
export function compileResolve(registry: Registry): ResolvePlan {
  return (fullName) => {
    const message = registry.anyTypes.get(fullName);
    return message && planOf(message);
  };
}

/** A name that is the JSON name of one field and the proto name of another means the former. */
function compileFieldNames({ message, fields }: Pick<MessagePlan, 'message' | 'fields'>): NameTable<FieldPlan> {
  return compileNames([
    ...fields.map((field) => [field.jsonName, field] as const),
    ...fields.map((field, index) => [message.fields[index]!.name, field] as const),
  ]);
}

/**
 * One literal that names every property, and nothing spread into it: all plans must have the same hidden class, or V8 looks
 * their properties up the slow way in every request.
 */
function planField(field: FieldDescriptor, oneof: OneofPlan | undefined): FieldPlan {
  const { type, cardinality } = field;
  const scalar = type.kind === 'message' ? undefined : planScalar(field, type);
  const isDelimited = scalar === undefined || scalar.packed || cardinality === 'map';
  const { seenWord, seenBit } = seenPlace(field.index);
  return Object.freeze({
    jsonName: field.jsonName,
    nameToken: Buffer.from(JSON.stringify(field.jsonName)),
    index: field.index,
    tag: tagOf(field.number, isDelimited ? WIRE_TYPE.bytes : scalar.wireType),
    container: cardinality,
    seenWord,
    seenBit,
    takesNull: takesNull(field),
    oneof,
    key: planKey(field),
    scalar,
    message: type.kind === 'message' ? planOf(type.message) : undefined,
  });
}

function planScalar(
  { cardinality, presence, packed }: FieldDescriptor,
  type: Exclude<FieldType, { readonly kind: 'message' }>,
): ScalarPlan {
  const isEnum = type.kind === 'enum';
  const wireType = isEnum ? WIRE_TYPE.varint : SCALAR_TYPES[type.scalar].wireType;
  const typeName = isEnum ? 'enum' : type.scalar;
  return Object.freeze({
    typeName,
    read: isEnum ? compileReadEnum(type.enum) : compileReadScalar(type.scalar),
    readField: typeName === 'bytes' && cardinality === 'singular' ? readBytes : READ_FIELD[cardinality],
    wireType,
    explicit: presence === 'explicit',
    packed,
  });
}

/** Bits of fields come first, by index; behind them those of oneofs. */
function seenPlace(index: number): SeenPlace {
  return { seenWord: index >> 5, seenBit: 1 << (index & 31) };
}

function planOneof(oneof: OneofDescriptor, { fields, oneofs }: MessageDescriptor): OneofPlan {
  return Object.freeze({ fullName: oneof.fullName, ...seenPlace(fields.length + oneofs.indexOf(oneof)) });
}

/** The two types that have null as a value. protobuf-go goes by the type of a list's elements, too; so do we. */
function takesNull({ type, cardinality }: FieldDescriptor): boolean {
  if (cardinality === 'map') return false;
  if (type.kind === 'message') return type.message.fullName === 'google.protobuf.Value';
  return type.kind === 'enum' && type.enum.fullName === 'google.protobuf.NullValue';
}

function planKey({ mapKey }: FieldDescriptor): KeyPlan | undefined {
  if (mapKey === undefined) return undefined;
  const { wireType } = SCALAR_TYPES[mapKey];
  return Object.freeze({ typeName: mapKey, read: compileReadKey(mapKey), tag: tagOf(1, wireType), wireType });
}
