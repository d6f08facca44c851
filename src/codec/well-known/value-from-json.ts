import { parseDouble } from '../json/json-number.ts';
import type { BeginMessage, FieldPlan, MessagePlan } from '../json/json-plan.ts';
import type { JsonReader } from '../json/json-reader.ts';
import { compileReadScalar } from '../json/json-scalars.ts';
import type { JsonTranscoder } from '../json/json-transcoder.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import type { WireWriter } from '../wire/wire-writer.ts';

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
function beginContainer(transcoder: JsonTranscoder, field: FieldPlan, closes: number, level: number): void {
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
const OPEN_ARRAY = 0x5b;
const LOWER_F = 0x66;
const LOWER_T = 0x74;
const OPEN_OBJECT = 0x7b;
