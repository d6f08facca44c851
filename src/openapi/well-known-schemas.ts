import type { ScalarType } from '../registry/descriptors.ts';

/** A schema in the dialect of OpenAPI 3.1, which is JSON Schema 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * How ProtoJSON writes each scalar: https://protobuf.dev/programming-guides/json/. 64-bit integers are strings, since many
 * readers of JSON round large numbers. A float that is not finite is the string "NaN", "Infinity" or "-Infinity"; that is
 * said in the document's introduction and not in each type, or every client would have to tell numbers from texts.
 */
export const scalarSchemas: Readonly<Record<ScalarType, JsonSchema>> = Object.freeze({
  double: { type: 'number', format: 'double' },
  float: { type: 'number', format: 'float' },
  int32: { type: 'integer', format: 'int32' },
  sint32: { type: 'integer', format: 'int32' },
  sfixed32: { type: 'integer', format: 'int32' },
  uint32: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
  fixed32: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
  int64: { type: 'string', format: 'int64' },
  sint64: { type: 'string', format: 'int64' },
  sfixed64: { type: 'string', format: 'int64' },
  uint64: { type: 'string', format: 'uint64' },
  fixed64: { type: 'string', format: 'uint64' },
  bool: { type: 'boolean' },
  string: { type: 'string' },
  bytes: { type: 'string', contentEncoding: 'base64' },
});

const anything: JsonSchema = Object.freeze({ description: 'Any JSON value.' });

/** The messages that ProtoJSON writes as something other than an object of their fields, by full name. */
export const wellKnownSchemas: ReadonlyMap<string, JsonSchema> = new Map([
  [
    'google.protobuf.Any',
    {
      type: 'object',
      description: 'A message of any type: its fields, and in `@type` what it is.',
      properties: { '@type': { type: 'string', examples: ['type.googleapis.com/google.rpc.ErrorInfo'] } },
      additionalProperties: true,
    },
  ],
  ['google.protobuf.BoolValue', scalarSchemas.bool],
  ['google.protobuf.BytesValue', scalarSchemas.bytes],
  ['google.protobuf.DoubleValue', scalarSchemas.double],
  [
    'google.protobuf.Duration',
    { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$', description: 'Seconds, such as `1.5s`.' },
  ],
  ['google.protobuf.Empty', { type: 'object', description: 'An object without members.' }],
  ['google.protobuf.FieldMask', { type: 'string', description: 'Paths of fields, separated by commas.' }],
  ['google.protobuf.FloatValue', scalarSchemas.float],
  ['google.protobuf.Int32Value', scalarSchemas.int32],
  ['google.protobuf.Int64Value', scalarSchemas.int64],
  ['google.protobuf.ListValue', { type: 'array', items: anything }],
  ['google.protobuf.StringValue', scalarSchemas.string],
  ['google.protobuf.Struct', { type: 'object', additionalProperties: anything }],
  ['google.protobuf.Timestamp', { type: 'string', format: 'date-time' }],
  ['google.protobuf.UInt32Value', scalarSchemas.uint32],
  ['google.protobuf.UInt64Value', scalarSchemas.uint64],
  ['google.protobuf.Value', anything],
]);
