import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';

import type { SchemaExtension } from '../../../src/graphql/schema/derive-schema.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';

import { type ServedBookshop, type ServeOptions, serveBookshop } from '../bookshop/serve.ts';

let served: ServedBookshop | undefined;

async function serve(options: ServeOptions = {}): Promise<ServedBookshop> {
  served = await serveBookshop(options);
  return served;
}

afterEach(async () => {
  await served?.close();
  served = undefined;
});

const introspection = '{ __schema { queryType { name } } }';
const getBook = '{ bookshopCatalogBookGetBook(id: "1") { book { id genre } } }';

describe('a caller', () => {
  it.each([
    ['no token', {}],
    ['bad token', { authorization: 'Bearer bad' }],
  ])('with %s gets 401 and nothing else', async (message, headers) => {
    const { url, calls } = await serve();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', ...headers },
      body: JSON.stringify({ query: introspection }),
    });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Bearer realm="cuegate"/),
    ]);
    expect(await response.json()).toEqual({
      errors: [
        {
          message,
          extensions: {
            code: 'UNAUTHENTICATED',
            grpc: { code: 16, status: 'UNAUTHENTICATED' },
            requestId: 'r-1',
          },
        },
      ],
    });
    expect(calls).toEqual([]);
  });

  it.each([
    ['a document that cannot be parsed', { query: '{' }],
    ['a field that does not exist', { query: '{ bookshopCatalogBookGetBok { ok } }' }],
    ['no JSON', '{'],
    ['no query', {}],
  ])('without a token learns nothing by sending %s', async (_, body) => {
    const { post } = await serve();
    const response = await post(body, { authorization: '' });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('"message":"bad token"');
  });

  it('is refused when the identity provider is away, which is no 401', async () => {
    const { post } = await serve();
    const response = await post({ query: introspection }, { authorization: 'Bearer lost' });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([503, null]);
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'the identity provider does not answer', extensions: { code: 'UNAVAILABLE' } }],
    });
  });

  it('is refused when identifying fails by a mistake of ours, and the mistake stays inside', async () => {
    const { post } = await serve();
    const response = await post({ query: introspection }, { authorization: 'Bearer bug' });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'internal error', extensions: { code: 'INTERNAL' } }],
    });
  });

  it.each(['Bearer good', 'Bearer slow'])('identified by "%s" is who the call is made for', async (authorization) => {
    const { post, calls } = await serve({ answers: { GetBook: () => ({}) } });
    const response = await post({ query: getBook }, { authorization, 'x-request-id': 'r-2' });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([200, 'r-2']);
    expect([calls[0]?.identity.subject, calls[0]?.requestId]).toEqual(['ada', 'r-2']);
  });

  it('with a token may look at the schema', async () => {
    const { query } = await serve();
    expect(await query(introspection)).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });
});

describe('an answer of Cuebot that cannot be read', () => {
  it('is an error of its field alone, and no defect of ours', async () => {
    const GetBook = () => Uint8Array.of(0x0a, 0x05, 0x01);
    const ListBooks = () => ({ books: [{ id: '1' }] });
    const { post, errors } = await serve({ answers: { GetBook, ListBooks } });
    const query = `{ bad: bookshopCatalogBookGetBook(id: "1") { book { id } } good: bookshopCatalogBookListBooks { books { id } } }`;
    const response = await post({ query });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        data: { bad: null, good: { books: [{ id: '1' }] } },
        errors: [
          expect.objectContaining({
            message: "Cuebot's answer to bookshop.catalog.BookInterface/GetBook could not be read",
            path: ['bad'],
            extensions: expect.objectContaining({ code: 'INTERNAL' }),
          }),
        ],
      },
    ]);
    expect(errors).toEqual([]);
  });
});

