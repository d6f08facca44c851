import { GraphQLScalarType, Kind } from 'graphql';

import { badUserInput } from '../../execution/bad-user-input.ts';
import { showLiteral, showValue } from './show-value.ts';

/** Base64 by RFC 4648 (https://www.rfc-editor.org/rfc/rfc4648), standard or URL-safe, with or without padding. */
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Bytes. Answers use the standard alphabet with padding. */
export const Bytes = textScalar(
  'Bytes',
  'Bytes in base64, e.g. `"Y3VlYm90"`. Arguments may also use the URL-safe alphabet and leave the padding out.',
  'base64',
  (text) => base64.test(text) && text.replaceAll('=', '').length % 4 !== 1,
);

/** `google.protobuf.Timestamp`; the codec checks the details and the range. */
export const Timestamp = textScalar(
  'Timestamp',
  'A moment by RFC 3339, e.g. `"2026-01-31T12:00:00.5Z"`.',
  'a time such as "2026-01-31T12:00:00Z"',
  (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/i.test(text),
);

/** `google.protobuf.Duration`; the codec checks the details and the range. */
export const Duration = textScalar(
  'Duration',
  'A span of time in seconds with the unit, e.g. `"1.5s"`.',
  'seconds such as "1.5s"',
  (text) => /^-?\d+(?:\.\d{1,9})?s$/.test(text),
);

/** `google.protobuf.FieldMask`. */
export const FieldMask = textScalar(
  'FieldMask',
  'Paths of fields in camel case with commas between them, e.g. `"name,stats.totalFrames"`.',
  'paths such as "name,stats.totalFrames"',
  (text) => /^(?:[A-Za-z][\w.]*(?:,[A-Za-z][\w.]*)*)?$/.test(text),
);

/** A scalar that is text on both sides. */
function textScalar(name: string, description: string, expectation: string, isValid: (text: string) => boolean) {
  const check = (value: unknown, show: () => string): string => {
    if (typeof value === 'string' && isValid(value)) return value;
    throw badUserInput(`${name} cannot represent ${show()}: expected ${expectation}`);
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => value as string,
    parseValue: (value) => check(value, () => showValue(value)),
    parseLiteral: (node) => check(node.kind === Kind.STRING ? node.value : undefined, () => showLiteral(node)),
  });
}
