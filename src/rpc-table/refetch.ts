import type { MessageDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

/** How to read a thing again after a write, by what the write's request says of it. All names are JSON names. */
export interface Reread {
  /** The thing's message. */
  readonly type: MessageDescriptor;
  readonly method: MethodDescriptor;
  /** The field of the thing that names it. */
  readonly key: string;
  /** The field of the read's request that takes the key. */
  readonly by: string;
  /** The field of the read's answer that holds the thing. */
  readonly at: string;
}
