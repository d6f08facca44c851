import { formatSigned64 } from '../wire/integer64.ts';
import type { BodyToJson, CompileWellKnown } from '../json/json-compiler.ts';
import { writeAscii } from '../json/json-writer.ts';
import { unmarshalable } from '../wire/wire-error.ts';

import { formatFraction, readSecondsAndNanos } from './seconds-and-nanos.ts';

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
