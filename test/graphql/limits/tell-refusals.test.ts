import { afterEach, describe, expect, it } from 'vitest';

import { serveBookshop, type ServedBookshop } from '../bookshop/serve.ts';

let served: ServedBookshop;

afterEach(() => served.close());

const everything = 'bookshopCatalogBookGetEverything';
const getBook = (alias = 'a') => `${alias}: bookshopCatalogBookGetBook(id: "${alias}") { book { id } }`;
const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, at) => getBook(`b${at}`)).join(' ')} }`;

interface Refused {
  readonly errors: readonly { readonly extensions: { readonly reason?: string } }[];
}

describe('a refusal of GraphQL', () => {
  it.each([
    ['BODY_MALFORMED', 'nonsense', {}],
    ['BODY_TOO_LONG', { query: '{ a }', variables: { long: 'x'.repeat(11_000) } }, {}],
    ['BODY_TYPE', '{}', { 'content-type': 'text/plain' }],
    ['NOT_ACCEPTABLE', '{}', { accept: 'text/xml' }],
    ['NOT_ACCEPTABLE', { query: `subscription { ${getBook()} }` }, { accept: 'application/json' }],
    ['TOO_MANY_TOKENS', { query: `{ ${'a '.repeat(501)} }` }, {}],
    ['TOO_DEEP', { query: `${'{ a '.repeat(11)}${'}'.repeat(11)}` }, {}],
    ['TOO_DEEP', { query: `${'{ a '.repeat(201)}${'}'.repeat(201)}` }, {}],
    ['TOO_MANY_ALIASES', { query: aliases(11) }, {}],
    ['NAME_TOO_LONG', { query: `{ ${'a'.repeat(201)} }` }, {}],
    [
      'VARIABLES_MISFIT',
      { query: `query ($n: Int) { ${everything}(fInt32: $n) { fInt32 } }`, variables: { n: { not: 'a number' } } },
      {},
    ],
    ['INTERVAL', { query: 'subscription { bookshopCatalogBookGetBook(everyMs: 1, id: "1") { book { id } } }' }, {}],
  ])('%s is told to its caller, logged and counted', async (reason, body, headers) => {
    served = await serveBookshop({});
    const text = await (await served.post(body, { accept: '*/*', ...headers })).text();
    const { errors } = JSON.parse(/\{.*\}/.exec(text)?.[0] ?? '') as Refused;
    expect(errors.map(({ extensions }) => extensions.reason)).toContain(reason);
    expect(served.refused).toEqual([reason]);
    expect(served.told).toMatchObject([{ level: 'info', event: 'GRAPHQL_REFUSED', reason, subject: 'ada' }]);
    expect(served.calls).toEqual([]);
  });

  it('that graphql-js or yoga says is REQUEST_INVALID', async () => {
    served = await serveBookshop({});
    for (const query of ['{', '{ nothing }', undefined]) await served.post({ query });
    expect(served.refused).toEqual(['REQUEST_INVALID', 'REQUEST_INVALID', 'REQUEST_INVALID']);
  });

  it('of many fields is told of once for an operation, and leaves the other fields', async () => {
    served = await serveBookshop({ limits: { maxCalls: 2 }, answers: { GetBook: () => ({ book: { id: '1' } }) } });
    const { data, errors } = (await served.query(aliases(5))) as unknown as Refused & { readonly data: object };
    expect(Object.values(data).filter((value) => value !== null)).toHaveLength(2);
    expect(errors.map(({ extensions }) => extensions.reason)).toEqual(['CALL_BUDGET', 'CALL_BUDGET', 'CALL_BUDGET']);
    expect(served.refused).toEqual(['CALL_BUDGET']);
  });

  it('is not what a call ended with, or credentials', async () => {
    served = await serveBookshop({});
    await served.post({ query: '{ __typename }' }, { authorization: 'Bearer bad' });
    await served.query('{ __typename }');
    expect([served.refused, served.told]).toEqual([[], []]);
  });
});

describe('an answer of Cuebot that cannot be read', () => {
  it('is logged as a warning, with what is wrong in it, and counted', async () => {
    served = await serveBookshop({ answers: { GetBook: () => Buffer.from([0xff]) } });
    const { errors } = (await served.query(`{ ${getBook()} }`)) as unknown as Refused;
    expect(errors).toMatchObject([{ path: ['a'], extensions: { code: 'INTERNAL', reason: 'REPLY_UNREADABLE' } }]);
    expect(served.refused).toEqual(['REPLY_UNREADABLE']);
    expect(served.told).toMatchObject([
      { level: 'warn', event: 'REPLY_UNREADABLE', path: 'a', detail: expect.stringContaining('GetBook') },
    ]);
    expect(served.told[0]!['cause']).toEqual(expect.any(String));
    expect(JSON.stringify(errors)).not.toContain('cause');
  });
});
