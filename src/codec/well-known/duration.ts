import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
import type { BeginMessage } from '../json/json-plan.ts';
import { writeAscii } from '../json/json-writer.ts';
import { formatSigned64 } from '../wire/integer64.ts';
import { unmarshalable } from '../wire/wire-error.ts';

import { compileMomentFromJson, formatFraction, type Moment, readSecondsAndNanos } from './moment.ts';

/** Ten thousand years. */
const MAX_SECONDS = 315_576_000_000;

/** A google.protobuf.Duration becomes seconds with 0, 3, 6 or 9 digits of a fraction and an `s`: `1.500s`. */
export const compileDurationToJson: CompileWellKnown = (): BodyToJson => (reader, writer, limit) => {
  const { low, high, seconds, nanos } = readSecondsAndNanos(reader, limit);
  if (seconds < -MAX_SECONDS || seconds > MAX_SECONDS) {
    throw unmarshalable(`google.protobuf.Duration: seconds out of range ${formatSigned64(low, high)}`);
  }
  if (nanos < -999_999_999 || nanos > 999_999_999) {
    throw unmarshalable(`google.protobuf.Duration: nanos out of range ${nanos}`);
  }
  if ((seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0)) {
    throw unmarshalable('google.protobuf.Duration: signs of seconds and nanos do not match');
  }
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  writeAscii(writer, `"${sign}${Math.abs(seconds)}${formatFraction(Math.abs(nanos))}s"`);
};

/** A Duration is a string: decimal seconds and an `s`. */
export function compileDurationFromJson(): BeginMessage {
  return compileMomentFromJson('google.protobuf.Duration', parseDuration, -MAX_SECONDS, MAX_SECONDS);
}

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
