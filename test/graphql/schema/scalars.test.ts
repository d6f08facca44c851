import { type GraphQLError, type GraphQLScalarType, parseValue } from 'graphql';
import { describe, expect, it } from 'vitest';

import { scalarTypes } from '../../../src/graphql/schema/scalars.ts';

const scalar = (name: string): GraphQLScalarType => scalarTypes.get(name)!;
const errorOf = (run: () => unknown): Pick<GraphQLError, 'message' | 'extensions'> => {
  try {
    run();
  } catch (error) {
    return error as GraphQLError;
  }
  throw new Error('nothing was thrown');
};

/** Each row: the scalar, a GraphQL literal, the value that it means. */
const literals: readonly [name: string, literal: string, value: unknown][] = [
  ['Int64', '0', '0'],
  ['Int64', '-1', '-1'],
  ['Int64', '9007199254740993', '9007199254740993'],
  ['Int64', '"9007199254740993"', '9007199254740993'],
  ['Int64', '-9223372036854775808', '-9223372036854775808'],
  ['Int64', '18446744073709551615', '18446744073709551615'],
  ['Int64', '"-0"', '0'],
  ['UInt32', '0', 0],
  ['UInt32', '4294967295', 4294967295],
  ['Bytes', '""', ''],
  ['Bytes', '"Y3VlYm90"', 'Y3VlYm90'],
  ['Bytes', '"-_8="', '-_8='],
  ['Bytes', '"-_8"', '-_8'],
  ['Timestamp', '"2026-01-31T12:00:00.5Z"', '2026-01-31T12:00:00.5Z'],
  ['Duration', '"-1.5s"', '-1.5s'],
  ['FieldMask', '"name,stats.totalFrames"', 'name,stats.totalFrames'],
  ['FieldMask', '""', ''],
  ['JSON', '{ a: [1, null, "x"] }', { a: [1, null, 'x'] }],
];

const invalidLiterals: readonly [name: string, literal: string, message: string][] = [
  ['Int64', '1.5', 'Int64 cannot represent 1.5: expected a whole number as a decimal string, or as a number'],
  ['Int64', '"abc"', 'Int64 cannot represent "abc": expected a whole number as a decimal string, or as a number'],
  ['Int64', '""', 'Int64 cannot represent "": expected a whole number as a decimal string, or as a number'],
  ['Int64', 'true', 'Int64 cannot represent true: expected a whole number as a decimal string, or as a number'],
  ['Int64', '18446744073709551616', 'Int64 cannot represent 18446744073709551616: it needs more than 64 bits'],
  ['Int64', '-9223372036854775809', 'Int64 cannot represent -9223372036854775809: it needs more than 64 bits'],
  [
    'Int64',
    `"${'9'.repeat(50)}"`,
    `Int64 cannot represent "${'9'.repeat(39)}…: expected a whole number as a decimal string, or as a number`,
  ],
  ['UInt32', '-1', 'UInt32 cannot represent -1: expected a whole number from 0 to 4294967295'],
  ['UInt32', '4294967296', 'UInt32 cannot represent 4294967296: expected a whole number from 0 to 4294967295'],
  ['UInt32', '"1"', 'UInt32 cannot represent "1": expected a whole number from 0 to 4294967295'],
  ['Bytes', '"a"', 'Bytes cannot represent "a": expected base64'],
  ['Bytes', '"a b="', 'Bytes cannot represent "a b=": expected base64'],
  ['Bytes', '1', 'Bytes cannot represent 1: expected base64'],
  ['Timestamp', '"noon"', 'Timestamp cannot represent "noon": expected a time such as "2026-01-31T12:00:00Z"'],
  ['Duration', '"1.5"', 'Duration cannot represent "1.5": expected seconds such as "1.5s"'],
  ['FieldMask', '"a,,b"', 'FieldMask cannot represent "a,,b": expected paths such as "name,stats.totalFrames"'],
  ['Any', '{}', 'Any cannot represent {}: pass it as a variable, with "@type"'],
];

const variables: readonly [name: string, variable: unknown, value: unknown][] = [
  ['Int64', '-42', '-42'],
  ['Int64', Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['Int64', -0, '0'],
  ['UInt32', 7, 7],
  ['Any', { '@type': 'type.googleapis.com/a.B' }, { '@type': 'type.googleapis.com/a.B' }],
  ['JSON', [{ a: 1 }], [{ a: 1 }]],
];

const invalidVariables: readonly [name: string, variable: unknown, message: string][] = [
  [
    'Int64',
    2 ** 53,
    'Int64 cannot represent 9007199254740992: expected a whole number as a decimal string, or as a number; ' +
      'write it as a string, since a JSON number of this size loses digits',
  ],
  ['Int64', 1.5, 'Int64 cannot represent 1.5: expected a whole number as a decimal string, or as a number'],
  ['Int64', ['1'], 'Int64 cannot represent ["1"]: expected a whole number as a decimal string, or as a number'],
  ['UInt32', 1.5, 'UInt32 cannot represent 1.5: expected a whole number from 0 to 4294967295'],
  ['Any', { a: 1 }, 'Any cannot represent {"a":1}: expected an object with "@type"'],
  ['Any', 'x', 'Any cannot represent "x": expected an object with "@type"'],
];

describe('a literal', () => {
  it.each(literals)('%s %s means %j', (name, literal, value) => {
    expect(scalar(name).parseLiteral(parseValue(literal))).toEqual(value);
  });

  it.each(invalidLiterals)('%s %s is refused', (name, literal, message) => {
    const error = errorOf(() => scalar(name).parseLiteral(parseValue(literal)));
    expect([error.message, error.extensions]).toEqual([message, { code: 'BAD_USER_INPUT' }]);
  });
});

describe('a variable', () => {
  it.each(variables)('%s %j means %j', (name, variable, value) => {
    expect(scalar(name).parseValue(variable)).toEqual(value);
  });

  it.each(invalidVariables)('%s %j is refused', (name, variable, message) => {
    const error = errorOf(() => scalar(name).parseValue(variable));
    expect([error.message, error.extensions]).toEqual([message, { code: 'BAD_USER_INPUT' }]);
  });
});
