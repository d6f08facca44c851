import type { CompileWellKnown } from '../json/json-compiler.ts';

import { compileAnyToJson } from './any-to-json.ts';
import { compileDurationToJson } from './duration-to-json.ts';
import { compileEmptyToJson } from './empty-to-json.ts';
import { compileFieldMaskToJson } from './field-mask-to-json.ts';
import { compileListValueToJson } from './list-value-to-json.ts';
import { compileStructToJson } from './struct-to-json.ts';
import { compileTimestampToJson } from './timestamp-to-json.ts';
import { compileValueToJson } from './value-to-json.ts';
import { compileWrapperToJson } from './wrapper-to-json.ts';

/** The messages whose JSON is not an object of their fields, by full name: https://protobuf.dev/programming-guides/json/ */
export const WELL_KNOWN_TO_JSON: ReadonlyMap<string, CompileWellKnown> = new Map([
  ['google.protobuf.Any', compileAnyToJson],
  ['google.protobuf.BoolValue', compileWrapperToJson],
  ['google.protobuf.BytesValue', compileWrapperToJson],
  ['google.protobuf.DoubleValue', compileWrapperToJson],
  ['google.protobuf.Duration', compileDurationToJson],
  ['google.protobuf.Empty', compileEmptyToJson],
  ['google.protobuf.FieldMask', compileFieldMaskToJson],
  ['google.protobuf.FloatValue', compileWrapperToJson],
  ['google.protobuf.Int32Value', compileWrapperToJson],
  ['google.protobuf.Int64Value', compileWrapperToJson],
  ['google.protobuf.ListValue', compileListValueToJson],
  ['google.protobuf.StringValue', compileWrapperToJson],
  ['google.protobuf.Struct', compileStructToJson],
  ['google.protobuf.Timestamp', compileTimestampToJson],
  ['google.protobuf.UInt32Value', compileWrapperToJson],
  ['google.protobuf.UInt64Value', compileWrapperToJson],
  ['google.protobuf.Value', compileValueToJson],
]);
