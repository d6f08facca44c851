import { type ExecutionResult, GraphQLSchema, parse, printSchema, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import { createOperation } from '../../../src/graphql/execution/create-operation.ts';
import { deriveSchema, type SchemaExtension } from '../../../src/graphql/schema/derive-schema.ts';
import type { GraphqlContext } from '../../../src/graphql/execution/graphql-context.ts';
import type { Call, Invoke } from '../../../src/call/call.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';

import { bookshop, bookshopTable, servicesOf } from '../bookshop/bookshop.ts';
import { type Answers, createUpstream } from '../bookshop/create-upstream.ts';
import { identityOf } from '../../authentication/identity.ts';
import { replyForm, runGraphql } from '../executor.ts';

const identity = identityOf('ada');

function createContext(invoke: Invoke): GraphqlContext {
  const operation = createOperation({ invoke, table: bookshopTable, maxCalls: 10 });
  return {
    identity,
    signal: new AbortController().signal,
    requestId: 'request-1',
    operation,
    unknownEnumValues: [],
    truncated: [],
    unsupported: [],
  };
}

function createSchema(answers: Answers, extensions: readonly SchemaExtension[] = []) {
  const upstream = createUpstream(answers);
  const services = [...servicesOf('bookshop.catalog'), ...servicesOf('archive.v1')];
  const options = { registry: bookshop, table: bookshopTable, services, extensions, replyForm };
  return { schema: deriveSchema(options), upstream };
}

interface Outcome {
  readonly result: ExecutionResult;
  readonly requests: readonly Record<string, unknown>[];
  readonly context: GraphqlContext;
}

/** Executes one operation. Root fields are written without the prefix of their service. */
async function run(source: string, answers: Answers, variableValues: Record<string, unknown> = {}): Promise<Outcome> {
  const requests: Record<string, unknown>[] = [];
  const recording = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      (request: Record<string, unknown>, call: Call) => {
        requests.push(request);
        return answer(request, call);
      },
    ]),
  );
  const { schema, upstream } = createSchema(recording);
  const contextValue = createContext(upstream);
  const result = await runGraphql({
    registry: bookshop,
    schema,
    source: source.replace(/\b(Get|List|Set|Delete|Burn)(?=[A-Z(]|\b)/g, 'bookshopCatalogBook$1'),
    contextValue,
    variableValues,
  });
  return { result: JSON.parse(JSON.stringify(result)), requests, context: contextValue };
}

/** The value of an answer that is expected to have no errors. */
async function dataOf(source: string, answers: Answers, variables?: Record<string, unknown>): Promise<unknown> {
  const { result } = await run(source, answers, variables);
  expect(result.errors).toBeUndefined();
  return Object.values(result.data ?? {})[0];
}

describe('deriveSchema()', () => {
  it('makes a valid schema', () => {
    expect(validateSchema(createSchema({}).schema)).toEqual([]);
  });

  it('makes one that can be made again from its own configuration', () => {
    const { schema } = createSchema({});
    const again = new GraphQLSchema(schema.toConfig());
    expect(validateSchema(again)).toEqual([]);
    expect(printSchema(again)).toBe(printSchema(schema));
  });

  it('has no field for an RPC that streams', () => {
    expect(Object.keys(createSchema({}).schema.getQueryType()!.getFields())).not.toContain(
      'bookshopCatalogBookWatchBooks',
    );
  });

  it('merges extensions, whose resolvers get the decoded parent', async () => {
    const extension: SchemaExtension = {
      typeDefs: parse('extend type BookshopCatalogBook { shout: String! } extend type Query { now: Int64! }'),
      resolvers: {
        BookshopCatalogBook: { shout: ({ titleText }) => String(titleText).toUpperCase() },
        Query: { now: () => '1' },
      },
    };
    const { schema, upstream } = createSchema({ GetBook: () => ({ book: { titleText: 'Emma' } }) }, [extension]);
    const source = '{ now bookshopCatalogBookGetBook { book { shout } } }';
    expect(
      (await runGraphql({ registry: bookshop, schema, source, contextValue: createContext(upstream) })).data,
    ).toEqual({
      now: '1',
      bookshopCatalogBookGetBook: { book: { shout: 'EMMA' } },
    });
  });
});

