import type { MessageDescriptor } from '../registry/descriptors.ts';

/**
 * Opens encoded messages of a type, as plain objects keyed by JSON names. Compiled once per type. The pipeline sees bytes only;
 * app/ hands this to the parts that have to look inside. What it makes throws for bytes that are no such message.
 */
export type OpenMessage = (message: MessageDescriptor) => (wire: Uint8Array) => unknown;

/** The way back: encodes plain objects as messages of a type. */
export type CloseMessage = (message: MessageDescriptor) => (value: unknown) => Uint8Array;
