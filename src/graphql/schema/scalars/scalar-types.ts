import type { GraphQLScalarType } from 'graphql';

import { Int64, UInt32 } from './integer-scalars.ts';
import { Any, JSON_SCALAR } from './json-scalars.ts';
import { Bytes, Duration, FieldMask, Timestamp } from './text-scalars.ts';

/** Every scalar that this room adds to GraphQL's own, by name. */
export const scalarTypes: ReadonlyMap<string, GraphQLScalarType> = new Map(
  [Int64, UInt32, Bytes, Timestamp, Duration, FieldMask, Any, JSON_SCALAR].map((type) => [type.name, type]),
);