describe('a request', () => {
  it.each([
    ['application/x-www-form-urlencoded', 415, 'it is "application/x-www-form-urlencoded".'],
    ['multipart/form-data; boundary=x', 415, 'it is "multipart/form-data; boundary=x".'],
    ['application/graphql', 415, 'it is "application/graphql".'],
    ['text/plain', 415, 'it is "text/plain".'],
  ])('of type %s is %i', async (type, status, end) => {
    const { post, calls } = await serve();
    const response = await post('query=%7B__typename%7D', { 'content-type': type });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: `The body must be application/json; ${end}`,
          extensions: { code: 'BAD_REQUEST', reason: 'BODY_TYPE' },
        },
      ],
    });
    expect(calls).toEqual([]);
  });

  it.each(['multipart/mixed', 'application/xml'])('that accepts %s only is 406', async (accept) => {
    const { post } = await serve();
    const response = await post({ query: introspection }, { accept });
    expect([response.status, await response.json()]).toEqual([
      406,
      {
        errors: [
          {
            message: expect.stringContaining('"Accept" allows none of them'),
            extensions: { code: 'BAD_REQUEST', reason: 'NOT_ACCEPTABLE' },
          },
        ],
      },
    ]);
  });

  it('with a packed body is 415', async () => {
    const { post, calls } = await serve();
    const response = await post({ query: getBook }, { 'content-encoding': 'gzip' });
    expect([response.status, await response.json()]).toEqual([
      415,
      {
        errors: [
          {
            message: 'The body must come as it is, without a "Content-Encoding".',
            extensions: { code: 'BAD_REQUEST', reason: 'BODY_TYPE' },
          },
        ],
      },
    ]);
    expect(calls).toEqual([]);
  });

  it.each(['variables', 'extensions'])('by GET with %s that are no JSON is 400', async (name) => {
    const { url } = await serve();
    const response = await fetch(`${url}?query=%7B__typename%7D&${name}=%7Bbad`, {
      headers: { authorization: 'Bearer good', accept: 'application/json' },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining(`"${name}" is not valid JSON`),
          extensions: { code: 'BAD_REQUEST' },
        },
      ],
    });
  });

  it.each([
    ['selections', `${'{ a '.repeat(3_000)}${'}'.repeat(3_000)}`],
    ['lists', `{ a(b: ${'['.repeat(4_900)}${']'.repeat(4_900)}) }`],
    ['objects', `{ a(b: ${'{ c: '.repeat(3_000)}1${'}'.repeat(3_000)}) }`],
    ['list types', `query ($v: ${'['.repeat(4_900)}Int${']'.repeat(4_900)}) { a(b: $v) }`],
  ])('with %s thousands deep is told so', async (_, query) => {
    const { post } = await serve({ limits: { maxTokens: 10_000, maxRequestBytes: 100_000 } });
    const response = await post({ query }, { accept: 'application/graphql-response+json' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [
        { message: expect.stringContaining('nested more than 200 deep'), extensions: { code: 'BAD_USER_INPUT' } },
      ],
    });
  });

  it.each([
    ['Any', 'query ($v: Any) { bookshopCatalogBookGetEverything(any: $v) { fInt32 } }'],
    ['JSON', 'query ($v: JSON) { bookshopCatalogBookGetEverything(struct: $v) { fInt32 } }'],
    ['no', '{ __typename }'],
    ['no introspecting', '{ __schema { queryType { name } } }'],
  ])('with values thousands deep for %s variable is answered', async (_, query) => {
    const { post, calls } = await serve({ limits: { maxRequestBytes: 100_000 } });
    const deep = `{"@type":${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}}`;
    const response = await post(`{"query":${JSON.stringify(query)},"variables":{"v":${deep}}}`);
    expect(response.status).toBe(200);
    const { errors = [] } = (await response.json()) as { errors?: { message: string }[] };
    if (query.includes('$v')) expect(errors[0]?.message).toContain('nested more than 100 deep');
    else expect(errors).toEqual([]);
    expect(calls).toEqual([]);
  });

  it.each([
    ['a literal', (long: string) => ({ query: `{ bookshopCatalogBookGetEverything(fInt32: "${long}") { fInt32 } }` })],
    [
      'a variable',
      (long: string) => ({
        query: 'query ($n: Int) { bookshopCatalogBookGetEverything(fInt32: $n) { fInt32 } }',
        variables: { n: long },
      }),
    ],
    ['a word', (long: string) => ({ query: `{ ${long} }` })],
  ])('is not sent back whole because of %s', async (_, bodyWith) => {
    const { post } = await serve({ limits: { maxRequestBytes: 2_000_000 } });
    const text = await (await post(bodyWith('x'.repeat(1_000_000)))).text();
    expect(text).toContain('"errors"');
    expect(text.length).toBeLessThan(5_000);
  });

  it.each(['PUT', 'DELETE', 'HEAD', 'OPTIONS'])('by %s is 405', async (method) => {
    const { url } = await serve();
    const response = await fetch(url, { method, headers: { authorization: 'Bearer good' } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it('by GET may query', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}?query=${encodeURIComponent('{ __typename }')}`, {
      headers: { authorization: 'Bearer good' },
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('by GET may not change anything', async () => {
    const { url, calls } = await serve();
    const mutation = encodeURIComponent('mutation { bookshopCatalogBookDelete { ok } }');
    const response = await fetch(`${url}?query=${mutation}`, { headers: { authorization: 'Bearer good' } });
    expect([response.status, calls]).toEqual([405, []]);
  });

  it('by GET of a browser gets the page, token or not', async () => {
    const { url } = await serve();
    const response = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect(await response.text()).toBe('<title>page</title>');
  });

  it('with several operations at once is refused', async () => {
    const { post } = await serve();
    const response = await post([{ query: introspection }, { query: introspection }]);
    expect([response.status, await response.json()]).toEqual([
      400,
      { errors: [{ message: 'Batching is not supported.', extensions: { code: 'BAD_REQUEST' } }] },
    ]);
  });

  it('that is no JSON is 400', async () => {
    const { post } = await serve();
    const response = await post('{"query": nonsense}');
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        errors: [
          { message: 'The body is not valid JSON.', extensions: { code: 'BAD_REQUEST', reason: 'BODY_MALFORMED' } },
        ],
      },
    ]);
  });

  it('that is too large is 413', async () => {
    const { post } = await serve({ limits: { maxRequestBytes: 1_000 } });
    const query = `{ __typename } #${'-'.repeat(1_000)}`;
    expect((await post({ query })).status).toBe(413);
  });

  it('with too many tokens is not parsed to its end', async () => {
    const { query } = await serve({ limits: { maxTokens: 10 } });
    expect(await query('{ a b c d e f g h i j k }')).toEqual({
      errors: [
        {
          message:
            'This document has more than 10 words, numbers and punctuators (GRAPHQL_MAX_TOKENS); ask in several steps.',
          extensions: { code: 'BAD_USER_INPUT', reason: 'TOO_MANY_TOKENS', measure: 'tokens', limit: 10 },
        },
      ],
    });
  });

  it('with many mistakes is told the first of them', async () => {
    const { query } = await serve({ limits: { maxValidationErrors: 2 } });
    const { errors } = (await query('{ a b c d e }')) as { errors: { message: string }[] };
    expect(errors.map(({ message }) => message)).toEqual([
      'Cannot query field "a" on type "Query".',
      'Cannot query field "b" on type "Query".',
      'Too many validation errors, error limit reached. Validation aborted.',
    ]);
  });

  it.each([
    [
      '{ bookshopCatalogBookDelete { ok } }',
      '"bookshopCatalogBookDelete" is a mutation: write mutation { bookshopCatalogBookDelete … }.',
    ],
    [
      'mutation { bookshopCatalogBookGetBook { book { id } } }',
      '"bookshopCatalogBookGetBook" is a query: write query { bookshopCatalogBookGetBook … }.',
    ],
  ])('%s is told of what kind its field is', async (query, message) => {
    const { query: ask } = await serve();
    expect(await ask(query)).toMatchObject({
      errors: [{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });

  it('for a path below is 404', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}/deeper`, { headers: { authorization: 'Bearer good' } });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('GraphQL is at "/graphql"'), extensions: { code: 'NOT_FOUND' } }],
    });
  });

  it('that waits for 100 Continue is told to go on', async () => {
    const { url } = await serve();
    const body = JSON.stringify({ query: '{ __typename }' });
    const request = httpRequest(url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer good',
        'content-type': 'application/json',
        'content-length': body.length,
        expect: '100-continue',
      },
    });
    request.flushHeaders();
    await once(request, 'continue');
    request.end(body);
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it('fires the signal of its call when the caller leaves', async () => {
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let left = () => {};
    const departure = new Promise<void>((resolve) => {
      left = resolve;
    });
    const { url } = await serve({
      answers: {
        GetBook: async (_, { signal }) => {
          signal.addEventListener('abort', () => left());
          arrived();
          await departure;
          return {};
        },
      },
    });
    const controller = new AbortController();
    const answer = fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
      body: JSON.stringify({ query: getBook }),
      signal: controller.signal,
    });
    await arrival;
    controller.abort();
    await expect(answer).rejects.toThrow('aborted');
    await departure;
  });

  it('that was answered does not fire its signal', async () => {
    const { query, calls } = await serve({ answers: { GetBook: () => ({}) } });
    await query(getBook);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls[0]?.signal.aborted).toBe(false);
  });
});

describe('an answer', () => {
  it('tells which enum numbers the schema has no name for', async () => {
    const { query } = await serve({ answers: { GetBook: () => ({ book: { id: '1', genre: 42 } }) } });
    expect(await query(getBook)).toEqual({
      data: { bookshopCatalogBookGetBook: { book: { id: '1', genre: null } } },
      extensions: { unknownEnumValues: [{ path: ['bookshopCatalogBookGetBook', 'book', 'genre'], number: 42 }] },
    });
  });

  it('says nothing about enums when all of them are known', async () => {
    const { query } = await serve({ answers: { GetBook: () => ({ book: { id: '1', genre: 2 } }) } });
    expect(await query(getBook)).toEqual({
      data: { bookshopCatalogBookGetBook: { book: { id: '1', genre: 'CRIME' } } },
    });
  });

  it('keeps what succeeded beside what failed', async () => {
    const { query } = await serve({
      answers: {
        GetBook: () => {
          throw new GatewayError('PERMISSION_DENIED', 'ada may not read books');
        },
        GetTitle: () => ({ value: 'Emma' }),
      },
    });
    const answer = await query(
      `{ title: bookshopCatalogBookGetTitle book: bookshopCatalogBookGetBook { book { id } } }`,
    );
    expect(answer).toMatchObject({
      data: { title: 'Emma', book: null },
      errors: [{ message: 'ada may not read books', path: ['book'], extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('is 503 with Retry-After when nothing of the operation could begin', async () => {
    const reason = 'CANNOT_BEGIN';
    const served = await serve({
      answers: {
        GetBook: () => {
          throw new GatewayError('UNAVAILABLE', 'too many reads wait', { reason, retryAfterSeconds: 7 });
        },
        GetTitle: () => ({ value: 'Emma' }),
      },
    });
    const book = 'bookshopCatalogBookGetBook { book { id } }';
    const whole = await served.post({ query: `{ one: ${book} other: ${book} }` });
    expect([whole.status, whole.headers.get('retry-after')]).toEqual([503, '7']);
    const extensions = { code: 'UNAVAILABLE', reason, retryAfterSeconds: 7 };
    expect(await whole.json()).toEqual({
      errors: [{ message: 'too many reads wait', extensions: expect.objectContaining(extensions) }],
    });
    expect(served.refused).toEqual([reason]);

    const part = await served.post({ query: `{ title: bookshopCatalogBookGetTitle book: ${book} }` });
    expect([part.status, part.headers.get('retry-after')]).toEqual([200, null]);
    expect(await part.json()).toMatchObject({
      data: { title: 'Emma', book: null },
      errors: [{ path: ['book'], extensions }],
    });
  });

  it('gives a wrong variable the code BAD_USER_INPUT', async () => {
    const { post, calls } = await serve();
    const body = {
      query: 'query ($id: ID) { bookshopCatalogBookGetBook(id: $id) { book { id } } }',
      variables: { id: true },
    };
    const response = await post(body, { accept: 'application/graphql-response+json' });
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        errors: [
          {
            message: 'Variable "$id" got invalid value true; ID cannot represent value: true',
            locations: [{ line: 1, column: 8 }],
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ],
      },
    ]);
    expect(calls).toEqual([]);
  });

  it('hides what a resolver throws by mistake, and logs it under the request id', async () => {
    const extension: SchemaExtension = {
      typeDefs: parse('extend type Query { broken: String }'),
      resolvers: {
        Query: {
          broken: () => {
            throw new TypeError('cannot read 10.0.0.7:8443 of undefined');
          },
        },
      },
    };
    const { post, errors } = await serve({ extensions: [extension] });
    const response = await post({ query: '{ broken }' }, { 'x-request-id': 'r-3' });
    expect(await response.json()).toEqual({
      data: { broken: null },
      errors: [
        {
          message: 'internal error',
          locations: [{ line: 1, column: 3 }],
          path: ['broken'],
          extensions: { code: 'INTERNAL', requestId: 'r-3' },
        },
      ],
    });
    expect(errors).toEqual([{ requestId: 'r-3', err: new TypeError('cannot read 10.0.0.7:8443 of undefined') }]);
  });
});
