import protobuf from 'protobufjs';

/**
 * The part of the reflection protocol that is used here. The messages of v1 and v1alpha differ in nothing but their package,
 * which the wire does not show. Source: https://github.com/grpc/grpc-proto/blob/master/grpc/reflection/v1/reflection.proto
 */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request {
    oneof message_request {
      string file_by_filename = 3;
      string file_containing_symbol = 4;
      string list_services = 7;
    }
  }
  message Response {
    oneof message_response {
      Files file_descriptor_response = 4;
      Services list_services_response = 6;
      Failure error_response = 7;
    }
  }
  message Files { repeated bytes file_descriptor_proto = 1; }
  message Services { repeated Service service = 1; }
  message Service { string name = 1; }
  message Failure { int32 error_code = 1; string error_message = 2; }
`);

/** One question; exactly one of these. */
export type ReflectionRequest =
  | { readonly listServices: string }
  | { readonly fileContainingSymbol: string }
  | { readonly fileByFilename: string };

/** One answer; at most one of these. */
export interface ReflectionResponse {
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Uint8Array[] };
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly errorResponse?: { readonly errorCode: number; readonly errorMessage: string };
}

/** Encodes a `ServerReflectionRequest`. */
export function encodeReflectionRequest(request: ReflectionRequest): Uint8Array {
  const type = root.lookupType('Request');
  return type.encode(type.fromObject(request)).finish();
}

/**
 * Decodes a `ServerReflectionResponse`.
 * @throws {Error} when the bytes are no protobuf message
 */
export function decodeReflectionResponse(bytes: Uint8Array): ReflectionResponse {
  const type = root.lookupType('Response');
  return type.toObject(type.decode(bytes), { arrays: true, defaults: true });
}
