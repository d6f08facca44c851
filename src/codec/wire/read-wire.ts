import type { MessageLayout } from './message-layout.ts';
import { explainWireError } from './wire-check.ts';
import { WireError } from './wire-error.ts';
import { createWireReader, type WireReader } from './wire-reader.ts';

/**
 * Reads a message from its wire bytes: in the hope that every value is the last word on its field, and if one of them has
 * no JSON, a second time with every message put in order first. For what has no JSON may have been replaced by what comes
 * later on the wire, and then nobody must hear of it.
 *
 * Throws a WireError, and nothing else. `discard` throws away what a failed reading has written.
 */
export function readWire<Result>(
  wire: Uint8Array,
  layout: MessageLayout,
  read: (reader: WireReader) => Result,
  discard: () => void,
): Result {
  try {
    return read(createWireReader(wire));
  } catch (error) {
    discard();
    if (!(error instanceof WireError && error.kind === 'unmarshalable')) throw explainWireError(error, layout, wire);
  }
  try {
    return read(createWireReader(wire, true));
  } catch (error) {
    discard();
    throw explainWireError(error, layout, wire);
  }
}
