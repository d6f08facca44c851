import { decodeShape, encodeShape, shapeOf } from './descriptors/shape.ts';

/*
 * The part of the reflection protocol that is used here. The messages of v1 and v1alpha differ in nothing but their package,
 * which the wire does not show. Source: https://github.com/grpc/grpc-proto/blob/master/grpc/reflection/v1/reflection.proto
 */

const request = shapeOf({
  fileByFilename: [3, 'string'],
  fileContainingSymbol: [4, 'string'],
  listServices: [7, 'string'],
});
const files = shapeOf({ fileDescriptorProto: [1, 'bytes', 'repeated'] });
const service = shapeOf({ name: [1, 'string'] });
const services = shapeOf({ service: [1, () => service, 'repeated'] });
const failure = shapeOf({ errorCode: [1, 'int32'], errorMessage: [2, 'string'] });
const response = shapeOf({
  fileDescriptorResponse: [4, () => files],
  listServicesResponse: [6, () => services],
  errorResponse: [7, () => failure],
});

/** One question; exactly one of these. */
export type ReflectionRequest =
  | { readonly listServices: string }
  | { readonly fileContainingSymbol: string }
  | { readonly fileByFilename: string };

/** One answer; at most one of these. */
export interface ReflectionResponse {
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Uint8Array[] };
  readonly listServicesResponse?: { readonly service: readonly { readonly name?: string }[] };
  readonly errorResponse?: { readonly errorCode?: number; readonly errorMessage?: string };
}

/** Encodes a `ServerReflectionRequest`. */
export function encodeReflectionRequest(question: ReflectionRequest): Uint8Array {
  return encodeShape(request, { ...question });
}

/**
 * Decodes a `ServerReflectionResponse`.
 * @throws {RangeError} when the bytes are no protobuf message
 */
export function decodeReflectionResponse(bytes: Uint8Array): ReflectionResponse {
  return decodeShape(response, bytes);
}
