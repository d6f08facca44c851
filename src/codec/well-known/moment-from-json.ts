import type { BeginMessage } from '../json/json-plan.ts';
import { INTEGER_TYPES } from '../value/value-integer.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { tagOf, type WireWriter } from '../wire/wire-writer.ts';

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
