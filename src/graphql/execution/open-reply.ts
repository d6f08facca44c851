import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { compileWireToWindow } from '../../codec/value/message-window.ts';
import { compileWireToValue } from '../../codec/value/wire-to-value.ts';
import { WELL_KNOWN_TYPES } from '../../codec/well-known/well-known-types.ts';

/**
 * How resolvers see what the upstream answered. `values`: decoded as a whole, as the reference executor wants it.
 * `windows`: still on the wire, as the compiled one does; resolvers cannot tell the difference.
 */
export type ReplyForm = 'values' | 'windows';

/**
 * Opens a reply. With `isWhole` it is decoded as a whole whatever its form: that finds every fault there is in it.
 * Throws a WireError.
 */
export type OpenReply = (wire: Uint8Array, isWhole: boolean) => unknown;

/** Compiles how replies of one type are opened. */
export function compileOpenReply(message: MessageDescriptor, registry: Registry, form: ReplyForm): OpenReply {
  const decode = compileWireToValue(message, registry);
  const isObject = !WELL_KNOWN_TYPES.has(message.fullName) || message.fullName === 'google.protobuf.Empty';
  if (form === 'values' || !isObject) return decode;
  const open = compileWireToWindow(message, registry);
  return (wire, isWhole) => (isWhole ? decode(wire) : open(wire));
}
