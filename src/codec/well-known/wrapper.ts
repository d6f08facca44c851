import type { CompileWellKnown } from '../json/json-compiler.ts';
import { readScalar } from '../json/json-frames.ts';
import type { BeginMessage, MessagePlan } from '../json/json-plan.ts';
import { writeAscii } from '../json/json-writer.ts';
import { SCALAR_TYPES } from '../wire/scalar-types.ts';

import { compileSoleFieldToJson } from './sole-field-to-json.ts';

/** A wrapper, such as google.protobuf.Int64Value, becomes its bare value; one without a value the zero of its type. */
export const compileWrapperToJson: CompileWellKnown = (message, compiler) => {
  const [field] = message.fields;
  if (field?.type.kind !== 'scalar') {
    throw new Error(`${message.fullName} wraps no scalar.`);
  }
  const zero = SCALAR_TYPES[field.type.scalar].zeroJson;
  return compileSoleFieldToJson(message, [compiler.value(field)], (writer) => writeAscii(writer, zero));
};

/** A wrapper (`Int64Value`, `StringValue` …) is the bare value of its only field; null is not one. */
export function compileWrapperFromJson({ fields }: MessagePlan): BeginMessage {
  const { jsonName, tag } = fields[0]!;
  const scalar = fields[0]!.scalar!;
  return (transcoder, closes) => {
    const { reader, writer } = transcoder;
    readScalar(reader, writer, scalar, jsonName);
    if (!writer.isZero(scalar.wireType)) {
      writer.tag(tag);
      writer.scalar(scalar.wireType);
    }
    transcoder.close(closes);
  };
}
