import type { BeginMessage } from '../json/json-plan.ts';
import { compileMomentFromJson, type Moment } from './moment-from-json.ts';

/** A Timestamp is a string by RFC 3339, read as leniently as Go reads it. */
export function compileTimestampFromJson(): BeginMessage {
  return compileMomentFromJson('google.protobuf.Timestamp', parseTimestamp, MIN_SECONDS, MAX_SECONDS);
}

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since 1970. */
const MIN_SECONDS = -62_135_596_800;
const MAX_SECONDS = 253_402_300_799;

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
