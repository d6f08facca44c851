import type { BeginMessage, MessagePlan } from '../json/json-plan.ts';

/** A ListValue is any JSON array: its only field is the list of the array's elements. */
export function compileListValueFromJson({ fields }: MessagePlan): BeginMessage {
  const elements = fields[0]!;
  return (transcoder, closes, level) => transcoder.beginList(elements, closes, level);
}
