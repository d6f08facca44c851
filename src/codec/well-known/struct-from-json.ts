import type { BeginMessage, MessagePlan } from '../json/json-plan.ts';

/** A Struct is any JSON object: its only field is the map of the object's members. */
export function compileStructFromJson({ fields }: MessagePlan): BeginMessage {
  const members = fields[0]!;
  return (transcoder, closes, level) => transcoder.beginMap(members, closes, level);
}
