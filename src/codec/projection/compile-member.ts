import type { EnumDescriptor, FieldDescriptor, MessageDescriptor, ScalarType } from '../../registry/descriptors.ts';

import {
  createTemplate,
  type JsonWriter,
  type Template,
  writeAscii,
  writeText,
  writeTemplate,
} from '../json/json-writer.ts';
import { compileRepeatedToJson } from '../json/repeated-to-json.ts';
import { compileEnumToJson, SCALAR_TO_JSON, type ValueToJson } from '../json/scalar-to-json.ts';
import { compilerOf } from '../json/wire-to-json.ts';
import { compileWellKnownValue } from '../value/well-known-value.ts';
import { layOutMessage } from '../wire/message-layout.ts';
import { SCALAR_TYPES } from '../wire/scalar-types.ts';
import { readDouble, readFloat, readLimit, readVarint32 } from '../wire/wire-reader.ts';
import type { ProjectionContext, Trail } from './selection.ts';

/**
 * Compiles how one value of a field is written that is no ordinary message. As in ProtoJSON but for two things: an enum's
 * values have the names that the context gives, null stands for a number without one; and there is no negative zero.
 *
 * @param trail the way to the value from the message that is projected
 */
export function compilePlainValue(field: FieldDescriptor, trail: Trail, context: ProjectionContext): ValueToJson {
  const { type } = field;
  if (type.kind === 'scalar') return scalarWriters[type.scalar] ?? SCALAR_TO_JSON[type.scalar];
  if (type.kind === 'enum') return compileEnum(type.enum, trail, context);
  if (hasOneText.has(type.message.fullName)) {
    const { write } = compilerOf(context.registry, 'compact').message(type.message);
    return (reader, writer) => write(reader, writer, readLimit(reader));
  }
  const read = compileWellKnownValue(type.message, context.registry);
  return (reader, writer) => writeText(writer, JSON.stringify(read(reader, readLimit(reader))));
}

/** Puts the values of a repeated field between brackets. `depth` says which list this is, from the outermost: 0, 1 … */
export function compileList(field: FieldDescriptor, element: ValueToJson, depth: number): ValueToJson {
  const counted: ValueToJson = (reader, writer, limit) => {
    writer.indices[depth]! += 1;
    element(reader, writer, limit);
  };
  const list = compileRepeatedToJson(layOutMessage(field.parent).fields[field.index]!, counted);
  return (reader, writer, limit) => {
    writer.indices[depth] = -1;
    list(reader, writer, limit);
  };
}

/** The JSON of a field that is not on the wire; undefined when it has none, as an enum without a name for zero. */
export function absentJson(field: FieldDescriptor, context: ProjectionContext): string | undefined {
  if (field.cardinality !== 'singular') return '[]';
  return field.presence === 'explicit' ? 'null' : zeroJson(field, context);
}

/** The JSON of the zero of a field's type; of a message null. */
export function zeroJson({ type }: FieldDescriptor, context: ProjectionContext): string | undefined {
  if (type.kind === 'message') return 'null';
  if (type.kind === 'scalar') return SCALAR_TYPES[type.scalar].zeroJson;
  if (isNullValue(type.enum)) return 'null';
  const name = namesOf(type.enum, context).get(0);
  return name === undefined ? undefined : JSON.stringify(name);
}

/** How many lists lead to the end of a trail. */
export function depthOf(trail: Trail): number {
  return trail.filter((step) => step === null).length;
}

/**
 * Well-known types of which one value has one text. The others hold numbers or JSON of their own, which a reader of JSON
 * would write otherwise: negative zero, 1.0.
 */
const hasOneText: ReadonlySet<string> = new Set(
  ['Timestamp', 'Duration', 'FieldMask', 'BoolValue', 'StringValue', 'BytesValue']
    .concat(['Int32Value', 'UInt32Value', 'Int64Value', 'UInt64Value'])
    .map((name) => `google.protobuf.${name}`),
);

/** JSON.stringify writes negative zero as zero. */
const scalarWriters: Partial<Record<ScalarType, ValueToJson>> = {
  double: (reader, writer, limit) => {
    const { position } = reader;
    if (readDouble(reader) === 0) return writeAscii(writer, '0');
    reader.position = position;
    SCALAR_TO_JSON.double(reader, writer, limit);
  },
  float: (reader, writer, limit) => {
    const { position } = reader;
    if (readFloat(reader) === 0) return writeAscii(writer, '0');
    reader.position = position;
    SCALAR_TO_JSON.float(reader, writer, limit);
  },
};

/** Numbers below this have their names in an array. */
const smallNumbers = 256;

function compileEnum(type: EnumDescriptor, trail: Trail, context: ProjectionContext): ValueToJson {
  if (isNullValue(type)) return compileEnumToJson(type);
  const texts = new Map<number, { readonly text: Template; readonly length: number }>();
  for (const [number, name] of namesOf(type, context)) {
    const text = Buffer.from(JSON.stringify(name));
    texts.set(number, { text: createTemplate(text), length: text.length });
  }
  const small = Array.from({ length: smallNumbers }, (_, number) => texts.get(number));
  return (reader, writer) => {
    const number = readVarint32(reader);
    const found = number >= 0 && number < smallNumbers ? small[number] : texts.get(number);
    if (found !== undefined) return writeTemplate(writer, found.text, 0, found.length);
    writer.unnamed.push({ path: pathOf(trail, writer), number });
    writeAscii(writer, 'null');
  };
}

function pathOf(trail: Trail, { indices }: JsonWriter): (string | number)[] {
  let depth = 0;
  return trail.map((step) => step ?? indices[depth++]!);
}

/** Of several names of one number the first counts. */
function namesOf(type: EnumDescriptor, { enumNames }: ProjectionContext): ReadonlyMap<number, string> {
  const names = enumNames(type);
  return new Map(type.values.map(({ number }, index) => [number, names[index]!] as const).toReversed());
}

function isNullValue({ fullName }: Pick<MessageDescriptor, 'fullName'>): boolean {
  return fullName === 'google.protobuf.NullValue';
}
