import { readScalar } from '../json-frames.ts';
import type { BeginMessage, MessagePlan, ScalarFieldPlan } from '../json-plan.ts';

/** A wrapper (`Int64Value`, `StringValue` …) is the bare value of its only field; null is not one. */
export function compileWrapperFromJson({ fields }: MessagePlan): BeginMessage {
  const value = fields[0] as ScalarFieldPlan;
  return (transcoder, closes) => {
    const { reader, writer } = transcoder;
    readScalar(reader, writer, value, value.jsonName);
    if (!writer.isZero(value.wireType)) {
      writer.tag(value.tag);
      writer.scalar(value.wireType);
    }
    transcoder.close(closes);
  };
}
