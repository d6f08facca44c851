import type { MethodDescriptor } from '../../registry/descriptors.ts';

import { WireError } from '../../codec/wire/wire-error.ts';

import { GatewayError } from '../../call/gateway-error.ts';

import { REPLY_UNREADABLE } from '../limits/tell-refusals.ts';

/**
 * Reads a reply, or something in it. What cannot be read is the upstream's fault and no defect of ours: it is an error of the
 * one field that asked.
 *
 * @throws GatewayError INTERNAL
 */
export function readSafely<Value>(read: () => Value, { fullName }: MethodDescriptor): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new GatewayError('INTERNAL', `Cuebot's answer to ${fullName} could not be read`, {
      reason: REPLY_UNREADABLE,
      // Of a write, it is the answer that is lost.
      mayHaveHappened: true,
      cause,
    });
  }
}
