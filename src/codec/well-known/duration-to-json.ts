import { formatSigned64 } from '../wire/integer64.ts';
import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
import { writeAscii } from '../json/json-writer.ts';
import { unmarshalable } from '../wire/wire-error.ts';

import { formatFraction, readSecondsAndNanos } from './seconds-and-nanos.ts';

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
