import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';

import { badUserInput } from '../../execution/bad-user-input.ts';
import { showLiteral, showValue } from './show-value.ts';

const decimal = /^-?(?:0|[1-9][0-9]{0,19})$/;
const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;
const maxUint32 = 2 ** 32 - 1;

/**
 * All 64-bit integers. A decimal string in answers, since JSON numbers lose digits above 2^53 in most clients. The codec
 * checks the sign, which a field's own type decides; here is the range that all of them share.
 */
export const Int64 = new GraphQLScalarType<string, string>({
  name: 'Int64',
  description:
    'A 64-bit integer. Answers write it as a decimal string, e.g. `"1700000000000"`. ' +
    'Arguments may be such a string, or a number, which in variables must be between -(2^53 - 1) and 2^53 - 1.',
  serialize: (value) => value as string,
  parseValue: (value) => {
    if (typeof value === 'string') return checkInt64(value, () => showValue(value));
    if (Number.isSafeInteger(value)) return String(value);
    const hint = Number.isInteger(value) ? '; write it as a string, since a JSON number of this size loses digits' : '';
    throw badUserInput(`Int64 cannot represent ${showValue(value)}: expected ${int64Expectation}${hint}`);
  },
  // The literal's own digits: a JavaScript number would lose some above 2^53.
  parseLiteral: (node) => {
    if (node.kind === Kind.INT || node.kind === Kind.STRING) return checkInt64(node.value, () => showLiteral(node));
    throw badUserInput(`Int64 cannot represent ${showLiteral(node)}: expected ${int64Expectation}`);
  },
});

const int64Expectation = 'a whole number as a decimal string, or as a number';

function checkInt64(text: string, show: () => string): string {
  if (!decimal.test(text)) throw badUserInput(`Int64 cannot represent ${show()}: expected ${int64Expectation}`);
  const value = BigInt(text);
  if (value >= minInt64 && value <= maxUint64) return String(value);
  throw badUserInput(`Int64 cannot represent ${show()}: it needs more than 64 bits`);
}

/** Unsigned 32-bit integers, which reach beyond GraphQL's signed Int. */
export const UInt32 = new GraphQLScalarType<number, number>({
  name: 'UInt32',
  description: 'A whole number from 0 to 4294967295.',
  serialize: (value) => value as number,
  parseValue: (value) => checkUint32(value, () => showValue(value)),
  parseLiteral: (node: ValueNode) =>
    checkUint32(node.kind === Kind.INT ? Number(node.value) : undefined, () => showLiteral(node)),
});

function checkUint32(value: unknown, show: () => string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxUint32) return value;
  throw badUserInput(`UInt32 cannot represent ${show()}: expected a whole number from 0 to 4294967295`);
}
