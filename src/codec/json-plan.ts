import type { FieldDescriptor, MessageDescriptor, OneofDescriptor, Registry } from '../registry/descriptors.ts';

import { compileNames, type NameTable } from './json-names.ts';
import { compileReadEnum, compileReadKey, compileReadScalar, type ReadKey, type ReadScalar } from './json-scalars.ts';
import type { JsonTranscoder } from './json-transcoder.ts';
import { SCALAR_TYPES, WIRE_TYPE, type WireType } from './scalar-types.ts';
import { compileWellKnownFromJson } from './well-known/well-known-from-json.ts';
import { tagOf } from './wire-writer.ts';

/** How a message type is read from JSON; compiled once per type. */
export interface MessagePlan {
  readonly message: MessageDescriptor;
  /** In declaration order. */
  readonly fields: readonly FieldPlan[];
  /** By JSON name, then by proto name. */
  readonly names: NameTable<FieldPlan>;
  /** How many words of bits say which fields and oneofs a message has seen. */
  readonly seenWords: number;
  /** Present for the types that have a JSON form of their own. */
  readonly wellKnown: BeginMessage | undefined;
}

/**
 * Writes the content of the message whose JSON comes next, or pushes a container onto the transcoder's stack that does.
 * Either way `closes` length-delimited values are closed behind it. `level` counts the open messages, this one included.
 */
export type BeginMessage = (transcoder: JsonTranscoder, closes: number, level: number) => void;

/** How a field is read. */
export type FieldPlan = ScalarFieldPlan | MessageFieldPlan;

interface FieldPlanBase extends SeenPlace {
  readonly jsonName: string;
  readonly tag: number;
  readonly container: 'singular' | 'repeated' | 'map';
  /** False where null is not a value but means that the field is not set. */
  readonly takesNull: boolean;
  readonly oneof: OneofPlan | undefined;
  /** Present exactly for maps. */
  readonly key: KeyPlan | undefined;
}

/** A scalar or enum field. */
export interface ScalarFieldPlan extends FieldPlanBase {
  readonly kind: 'scalar';
  /** As protobuf-go calls it in errors, e.g. `int32`, `enum`. */
  readonly typeName: string;
  readonly read: ReadScalar;
  readonly wireType: WireType;
  /** Whether zero is written, too. */
  readonly explicit: boolean;
  /** Whether the elements of a list stand together, without tags. */
  readonly packed: boolean;
}

/** A field of messages. */
export interface MessageFieldPlan extends FieldPlanBase {
  readonly kind: 'message';
  readonly message: MessagePlan;
}

/** The keys of a map. */
export interface KeyPlan {
  readonly typeName: string;
  readonly read: ReadKey;
  readonly tag: number;
  readonly wireType: WireType;
}

/** A oneof, for the rule that only one of its members may be set. */
export interface OneofPlan extends SeenPlace {
  readonly fullName: string;
}

/** Which bit says that a field or oneof has been seen. */
export interface SeenPlace {
  readonly seenWord: number;
  readonly seenBit: number;
}

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
  plan.wellKnown = compileWellKnownFromJson(plan);
  return Object.freeze(plan);
}

/** Finds the plan of the type that an Any names; undefined when there is no such type. */
export type ResolvePlan = (fullName: string) => MessagePlan | undefined;

/** Resolves in a registry. The one place where a request decides which type is looked up. */
export function compileResolve(registry: Registry): ResolvePlan {
  return (fullName) => {
    const message = registry.messages.get(fullName);
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

function planField(field: FieldDescriptor, oneof: OneofPlan | undefined): FieldPlan {
  const { type } = field;
  const base = {
    jsonName: field.jsonName,
    container: field.cardinality,
    ...seenPlace(field.index),
    takesNull: takesNull(field),
    oneof,
    key: planKey(field),
  };
  if (type.kind === 'message') {
    const tag = tagOf(field.number, WIRE_TYPE.bytes);
    return Object.freeze({ ...base, kind: 'message', tag, message: planOf(type.message) });
  }
  const isEnum = type.kind === 'enum';
  const wireType = isEnum ? WIRE_TYPE.varint : SCALAR_TYPES[type.scalar].wireType;
  const packed = field.cardinality === 'repeated' && wireType !== WIRE_TYPE.bytes;
  return Object.freeze({
    ...base,
    kind: 'scalar',
    typeName: isEnum ? 'enum' : type.scalar,
    tag: tagOf(field.number, packed || field.cardinality === 'map' ? WIRE_TYPE.bytes : wireType),
    read: isEnum ? compileReadEnum(type.enum) : compileReadScalar(type.scalar),
    wireType,
    explicit: field.presence === 'explicit',
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
