import type { FieldDescriptor, MessageDescriptor } from '../registry/descriptors.ts';

/**
 * Opens encoded messages of a type, as plain objects keyed by JSON names. Compiled once per type. The pipeline sees bytes only;
 * app/ hands this to the parts that have to look inside. What it makes throws for bytes that are no such message.
 */
export type OpenMessage = (message: MessageDescriptor) => (wire: Uint8Array) => unknown;

/** The way back: encodes plain objects as messages of a type. */
export type CloseMessage = (message: MessageDescriptor) => (value: unknown) => Uint8Array;

/**
 * Reads a string within encoded messages, and adds another in its place, without opening the rest. Compiled once per path, which
 * leads from the message to the string, outermost first. The work comes in steps; it throws for bytes that are no such message.
 */
export type FindText = (path: readonly FieldDescriptor[]) => {
  /** Empty where nothing stands. */
  readonly read: (wire: Uint8Array) => Iterator<void, string, void>;
  /** The same message, with this text there. */
  readonly append: (wire: Uint8Array, text: string) => Iterator<void, Uint8Array, void>;
};
