import { describe, expect, it } from 'vitest';

import { compileLinks } from '../../../src/graphql/links/compile-links.ts';

import { bookshop, bookshopTable, servicesOf } from '../bookshop/bookshop.ts';
import { standardBatchLimits } from './linked-farm.ts';

/** Compiles a field of `Everything` and converts one message with it. */
function convert(type: string, directive: string, message: object): unknown {
  const links = compileLinks({
    registry: bookshop,
    table: bookshopTable,
    services: servicesOf('bookshop.catalog'),
    source: { fileName: 'x.graphql', text: `extend type Everything { friendly: ${type} ${directive} }` },
    mustMatch: true,
    limits: standardBatchLimits,
  });
  const { friendly } = links.resolvers['Everything'] as { friendly: (row: object) => unknown };
  return friendly(message);
}

/** A number among the last parts of a text, the first of which is a name. */
const named = (last: string) => `from: ["fString strip /2", "fString last /${last}"], by: NUMBER_ONCE_NAMED`;

describe('compileConversion()', () => {
  it.each([
    ['DateTime', 'from: "fInt64", by: EPOCH_SECONDS', { fInt64: '1700000000' }, '2023-11-14T22:13:20.000Z'],
    ['DateTime', 'from: "fInt32", by: EPOCH_SECONDS', { fInt32: 0 }, null],
    ['DateTime', 'from: "fInt32", by: EPOCH_SECONDS', { fInt32: -1 }, null],
    ['DateTime', 'from: "fInt64", by: EPOCH_SECONDS', { fInt64: '1700000000000' }, null],
    [
      'DateTime',
      'from: ["fInt32", "fInt64"], by: EPOCH_SECONDS_ONCE_STARTED',
      { fInt32: 1, fInt64: '1700000000' },
      '2023-11-14T22:13:20.000Z',
    ],
    [
      'DateTime',
      'from: ["fInt32", "fInt64"], by: EPOCH_SECONDS_ONCE_STARTED',
      { fInt32: 0, fInt64: '1700000000' },
      null,
    ],
    ['Int', 'from: ["fInt32", "fUint32"], by: SECONDS_BETWEEN', { fInt32: 100, fUint32: 160 }, 60],
    ['Int', 'from: ["fInt32", "fUint32"], by: SECONDS_BETWEEN', { fInt32: 160, fUint32: 100 }, 0],
    ['Int', 'from: ["fInt32", "fUint32"], by: SECONDS_BETWEEN', { fInt32: 100, fUint32: 0 }, null],
    ['Int!', 'from: "fInt32", by: MINUTES', { fInt32: 5 }, 300],
    ['Int64!', 'from: "fInt64", by: KIBIBYTES', { fInt64: '9007199254740993' }, '9223372036854776832'],
    ['Int64!', 'from: "fInt32", by: KIBIBYTES', { fInt32: 2 }, '2048'],
    ['Float!', 'from: "fInt32", by: HUNDREDTHS', { fInt32: 250 }, 2.5],
    ['Float', 'from: ["fInt32", "fUint32"], by: FRACTION', { fInt32: 1, fUint32: 4 }, 0.25],
    ['Float', 'from: ["fInt32", "fUint32"], by: FRACTION', { fInt32: 0, fUint32: 0 }, null],
    ['Float', 'from: "fFloat", by: UNLESS_NEGATIVE', { fFloat: -1 }, null],
    ['Float', 'from: "fFloat", by: UNLESS_NEGATIVE', { fFloat: 0 }, 0],
    ['String', 'from: "fString strip /2", by: TEXT', { fString: 'a/b/1.00/0' }, 'a/b'],
    ['String', 'from: "fString strip /2", by: TEXT', { fString: '/0.00/0' }, null],
    ['Float', named('2'), { fString: 'a/2.50/1' }, 2.5],
    ['Int', named('1'), { fString: 'a/2.50/1' }, 1],
    ['Float', named('2'), { fString: '/0.00/0' }, null],
    ['Float', named('2'), { fString: 'a/many/1' }, null],
    ['String', 'from: "fString after -", by: TEXT', { fString: '0001-a-b' }, 'a-b'],
    ['String', 'from: "fString lower", by: TEXT', { fString: 'ABC' }, 'abc'],
  ])('%s @convert(%s) of %o', (type, setting, message, expected) => {
    expect(convert(type, `@convert(${setting})`, message)).toBe(expected);
  });
});
