import type { BeginMessage } from '../json/json-plan.ts';
import { compileMomentFromJson, type Moment } from './moment-from-json.ts';

/** A Duration is a string: decimal seconds and an `s`. */
export function compileDurationFromJson(): BeginMessage {
  return compileMomentFromJson('google.protobuf.Duration', parseDuration, -MAX_SECONDS, MAX_SECONDS);
}

/** About 10,000 years. */
const MAX_SECONDS = 315_576_000_000;

/** As lenient as protobuf-go: a plus, no digits on either side of the dot. */
const DURATION = /^([+-]?)(0|[1-9]\d*|(?=\.))(?:\.(\d{0,9}))?s$/;

/** Reads a duration, undefined when it is none or its seconds are beyond 64 bits. Its range is not looked at. */
export function parseDuration(text: string): Moment | undefined {
  if (text.length > LONGEST) return undefined;
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [, sign, integer = '', fraction = ''] = match;
  if (BigInt(integer) > MAX_INT64) return undefined;
  const factor = sign === '-' ? -1 : 1;
  return {
    seconds: signed(Number(integer), factor),
    nanos: signed(Number(fraction.padEnd(9, '0')), factor),
  };
}

const MAX_INT64 = 2n ** 63n - 1n;

/** A sign, the digits of 64 bits, a dot, nine digits, an `s`. Longer texts are not worth a regular expression's stack. */
const LONGEST = 31;

function signed(value: number, factor: number): number {
  return value === 0 ? 0 : value * factor;
}
