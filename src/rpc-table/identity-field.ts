import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { FieldPath } from './validation.ts';

/** A string of an RPC's request that says who calls, and is filled in from the caller's identity. */
export interface Stamp {
  readonly method: MethodDescriptor;
  readonly field: FieldPath;
}
