import type {
  FieldDescriptor,
  FieldType,
  MessageDescriptor,
  OneofDescriptor,
  Registry,
} from '../../registry/descriptors.ts';

import { READ_FIELD, type ReadField } from './json-frames.ts';
import { compileNames, type NameTable } from './json-names.ts';
import { compileReadEnum, compileReadKey, compileReadScalar, type ReadKey, type ReadScalar } from './json-scalars.ts';
import type { JsonTranscoder } from './json-transcoder.ts';
import { SCALAR_TYPES, WIRE_TYPE, type WireType } from '../wire/scalar-types.ts';
import { compileWellKnownFromJson } from '../well-known/well-known-from-json.ts';
import { tagOf } from '../wire/wire-writer.ts';

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
export interface FieldPlan extends SeenPlace {
  readonly jsonName: string;
  /** The JSON name in quotation marks, as it mostly stands in texts. */
  readonly nameToken: Uint8Array;
  /** Of the field in its message. */
  readonly index: number;
  readonly tag: number;
  readonly container: 'singular' | 'repeated' | 'map';
  /** False where null is not a value but means that the field is not set. */
  readonly takesNull: boolean;
  readonly oneof: OneofPlan | undefined;
  /** Present exactly for maps. */
  readonly key: KeyPlan | undefined;
  /** Of the value, an element or a map's values, when they are scalars or enums. */
  readonly scalar: ScalarPlan | undefined;
  /** Of the value, an element or a map's values, when they are messages. */
  readonly message: MessagePlan | undefined;
}

/** How the scalars or enums of a field are read. */
export interface ScalarPlan {
  /** As protobuf-go calls it in errors, e.g. `int32`, `enum`. */
  readonly typeName: string;
  readonly read: ReadScalar;
  /** Reads the field, container and all. */
  readonly readField: ReadField;
  readonly wireType: WireType;
  /** Whether zero is written, too. */
  readonly explicit: boolean;
  /** Whether the elements of a list stand together, without tags. */
  readonly packed: boolean;
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
  { cardinality, presence }: FieldDescriptor,
  type: Exclude<FieldType, { readonly kind: 'message' }>,
): ScalarPlan {
  const isEnum = type.kind === 'enum';
  const wireType = isEnum ? WIRE_TYPE.varint : SCALAR_TYPES[type.scalar].wireType;
  return Object.freeze({
    typeName: isEnum ? 'enum' : type.scalar,
    read: isEnum ? compileReadEnum(type.enum) : compileReadScalar(type.scalar),
    readField: READ_FIELD[cardinality],
    wireType,
    explicit: presence === 'explicit',
    packed: cardinality === 'repeated' && wireType !== WIRE_TYPE.bytes,
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
