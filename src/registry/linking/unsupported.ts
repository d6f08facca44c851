import type { MessageDescriptor, MethodDescriptor, ServiceDescriptor } from '../descriptors.ts';
import type { ProtoFile } from '../proto-file.ts';

/** Something about a message that cuegate cannot read or write. */
export interface Unsupported {
  readonly message: MessageDescriptor;
  readonly file: ProtoFile;
  readonly line: number | undefined;
  /** What it is, as a sentence without its end. */
  readonly what: string;
}

/** What needs a message. */
export interface Reach {
  /** The messages that hold it, directly or in what they hold, and the message itself. */
  readonly messages: ReadonlySet<MessageDescriptor>;
  /** The RPCs that carry one of those. */
  readonly methods: readonly MethodDescriptor[];
}

/** Finds what needs a message. */
export function createReach(
  messages: readonly MessageDescriptor[],
  services: readonly ServiceDescriptor[],
): (message: MessageDescriptor) => Reach {
  const holders = new Map<MessageDescriptor, MessageDescriptor[]>();
  for (const holder of messages) {
    for (const { type } of holder.fields) {
      if (type.kind !== 'message') continue;
      const known = holders.get(type.message);
      if (known === undefined) holders.set(type.message, [holder]);
      else known.push(holder);
    }
  }
  const methods = services.flatMap((service) => service.methods);
  return (message) => {
    const reached = new Set([message]);
    // The set grows while it is walked.
    for (const held of reached) for (const holder of holders.get(held) ?? []) reached.add(holder);
    return {
      messages: reached,
      methods: methods.filter(({ input, output }) => reached.has(input) || reached.has(output)),
    };
  };
}

/** The end of a sentence about something that some RPCs need; there is at least one. */
export function neededBy(methods: readonly MethodDescriptor[]): string {
  const [first, ...others] = methods.map(({ fullName }) => fullName).toSorted();
  if (others.length === 0) return `${first} needs it`;
  return `${first} and ${others.length === 1 ? 'one more RPC' : `${others.length} more RPCs`} need it`;
}
