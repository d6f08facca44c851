import type { Metadata as GrpcMetadata } from '@grpc/grpc-js';

import type { Metadata } from '../call/gateway-error.ts';

/** grpc-js' metadata as a call's: one entry per value, keys in lower case, in the order in which they arrived. */
export function readMetadata(metadata: GrpcMetadata | undefined): Metadata {
  if (metadata === undefined) return [];
  const entries: (readonly [string, string | Uint8Array])[] = [];
  for (const [key, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) entries.push([key, value]);
  }
  return entries;
}
