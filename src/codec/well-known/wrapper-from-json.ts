import { readScalar } from '../json/json-frames.ts';
import type { BeginMessage, MessagePlan } from '../json/json-plan.ts';

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
