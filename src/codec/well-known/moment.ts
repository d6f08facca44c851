import type { BeginMessage } from '../json/json-plan.ts';
import { INTEGER_TYPES } from '../value/value-integer.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { malformedWire } from '../wire/wire-error.ts';
import { readTag, readVarint32, readVarint64, skipValue, type WireReader } from '../wire/wire-reader.ts';
import { tagOf, type WireWriter } from '../wire/wire-writer.ts';

/** What Timestamp and Duration have in common. The seconds come as halves, since any 64-bit integer may stand there. */
export interface SecondsAndNanos {
  readonly low: number;
  readonly high: number;
  /** The seconds as a double: exact wherever they are in range. */
  readonly seconds: number;
  readonly nanos: number;
}

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

/** A point in time or a span of it; both parts have the same sign in a span, and nanos are never negative in a point. */
export interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}

/**
 * What Timestamp and Duration share: a string that `parse` turns into seconds (field 1, int64) and nanoseconds (field 2,
 * int32), and a range of seconds.
 */
export function compileMomentFromJson(
  fullName: string,
  parse: (text: string) => Moment | undefined,
  minSeconds: number,
  maxSeconds: number,
): BeginMessage {
  return (transcoder, closes) => {
    const { reader, writer } = transcoder;
    if (reader.peek() !== QUOTE) throw reader.unexpectedToken(reader.position);
    const at = reader.position;
    reader.readString();
    const moment = parse(reader.text.toString('utf8', reader.textStart, reader.textEnd));
    if (moment === undefined) throw reader.error(at, `invalid ${fullName} value ${reader.rawToken(at)}`);
    if (moment.seconds < minSeconds || moment.seconds > maxSeconds) {
      throw reader.error(at, `${fullName} value out of range: ${reader.rawToken(at)}`);
    }
    writeMoment(writer, moment);
    transcoder.close(closes);
  };
}

function writeMoment(writer: WireWriter, { seconds, nanos }: Moment): void {
  INTEGER_TYPES.int64.set(writer, seconds);
  if (!writer.isZero(WIRE_TYPE.varint)) {
    writer.tag(SECONDS_TAG);
    writer.scalar(WIRE_TYPE.varint);
  }
  INTEGER_TYPES.int32.set(writer, nanos);
  if (!writer.isZero(WIRE_TYPE.varint)) {
    writer.tag(NANOS_TAG);
    writer.scalar(WIRE_TYPE.varint);
  }
}

const SECONDS_TAG = tagOf(1, WIRE_TYPE.varint);
const NANOS_TAG = tagOf(2, WIRE_TYPE.varint);
const QUOTE = 0x22;
