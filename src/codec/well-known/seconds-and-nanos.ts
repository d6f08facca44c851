import { malformedWire } from '../wire/wire-error.ts';
import { readTag, readVarint32, readVarint64, skipValue, type WireReader } from '../wire/wire-reader.ts';

/** What Timestamp and Duration have in common. The seconds come as halves, since any 64-bit integer may stand there. */
export interface SecondsAndNanos {
  readonly low: number;
  readonly high: number;
  /** The seconds as a double: exact wherever they are in range. */
  readonly seconds: number;
  readonly nanos: number;
}

const SECONDS_TAG = 8;
const NANOS_TAG = 16;

/** Reads the fields `int64 seconds = 1` and `int32 nanos = 2`, in any order, the last of each. */
export function readSecondsAndNanos(reader: WireReader, limit: number): SecondsAndNanos {
  let low = 0;
  let high = 0;
  let nanos = 0;
  while (reader.position < limit) {
    const tag = readTag(reader);
    if (tag === SECONDS_TAG) {
      readVarint64(reader);
      low = reader.low;
      high = reader.high;
    } else if (tag === NANOS_TAG) {
      nanos = readVarint32(reader);
    } else {
      skipValue(reader, tag);
    }
  }
  if (reader.position !== limit) {
    throw malformedWire();
  }
  return { low, high, seconds: high * 4_294_967_296 + (low >>> 0), nanos };
}

/** A fraction of a second in 0, 3, 6 or 9 digits, with its point. `nanos` is from 0 to 999,999,999. */
export function formatFraction(nanos: number): string {
  if (nanos === 0) {
    return '';
  }
  const digits = String(nanos).padStart(9, '0');
  const length = nanos % 1_000_000 === 0 ? 3 : nanos % 1_000 === 0 ? 6 : 9;
  return `.${digits.slice(0, length)}`;
}
