import type { MessageDescriptor, Registry } from '../registry/descriptors.ts';
import { linkRegistry } from '../registry/linking/link-registry.ts';
import { parseProtoFile } from '../registry/parsing/parse-proto-file.ts';
import { addWellKnownFiles } from '../registry/sources/well-known-protos.ts';

/**
 * Types that an error's details may have although no proto of the upstream mentions them: the Go gateway has them compiled
 * in. Status is also what the details come wrapped in. google.protobuf.Empty is not among them, and neither are the
 * errdetails of google.rpc: with OpenCue's protos the Go gateway cannot render those either.
 * Sources: https://github.com/googleapis/googleapis (google/rpc, google/api), https://github.com/grpc/grpc-proto
 */
const detailProtos: Readonly<Record<string, string>> = {
  'google/rpc/status.proto': `
    package google.rpc;
    import "google/protobuf/any.proto";
    message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }`,
  'google/api/httpbody.proto': `
    package google.api;
    import "google/protobuf/any.proto";
    message HttpBody { string content_type = 1; bytes data = 2; repeated google.protobuf.Any extensions = 3; }`,
  'grpc/health/v1/health.proto': `
    package grpc.health.v1;
    message HealthCheckRequest { string service = 1; }
    message HealthCheckResponse {
      enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
      ServingStatus status = 1;
    }`,
  // A registry holds the well-known types that something needs; here it is this message that does.
  'cuegate/well_known.proto': `
    package cuegate;
    import "google/protobuf/any.proto";
    import "google/protobuf/duration.proto";
    import "google/protobuf/field_mask.proto";
    import "google/protobuf/struct.proto";
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/wrappers.proto";
    message WellKnown {
      google.protobuf.Any any = 1;
      google.protobuf.Duration duration = 2;
      google.protobuf.FieldMask field_mask = 3;
      google.protobuf.Struct struct = 4;
      google.protobuf.Value value = 5;
      google.protobuf.ListValue list_value = 6;
      google.protobuf.Timestamp timestamp = 7;
      google.protobuf.DoubleValue double_value = 8;
      google.protobuf.FloatValue float_value = 9;
      google.protobuf.Int64Value int64_value = 10;
      google.protobuf.UInt64Value uint64_value = 11;
      google.protobuf.Int32Value int32_value = 12;
      google.protobuf.UInt32Value uint32_value = 13;
      google.protobuf.BoolValue bool_value = 14;
      google.protobuf.StringValue string_value = 15;
      google.protobuf.BytesValue bytes_value = 16;
    }`,
};

const details = linkRegistry(
  addWellKnownFiles(
    Object.entries(detailProtos).map(([name, text]) => parseProtoFile(`syntax = "proto3"; ${text}`, name).file),
  ),
);

const known = [...details.messages].filter(([, message]) => message.package !== 'cuegate');

/** google.rpc.Status: what `grpc-status-details-bin` holds, and an error body shows. */
export const statusMessage: MessageDescriptor = details.messages.get('google.rpc.Status')!;

/** The registry, and the types that may turn up in details beyond it. Where both have a type, the registry's counts. */
export function withDetailTypes(registry: Registry): Registry {
  return { ...registry, anyTypes: new Map([...known, ...registry.anyTypes]) };
}
