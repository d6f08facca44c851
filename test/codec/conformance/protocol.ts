import { decodeShape, encodeShape, shapeOf } from '../../../src/registry/sources/descriptors/shape.ts';

/*
 * How the conformance runner talks to a program: a length of four bytes, little-endian, and a message, both ways.
 * Source: https://github.com/protocolbuffers/protobuf/blob/main/conformance/conformance.proto
 */

const request = shapeOf({
  protobufPayload: [1, 'bytes'],
  jsonPayload: [2, 'string'],
  requestedOutputFormat: [3, 'int32'],
  messageType: [4, 'string'],
});

const response = shapeOf({
  parseError: [1, 'string'],
  runtimeError: [2, 'string'],
  protobufPayload: [3, 'bytes'],
  jsonPayload: [4, 'string'],
  skipped: [5, 'string'],
  serializeError: [6, 'string'],
});

/** One test: a message in one format, to be written in another. */
export interface ConformanceRequest {
  readonly protobufPayload?: Uint8Array;
  readonly jsonPayload?: string;
  /** A value of `WireFormat`: 1 is protobuf, 2 is JSON, others are no concern of ours. */
  readonly requestedOutputFormat?: number;
  /** The full name of a message type. */
  readonly messageType?: string;
}

/** What came of it; exactly one of these. */
export type ConformanceResponse =
  | { readonly protobufPayload: Uint8Array }
  | { readonly jsonPayload: string }
  | { readonly parseError: string }
  | { readonly serializeError: string }
  | { readonly runtimeError: string }
  | { readonly skipped: string };

/** Reads what the runner sent. */
export function decodeRequest(bytes: Uint8Array): ConformanceRequest {
  return decodeShape(request, bytes);
}

/** Writes what the runner is told, with its length before it. */
export function encodeResponse(answer: ConformanceResponse): Buffer {
  const message = encodeShape(response, { ...answer });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  return Buffer.concat([length, message]);
}
