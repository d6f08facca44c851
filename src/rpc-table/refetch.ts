import type { FieldDescriptor, MessageDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

/** How to fetch again, after a write, what a field of the write's request names. Names are JSON names. */
export interface Refetch {
  /** The field of the write's request that holds the thing, at least with its key. */
  readonly field: FieldDescriptor;
  /** The thing's message. */
  readonly type: MessageDescriptor;
  /** The read that fetches it. */
  readonly method: MethodDescriptor;
  /** The field of the thing that names it. */
  readonly key: string;
  /** The field of the read's request that takes the key. */
  readonly by: string;
  /** The field of the read's answer that holds the thing. */
  readonly at: string;
}