describe('a root field', () => {
  it('makes one call with the arguments as request', async () => {
    const { schema, upstream } = createSchema({ GetBook: ({ id }) => ({ book: { id } }) });
    const contextValue = createContext(upstream);
    const source = '{ bookshopCatalogBookGetBook(id: "b1") { book { id } } }';
    await runGraphql({ registry: bookshop, schema, source, contextValue });
    expect(upstream.calls).toEqual([
      {
        method: bookshop.methods.get('bookshop.catalog.BookInterface/GetBook'),
        request: Buffer.from('\n\x02b1'),
        identity,
        surface: 'graphql',
        metadata: [],
        timeoutMs: undefined,
        signal: contextValue.signal,
        requestId: 'request-1',
      },
    ]);
  });

  it('answers ok when the response is empty', async () => {
    expect(await dataOf('mutation { Delete { ok } }', { Delete: () => ({}) })).toEqual({ ok: true });
    expect(await dataOf('mutation { Burn { ok } }', { Burn: () => ({}) })).toEqual({ ok: true });
  });

  it('takes and gives the plain value where request and response are wrappers', async () => {
    const GetTitle: Answers[string] = ({ value }) => ({ value: `${value}!` });
    expect(await dataOf('{ GetTitle(value: "Emma") }', { GetTitle })).toBe('Emma!');
  });

  it('runs queries side by side', async () => {
    let underWay = 0;
    let release = () => {};
    const bothUnderWay = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Each answers only once the other has begun: one after another, they would never end.
    const GetBook = async ({ id }: Record<string, unknown>) => {
      underWay += 1;
      if (underWay === 2) release();
      await bothUnderWay;
      return { book: { id } };
    };
    const query = '{ a: GetBook(id: "a") { book { id } } b: GetBook(id: "b") { book { id } } }';
    const { result } = await run(query, { GetBook });
    expect(result).toEqual({ data: { a: { book: { id: 'a' } }, b: { book: { id: 'b' } } } });
    expect(underWay).toBe(2);
  });

  it('runs mutations one after another, in their order', async () => {
    const log: string[] = [];
    const SetRating = async ({ id }: Record<string, unknown>) => {
      log.push(`${id} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${id} ends`);
      return {};
    };
    await run('mutation { a: SetRating(id: "a") { id } b: SetRating(id: "b") { id } }', { SetRating });
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('keeps the answers of the others when it fails', async () => {
    const GetBook: Answers[string] = ({ id }) => {
      if (id === 'bad') throw new GatewayError('NOT_FOUND', 'no such book', { origin: 'upstream' });
      return { book: { id } };
    };
    const { result } = await run('{ a: GetBook(id: "a") { book { id } } b: GetBook(id: "bad") { book { id } } }', {
      GetBook,
    });
    expect(result).toEqual({
      data: { a: { book: { id: 'a' } }, b: null },
      errors: [
        {
          message: 'no such book',
          locations: [{ line: 1, column: 58 }],
          path: ['b'],
          extensions: { code: 'NOT_FOUND', grpc: { code: 5, status: 'NOT_FOUND' }, requestId: 'request-1' },
        },
      ],
    });
  });
});

describe('an answer', () => {
  const everyField =
    'fDouble fFloat fInt32 fInt64 fUint32 fUint64 fSint32 fSint64 fFixed32 fFixed64 fSfixed32 fSfixed64 ' +
    'fBool fString fBytes timestamp duration fieldMask any struct value listValue nullValue doubleValue floatValue ' +
    'int32Value uint32Value int64Value uint64Value boolValue stringValue bytesValue doubles timestamps values int64Values ' +
    'nothings { key value { ok } } truths { key value } json { key value } more { key value { fInt32 } } truth';

  it('has every value that proto3 leaves off the wire', async () => {
    expect(await dataOf(`{ GetEverything { ${everyField} } }`, { GetEverything: () => ({}) })).toEqual({
      fDouble: 0,
      fFloat: 0,
      fInt32: 0,
      fInt64: '0',
      fUint32: 0,
      fUint64: '0',
      fSint32: 0,
      fSint64: '0',
      fFixed32: 0,
      fFixed64: '0',
      fSfixed32: 0,
      fSfixed64: '0',
      fBool: false,
      fString: '',
      fBytes: '',
      timestamp: null,
      duration: null,
      fieldMask: null,
      any: null,
      struct: null,
      value: null,
      listValue: null,
      nullValue: null,
      doubleValue: null,
      floatValue: null,
      int32Value: null,
      uint32Value: null,
      int64Value: null,
      uint64Value: null,
      boolValue: null,
      stringValue: null,
      bytesValue: null,
      doubles: [],
      timestamps: [],
      values: [],
      int64Values: [],
      nothings: [],
      truths: [],
      json: [],
      more: [],
      truth: 'true_',
    });
  });

  it('carries everything that the wire does', async () => {
    const GetEverything = () => ({
      fDouble: 0.1,
      fFloat: 0.1,
      fInt32: -(2 ** 31),
      fInt64: '-9223372036854775808',
      fUint32: 4294967295,
      fUint64: '18446744073709551615',
      fBool: true,
      fString: 'Émile 🂡',
      fBytes: Buffer.from([0, 255, 62]),
      timestamp: { seconds: 1, nanos: 500_000_000 },
      duration: { seconds: -1, nanos: -500_000_000 },
      fieldMask: { paths: ['title_text', 'author.name'] },
      struct: { fields: { a: { listValue: { values: [{ numberValue: 1 }, { nullValue: 0 }] } } } },
      value: { stringValue: 'x' },
      int64Value: { value: '9007199254740993' },
      boolValue: { value: false },
      doubles: [1.5, -0.5],
      values: [{ nullValue: 0 }, { boolValue: true }],
      int64Values: [{ value: '1' }, {}],
      nothings: { '7': {} },
      // protobufjs writes every key of a bool map as true.
      truths: { true: 1 },
      json: { '3': { stringValue: 'three' } },
      more: { one: { fInt32: 1 } },
      truth: 2,
    });
    expect(await dataOf(`{ GetEverything { ${everyField} } }`, { GetEverything })).toMatchObject({
      fDouble: 0.1,
      fFloat: 0.1,
      fInt32: -2147483648,
      fInt64: '-9223372036854775808',
      fUint32: 4294967295,
      fUint64: '18446744073709551615',
      fBool: true,
      fString: 'Émile 🂡',
      fBytes: 'AP8+',
      timestamp: '1970-01-01T00:00:01.500Z',
      duration: '-1.500s',
      fieldMask: 'titleText,author.name',
      struct: { a: [1, null] },
      value: 'x',
      int64Value: '9007199254740993',
      boolValue: false,
      doubles: [1.5, -0.5],
      values: [null, true],
      int64Values: ['1', '0'],
      nothings: [{ key: '7', value: { ok: true } }],
      truths: [{ key: true, value: 'false_' }],
      json: [{ key: 3, value: 'three' }],
      more: [{ key: 'one', value: { fInt32: 1 } }],
      truth: 'null_',
    });
  });

  it('spells floats that are not finite as ProtoJSON does, and fails nothing', async () => {
    const GetEverything = () => ({
      fDouble: Number.NaN,
      fFloat: Number.POSITIVE_INFINITY,
      doubles: [1, Number.NEGATIVE_INFINITY],
      doubleValue: { value: Number.NaN },
    });
    expect(await dataOf('{ GetEverything { fDouble fFloat doubles doubleValue } }', { GetEverything })).toEqual({
      fDouble: 'NaN',
      fFloat: 'Infinity',
      doubles: [1, '-Infinity'],
      doubleValue: 'NaN',
    });
  });

  it('has null for numbers without a name, and tells path and number', async () => {
    const ListBooks = () => ({ books: [{ genre: 1, otherGenres: [2, 77] }, { genre: 99 }] });
    const { result, context } = await run('{ all: ListBooks { books { kind: genre otherGenres } } }', { ListBooks });
    expect(result).toEqual({
      data: {
        all: {
          books: [
            { kind: 'FANTASY', otherGenres: ['CRIME', null] },
            { kind: null, otherGenres: [] },
          ],
        },
      },
    });
    expect(context.unknownEnumValues).toEqual([
      { path: ['all', 'books', 0, 'otherGenres', 1], number: 77 },
      { path: ['all', 'books', 1, 'kind'], number: 99 },
    ]);
  });

  it('tells absent from zero where the proto does', async () => {
    const ListBooks = () => ({ books: [{}, { pages: 0, uid: 0, color: '' }] });
    expect(await dataOf('{ ListBooks { books { pages uid color picture author { name } } } }', { ListBooks })).toEqual({
      books: [
        { pages: null, uid: null, color: null, picture: null, author: null },
        { pages: 0, uid: 0, color: '', picture: null, author: null },
      ],
    });
  });

  it('follows messages into themselves', async () => {
    const GetBook = () => ({ book: { id: '1', sequel: { id: '2', sequel: { id: '3' } } } });
    expect(await dataOf('{ GetBook { book { id sequel { id sequel { id sequel { id } } } } } }', { GetBook })).toEqual({
      book: { id: '1', sequel: { id: '2', sequel: { id: '3', sequel: null } } },
    });
  });
});

describe('arguments', () => {
  /** The request that one operation sends. */
  async function requestOf(source: string, variables?: Record<string, unknown>): Promise<unknown> {
    const { result, requests } = await run(
      source,
      { GetEverything: () => ({}), ListBooks: () => ({}), SetRating: () => ({}), GetBook: () => ({}) },
      variables,
    );
    expect(result.errors).toBeUndefined();
    return requests[0];
  }

  it('may all be left out, or null', async () => {
    expect(await requestOf('{ GetBook { book { id } } }')).toEqual({});
    expect(await requestOf('{ GetBook(id: null) { book { id } } }')).toEqual({});
    expect(await requestOf('{ ListBooks(genres: null, minimumCopies: null) { books { id } } }')).toEqual({});
  });

  it('take 64-bit integers exactly, as literal and as variable', async () => {
    const literal = '{ ListBooks(publishedAfter: 9007199254740993) { books { id } } }';
    expect(await requestOf(literal)).toEqual({ publishedAfter: '9007199254740993' });
    const variable = 'query ($after: Int64) { ListBooks(publishedAfter: $after) { books { id } } }';
    expect(await requestOf(variable, { after: '-9007199254740993' })).toEqual({ publishedAfter: '-9007199254740993' });
    expect(await requestOf(variable, { after: 5 })).toEqual({ publishedAfter: '5' });
  });

  it('take floats that are not finite in the words of answers, as literal and as variable', async () => {
    const source =
      'query ($n: Float) { GetEverything(fDouble: "NaN", fFloat: $n, doubles: [1, "-Infinity"]) { fInt32 } }';
    expect(await requestOf(source, { n: 'Infinity' })).toEqual({
      fDouble: Number.NaN,
      fFloat: Number.POSITIVE_INFINITY,
      doubles: [1, Number.NEGATIVE_INFINITY],
    });
  });

  it('take enums by name, aliases included', async () => {
    expect(await requestOf('{ ListBooks(genres: [CRIME, FANTASY]) { books { id } } }')).toEqual({ genres: [2, 1] });
    const truths = '{ GetEverything(truths: [{ key: true, value: false_ }, { key: false, value: YES }]) { fInt32 } }';
    expect(await requestOf(truths)).toEqual({ truths: { true: 1, false: 0 } });
  });

  it('take maps as lists of entries, and empty messages', async () => {
    const source =
      '{ ListBooks(minimumCopies: [{ key: "Paris", value: 2 }], readingRoom: { ok: true }) { books { id } } }';
    expect(await requestOf(source)).toEqual({ minimumCopies: { Paris: 2 }, readingRoom: {} });
  });

  it('take nested messages, bytes and optional zeros', async () => {
    const source = 'mutation ($book: BookshopCatalogBookInput) { SetRating(sequel: $book, pages: 0) { id } }';
    const book = { picture: '-_8', author: { name: 'Jane', books: [{ id: '1' }] }, genre: 'CRIME' };
    expect(await requestOf(source, { book })).toEqual({
      pages: 0,
      sequel: { picture: '+/8=', author: { name: 'Jane', books: [{ id: '1' }] }, genre: 2 },
    });
  });

  it('take well-known types as ProtoJSON', async () => {
    const source =
      '{ GetEverything(timestamp: "1970-01-01T00:00:01.5Z", duration: "1.5s", struct: { a: [1, null] }, ' +
      'fieldMask: "titleText", boolValue: false, json: [{ key: 3, value: "three" }]) { fInt32 } }';
    expect(await requestOf(source)).toEqual({
      timestamp: { seconds: '1', nanos: 500000000 },
      duration: { seconds: '1', nanos: 500000000 },
      struct: { fields: { a: { listValue: { values: [{ numberValue: 1 }, { nullValue: 0 }] } } } },
      fieldMask: { paths: ['title_text'] },
      boolValue: {},
      json: { '3': { stringValue: 'three' } },
    });
  });

  it('reach fields whose names had to be changed', async () => {
    expect(await requestOf('{ GetEverything(_odd_name_61: "a", _odd_name_62: "b") { fInt32 } }')).toEqual({
      renamed: 'a',
      oddName: 'b',
    });
  });

  const invalid: readonly [source: string, variables: Record<string, unknown>, message: string][] = [
    [
      '{ ListBooks(publishedAfter: 9223372036854775808) { books { id } } }',
      {},
      'Argument "publishedAfter": expected an integer from -9223372036854775808 to 9223372036854775807, ' +
        'beyond 9007199254740991 as a decimal string, found "9223372036854775808"',
    ],
    [
      '{ ListBooks(publishedAfter: 99999999999999999999) { books { id } } }',
      {},
      'Int64 cannot represent 99999999999999999999: it needs more than 64 bits',
    ],
    [
      'query ($after: Int64) { ListBooks(publishedAfter: $after) { books { id } } }',
      { after: 1.5 },
      'Variable "$after" got invalid value 1.5; ' +
        'Int64 cannot represent 1.5: expected a whole number as a decimal string, or as a number',
    ],
    [
      'mutation { SetRating(sequel: { picture: "", color: "red" }) { id } }',
      {},
      'Argument "sequel.color": expected one member of the oneof bookshop.catalog.Book.cover, ' +
        'found "picture" and "color"',
    ],
    [
      '{ GetEverything(timestamps: ["2026-12-01T00:00:00Z", "2026-13-01T00:00:00Z"]) { fInt32 } }',
      {},
      'Argument "timestamps[1]": expected the proto3 JSON form of google.protobuf.Timestamp: ' +
        'invalid google.protobuf.Timestamp value "2026-13-01T00:00:00Z"',
    ],
    [
      '{ GetEverything(fUint64: -1) { fInt32 } }',
      {},
      'Argument "fUint64": expected an integer from 0 to 18446744073709551615, ' +
        'beyond 9007199254740991 as a decimal string, found "-1"',
    ],
  ];

  it.each(invalid)('%s is refused', async (source, variables, message) => {
    const { result, requests } = await run(source, {}, variables);
    expect(requests).toEqual([]);
    expect(result.errors?.[0]?.message).toBe(message);
    expect(result.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});
