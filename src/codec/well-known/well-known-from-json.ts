import type { BeginMessage, MessagePlan } from '../json/json-plan.ts';

import { compileAnyFromJson } from './any-from-json.ts';
import { compileDurationFromJson } from './duration-from-json.ts';
import { compileEmptyFromJson } from './empty-from-json.ts';
import { compileFieldMaskFromJson } from './field-mask-from-json.ts';
import { compileListValueFromJson } from './list-value-from-json.ts';
import { compileStructFromJson } from './struct-from-json.ts';
import { compileTimestampFromJson } from './timestamp-from-json.ts';
import { compileValueFromJson } from './value-from-json.ts';
import { compileWrapperFromJson } from './wrapper-from-json.ts';

/**
 * How the message types with a JSON form of their own are read
 * (https://protobuf.dev/reference/protobuf/google.protobuf/). The fields of `plan` are compiled already.
 */
export function compileWellKnownFromJson(plan: MessagePlan): BeginMessage | undefined {
  return COMPILERS.get(plan.message.fullName)?.(plan);
}

const COMPILERS: ReadonlyMap<string, (plan: MessagePlan) => BeginMessage> = new Map([
  ['google.protobuf.Any', compileAnyFromJson],
  ['google.protobuf.BoolValue', compileWrapperFromJson],
  ['google.protobuf.BytesValue', compileWrapperFromJson],
  ['google.protobuf.DoubleValue', compileWrapperFromJson],
  ['google.protobuf.Duration', compileDurationFromJson],
  ['google.protobuf.Empty', compileEmptyFromJson],
  ['google.protobuf.FieldMask', compileFieldMaskFromJson],
  ['google.protobuf.FloatValue', compileWrapperFromJson],
  ['google.protobuf.Int32Value', compileWrapperFromJson],
  ['google.protobuf.Int64Value', compileWrapperFromJson],
  ['google.protobuf.ListValue', compileListValueFromJson],
  ['google.protobuf.StringValue', compileWrapperFromJson],
  ['google.protobuf.Struct', compileStructFromJson],
  ['google.protobuf.Timestamp', compileTimestampFromJson],
  ['google.protobuf.UInt32Value', compileWrapperFromJson],
  ['google.protobuf.UInt64Value', compileWrapperFromJson],
  ['google.protobuf.Value', compileValueFromJson],
]);
