import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
import type { BeginMessage } from '../json/json-plan.ts';
import { writeAscii } from '../json/json-writer.ts';
import { formatSigned64 } from '../wire/integer64.ts';
import { unmarshalable } from '../wire/wire-error.ts';

import { compileMomentFromJson, formatFraction, type Moment, readSecondsAndNanos } from './moment.ts';

/** 0001-01-01T00:00:00Z */
const FIRST_SECOND = -62_135_596_800;
/** 9999-12-31T23:59:59Z */
const LAST_SECOND = 253_402_300_799;

/** A google.protobuf.Timestamp becomes RFC 3339 in UTC, years 1 to 9999, with 0, 3, 6 or 9 digits of a second's fraction. */
export const compileTimestampToJson: CompileWellKnown = (): BodyToJson => (reader, writer, limit) => {
  const { low, high, seconds, nanos } = readSecondsAndNanos(reader, limit);
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
    throw unmarshalable(`google.protobuf.Timestamp: seconds out of range ${formatSigned64(low, high)}`);
  }
  if (nanos < 0 || nanos > 999_999_999) {
    throw unmarshalable(`google.protobuf.Timestamp: nanos out of range ${nanos}`);
  }
  const date = new Date(seconds * 1_000).toISOString();
  writeAscii(writer, `"${date.slice(0, -'.000Z'.length)}${formatFraction(nanos)}Z"`);
};

/** A Timestamp is a string by RFC 3339, read as leniently as Go reads it. */
export function compileTimestampFromJson(): BeginMessage {
  return compileMomentFromJson('google.protobuf.Timestamp', parseTimestamp, FIRST_SECOND, LAST_SECOND);
}

/**
 * Differs from RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339#section-5.6) as Go's time.Parse does: `T` and `Z` are
 * upper-case only, the hour may have one digit, a comma may stand for the dot, an offset may be 24 hours or 60 minutes.
 */
const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:([.,])(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads an RFC 3339 time, undefined when it is none. Its range is not looked at. More than nine digits of a second are
 * refused behind a dot and cut off behind a comma, as by protobuf-go.
 */
export function parseTimestamp(text: string): Moment | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as SixNumbers;
  const [separator, fraction = ''] = match.slice(7, 9);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  if (separator === '.' && fraction.length > 9) return undefined;
  const offsetHours = Number(match[10] ?? 0);
  const offsetMinutes = Number(match[11] ?? 0);
  if (offsetHours > 24 || offsetMinutes > 60) return undefined;
  const offset = (offsetHours * 60 + offsetMinutes) * 60 * (match[9] === '-' ? -1 : 1);
  return {
    seconds: secondsOfDay(year, month, day) + hour * 3600 + minute * 60 + second - offset,
    nanos: Number(fraction.slice(0, 9).padEnd(9, '0')),
  };
}

type SixNumbers = [number, number, number, number, number, number];

/** Seconds from 1970 to the day's midnight. Through a setter, since Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function secondsOfDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / 1000;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
