import type { CompileWellKnown } from '../json/json-compiler.ts';
import { OPEN_ARRAY, OPEN_OBJECT } from '../json/json-frames.ts';
import { parseDouble } from '../json/json-number.ts';
import type { BeginMessage, FieldPlan, MessagePlan, Transcoder } from '../json/json-plan.ts';
import type { JsonReader } from '../json/json-reader.ts';
import { compileReadScalar } from '../json/json-scalars.ts';
import { writeAscii } from '../json/json-writer.ts';
import type { ValueToJson } from '../json/scalar-to-json.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { unmarshalable } from '../wire/wire-error.ts';
import { readDouble } from '../wire/wire-reader.ts';
import type { WireWriter } from '../wire/wire-writer.ts';

import { compileSoleFieldToJson } from './sole-field-to-json.ts';

/** A google.protobuf.Struct becomes the object that it describes, its keys sorted as those of every map. */
export const compileStructToJson: CompileWellKnown = (message, compiler) =>
  compileSoleFieldToJson(message, message.fields.map(compiler.value), (writer) => writeAscii(writer, '{}'));

/** A Struct is any JSON object: its only field is the map of the object's members. */
export function compileStructFromJson({ fields }: MessagePlan): BeginMessage {
  const members = fields[0]!;
  return (transcoder, closes, level) => transcoder.beginMap(members, closes, level);
}

/** A google.protobuf.ListValue becomes the array that it describes. */
export const compileListValueToJson: CompileWellKnown = (message, compiler) =>
  compileSoleFieldToJson(message, message.fields.map(compiler.value), (writer) => writeAscii(writer, '[]'));

/** A ListValue is any JSON array: its only field is the list of the array's elements. */
export function compileListValueFromJson({ fields }: MessagePlan): BeginMessage {
  const elements = fields[0]!;
  return (transcoder, closes, level) => transcoder.beginList(elements, closes, level);
}

/** A google.protobuf.Value becomes the JSON value that it describes. One that describes none has no JSON. */
export const compileValueToJson: CompileWellKnown = (message, compiler) => {
  const values = message.fields.map((field) =>
    field.name === 'number_value' ? refuseNonFinite(compiler.value(field)) : compiler.value(field),
  );
  return compileSoleFieldToJson(message, values, () => {
    throw unmarshalable('google.protobuf.Value: none of the oneof fields is set');
  });
};

/** A double field may hold NaN and the infinities, written as strings; here they would turn into strings for good. */
function refuseNonFinite(write: ValueToJson): ValueToJson {
  return (reader, writer, limit) => {
    const { position } = reader;
    const value = readDouble(reader);
    if (!Number.isFinite(value)) {
      const name = Number.isNaN(value) ? 'NaN' : value < 0 ? '-Inf' : '+Inf';
      throw unmarshalable(`google.protobuf.Value.number_value: invalid ${name} value`);
    }
    reader.position = position;
    write(reader, writer, limit);
  };
}

/** A Value is any JSON value: one member of a oneof for each kind of them, null included. */
export function compileValueFromJson({ fields, message }: MessagePlan): BeginMessage {
  const byName = new Map<string, FieldPlan>(fields.map((field, index) => [message.fields[index]!.name, field]));
  const nullTag = byName.get('null_value')!.tag;
  const numberTag = byName.get('number_value')!.tag;
  const stringTag = byName.get('string_value')!.tag;
  const boolTag = byName.get('bool_value')!.tag;
  const struct = byName.get('struct_value')!;
  const list = byName.get('list_value')!;

  return (transcoder, closes, level) => {
    const { reader, writer } = transcoder;
    const c = reader.peek();
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      beginContainer(transcoder, c === OPEN_OBJECT ? struct : list, closes, level);
      return;
    }
    if (c === QUOTE) {
      readString(reader, writer);
      writer.tag(stringTag);
      writer.scalar(WIRE_TYPE.bytes);
    } else if (c === LOWER_T || c === LOWER_F) {
      readBool(reader, writer);
      writer.tag(boolTag);
      writer.scalar(WIRE_TYPE.varint);
    } else if (reader.skipNull()) {
      writer.low = 0;
      writer.high = 0;
      writer.tag(nullTag);
      writer.scalar(WIRE_TYPE.varint);
    } else {
      readNumber(reader, writer);
      writer.tag(numberTag);
      writer.scalar(WIRE_TYPE.fixed64);
    }
    transcoder.close(closes);
  };
}

/** The Struct or ListValue inside a Value is of the same level: protobuf-go does not count it as a message. */
function beginContainer(transcoder: Transcoder, field: FieldPlan, closes: number, level: number): void {
  transcoder.writer.tag(field.tag);
  transcoder.writer.open();
  field.message!.wellKnown!(transcoder, closes + 1, level);
}

const readString = compileReadScalar('string');
const readBool = compileReadScalar('bool');

/** Not by the reader of a double field: that takes strings, too, and says something else when the number is too large. */
function readNumber(reader: JsonReader, writer: WireWriter): void {
  const start = reader.position;
  reader.position = reader.scalarEnd();
  const value = parseDouble(reader.bytes, start, reader.position);
  if (value === undefined) throw reader.error(start, `invalid google.protobuf.Value: ${reader.rawToken(start)}`);
  writer.setDouble(value);
}

const QUOTE = 0x22;
const LOWER_F = 0x66;
const LOWER_T = 0x74;
