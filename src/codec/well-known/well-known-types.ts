import type { CompileWellKnown } from '../json/json-compiler.ts';
import type { BeginMessage, MessagePlan } from '../json/json-plan.ts';

import { compileAnyFromJson, compileAnyToJson } from './any.ts';
import { compileDurationFromJson, compileDurationToJson } from './duration.ts';
import { compileEmptyFromJson, compileEmptyToJson } from './empty.ts';
import { compileFieldMaskFromJson, compileFieldMaskToJson } from './field-mask.ts';
import {
  compileListValueFromJson,
  compileListValueToJson,
  compileStructFromJson,
  compileStructToJson,
  compileValueFromJson,
  compileValueToJson,
} from './struct.ts';
import { compileTimestampFromJson, compileTimestampToJson } from './timestamp.ts';
import { compileWrapperFromJson, compileWrapperToJson } from './wrapper.ts';

/** How a message type with a JSON form of its own is written and read. */
export interface WellKnownType {
  readonly toJson: CompileWellKnown;
  /** The fields of the plan are compiled already. */
  readonly fromJson: (plan: MessagePlan) => BeginMessage;
}

const any: WellKnownType = { toJson: compileAnyToJson, fromJson: compileAnyFromJson };
const duration: WellKnownType = { toJson: compileDurationToJson, fromJson: compileDurationFromJson };
const empty: WellKnownType = { toJson: compileEmptyToJson, fromJson: compileEmptyFromJson };
const fieldMask: WellKnownType = { toJson: compileFieldMaskToJson, fromJson: compileFieldMaskFromJson };
const listValue: WellKnownType = { toJson: compileListValueToJson, fromJson: compileListValueFromJson };
const struct: WellKnownType = { toJson: compileStructToJson, fromJson: compileStructFromJson };
const timestamp: WellKnownType = { toJson: compileTimestampToJson, fromJson: compileTimestampFromJson };
const value: WellKnownType = { toJson: compileValueToJson, fromJson: compileValueFromJson };
const wrapper: WellKnownType = { toJson: compileWrapperToJson, fromJson: compileWrapperFromJson };

/**
 * The messages whose JSON is not an object of their fields, by full name:
 * https://protobuf.dev/reference/protobuf/google.protobuf/
 */
export const WELL_KNOWN_TYPES: ReadonlyMap<string, WellKnownType> = new Map([
  ['google.protobuf.Any', any],
  ['google.protobuf.BoolValue', wrapper],
  ['google.protobuf.BytesValue', wrapper],
  ['google.protobuf.DoubleValue', wrapper],
  ['google.protobuf.Duration', duration],
  ['google.protobuf.Empty', empty],
  ['google.protobuf.FieldMask', fieldMask],
  ['google.protobuf.FloatValue', wrapper],
  ['google.protobuf.Int32Value', wrapper],
  ['google.protobuf.Int64Value', wrapper],
  ['google.protobuf.ListValue', listValue],
  ['google.protobuf.StringValue', wrapper],
  ['google.protobuf.Struct', struct],
  ['google.protobuf.Timestamp', timestamp],
  ['google.protobuf.UInt32Value', wrapper],
  ['google.protobuf.UInt64Value', wrapper],
  ['google.protobuf.Value', value],
]);
