import { Metadata as GrpcMetadata } from '@grpc/grpc-js';

import type { Metadata } from '../call/gateway-error.ts';

/** What is sent for calls that have none; sending copies it. */
const noMetadata = new GrpcMetadata();

/** A call's metadata as grpc-js takes it. Throws for keys and values that gRPC does not carry. */
export function writeMetadata(entries: Metadata): GrpcMetadata {
  if (entries.length === 0) return noMetadata;
  const metadata = new GrpcMetadata();
  for (const [key, value] of entries) metadata.add(key, typeof value === 'string' ? value : Buffer.from(value));
  return metadata;
}

/** grpc-js' metadata as a call's: one entry per value, keys in lower case, in the order in which they arrived. */
export function readMetadata(metadata: GrpcMetadata | undefined): Metadata {
  if (metadata === undefined) return [];
  const entries: (readonly [string, string | Uint8Array])[] = [];
  for (const [key, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) entries.push([key, value]);
  }
  return entries;
}
