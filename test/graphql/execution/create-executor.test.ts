import { type ExecutionResult, type GraphQLSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import { neverAborted } from '../../../src/call/call-signal.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';
import { type AnswerLimits, standardAnswerLimits } from '../../../src/graphql/execution/answer-limits.ts';
import { createExecutor, type ExecutorName, replyFormOf } from '../../../src/graphql/execution/create-executor.ts';
import { createOperation } from '../../../src/graphql/execution/create-operation.ts';
import type { GraphqlContext } from '../../../src/graphql/execution/graphql-context.ts';
import { deriveSchema, type SchemaExtension } from '../../../src/graphql/schema/derive-schema.ts';

import { identityOf } from '../../authentication/identity.ts';
import { bytes, int } from '../../codec/wire-bytes.ts';
import { bookshop, bookshopTable, servicesOf } from '../bookshop/bookshop.ts';
import { type Answers, createUpstream } from '../bookshop/create-upstream.ts';
import { toPlainResult } from '../executor.ts';

interface Setup {
  readonly answers: Answers;
  readonly limits?: Partial<AnswerLimits>;
  readonly extensions?: readonly SchemaExtension[];
}

/** Executes operations, all by the same executor; root fields are written without the prefix of their service. */
function start(name: ExecutorName, { answers, limits, extensions = [] }: Setup) {
  const upstream = createUpstream(answers);
  const replyForm = replyFormOf(name);
  const services = servicesOf('bookshop.catalog');
  const schema: GraphQLSchema = deriveSchema({
    registry: bookshop,
    table: bookshopTable,
    services,
    extensions,
    replyForm,
  });
  const counters = { planned: 0, uncovered: 0, repeated: 0 };
  const execute = createExecutor(name, { registry: bookshop, ...standardAnswerLimits, ...limits, counters });
  const documents = new Map<string, ReturnType<typeof parse>>();
  const run = async (source: string, variableValues: Record<string, unknown> = {}) => {
    const query = source.replace(/\b(Get|List|Set|Delete|Burn)(?=[A-Z(]|\b)/g, 'bookshopCatalogBook$1');
    const document = documents.get(query) ?? parse(query);
    documents.set(query, document);
    const contextValue: GraphqlContext = {
      identity: identityOf('ada'),
      signal: neverAborted,
      requestId: 'r-1',
      operation: createOperation({ invoke: upstream, table: bookshopTable, maxCalls: 1_000 }),
      unknownEnumValues: [],
      truncated: [],
      unsupported: [],
    };
    const result = toPlainResult(await execute({ schema, document, contextValue, variableValues }));
    const plain = JSON.parse(JSON.stringify(result)) as ExecutionResult;
    return { ...plain, unknown: contextValue.unknownEnumValues };
  };
  return { run, calls: upstream.calls, counters };
}

const executors: readonly ExecutorName[] = ['compiled', 'reference'];

describe.each(executors)('the %s executor', (name) => {
  it('ends an operation whose answer grows too long with one error, which names the setting', async () => {
    const books = Array.from({ length: 2_000 }, () => ({ titleText: 'x'.repeat(100) }));
    const { run } = start(name, { answers: { ListBooks: () => ({ books }) }, limits: { maxResponseBytes: 50_000 } });
    const { data, errors } = await run('{ all: ListBooks { books { titleText } } }');
    expect([data, errors?.length]).toEqual([null, 1]);
    expect(errors![0]!.message).toMatch(/^The answer is longer than 50000 bytes \(GRAPHQL_MAX_RESPONSE_MB\)/);
    expect(errors![0]!.extensions).toMatchObject({ code: 'RESPONSE_TOO_LARGE', limit: 50_000 });
  });

  it.each([
    ['of one list', '{ all: ListBooks { books { id titleText } } }'],
    [
      'of lists under many names',
      `{ ${Array.from({ length: 20 }, (_, at) => `a${at}: ListBooks { books { id } }`).join(' ')} }`,
    ],
  ])('ends an operation whose answer comes to too many values: %s', async (_, query) => {
    const books = Array.from({ length: 2_000 }, (_, id) => ({ id: String(id) }));
    const { run } = start(name, { answers: { ListBooks: () => ({ books }) }, limits: { maxResponseValues: 5_000 } });
    const { data, errors } = await run(query);
    expect([data, errors?.length]).toEqual([null, 1]);
    expect(errors![0]!.message).toMatch(/^The answer holds more than 5000 values \(GRAPHQL_MAX_RESPONSE_VALUES\)/);
    expect(errors![0]!.extensions).toMatchObject({
      code: 'RESPONSE_TOO_LARGE',
      reason: 'RESPONSE_TOO_MANY_VALUES',
      limit: 5_000,
    });
    const few = start(name, {
      answers: { ListBooks: () => ({ books: books.slice(0, 100) }) },
      limits: { maxResponseValues: 5_000 },
    });
    expect((await few.run('{ all: ListBooks { books { id titleText } } }')).errors).toBeUndefined();
  });

  it('counts errors that it does not tell', async () => {
    const fail = () => {
      throw new GatewayError('NOT_FOUND', 'no such book');
    };
    const { run } = start(name, { answers: { GetBook: fail }, limits: { maxErrors: 10 } });
    const many = Array.from({ length: 25 }, (_, index) => `a${index}: GetBook(id: "${index}") { book { id } }`);
    const { data, errors, extensions } = await run(`{ ${many.join(' ')} }`);
    expect([Object.values(data!).every((value) => value === null), errors?.length]).toEqual([true, 10]);
    expect(extensions).toEqual({ omittedErrors: 15 });
  });
});

describe('the compiled executor', () => {
  it('leaves what is asked about the schema to the reference', async () => {
    const { run, counters } = start('compiled', { answers: { GetBook: () => ({}) } });
    const { data } = await run('{ __type(name: "Genre") { kind } GetBook { book { id } } }');
    expect(data).toEqual({ __type: { kind: 'ENUM' }, bookshopCatalogBookGetBook: { book: null } });
    expect(counters).toEqual({ planned: 0, uncovered: 1, repeated: 0 });
  });

  it('keeps a plan for each value of the variables that decide what is shown', async () => {
    const { run, counters } = start('compiled', { answers: { GetBook: () => ({ book: { id: '1' } }) } });
    const query = 'query ($more: Boolean!) { GetBook { book { id titleText @include(if: $more) } } }';
    for (const more of [true, false, true]) {
      const { data } = await run(query, { more });
      expect(data).toEqual({ bookshopCatalogBookGetBook: { book: more ? { id: '1', titleText: '' } : { id: '1' } } });
    }
    expect(counters.planned).toBe(3);
  });

  it('notes a number without a name where it stands, and executes nothing again for it', async () => {
    const books = [{}, { genre: 77, otherGenres: [1, 78] }, { sequel: { genre: 79 } }];
    const { run, counters } = start('compiled', { answers: { ListBooks: () => ({ books }) } });
    const { data, errors, unknown } = await run('{ l: ListBooks { books { g: genre otherGenres sequel { genre } } } }');
    expect([data, errors]).toMatchObject([
      {
        l: {
          books: [{ g: 'GENRE_UNKNOWN' }, { g: null, otherGenres: ['FANTASY', null] }, { sequel: { genre: null } }],
        },
      },
      undefined,
    ]);
    expect(unknown).toEqual([
      { path: ['l', 'books', 1, 'g'], number: 77 },
      { path: ['l', 'books', 1, 'otherGenres', 1], number: 78 },
      { path: ['l', 'books', 2, 'sequel', 'genre'], number: 79 },
    ]);
    expect(counters).toEqual({ planned: 1, uncovered: 0, repeated: 0 });
  });

  it('writes zero for negative zero, an object without members for an empty selection, and NaN as text', async () => {
    const { run } = start('compiled', {
      answers: { GetEverything: () => ({ fDouble: -0, fFloat: Number.NaN, doubles: [-0] }) },
    });
    const { data } = await run(
      '{ GetEverything { fDouble fFloat doubles more { key @skip(if: true) } } e: GetEverything { fBool @skip(if: true) } }',
    );
    const { bookshopCatalogBookGetEverything: everything, e } = data as Record<string, Record<string, unknown>>;
    expect([Object.is(everything!['fDouble'], 0), everything!['fFloat'], e]).toEqual([true, 'NaN', {}]);
  });

  it('finds a fault in what was asked for, as the reference does, and passes by what was not', async () => {
    // A title that is no UTF-8; and an author whose inside is cut off.
    const faulty = bytes(1, Buffer.concat([bytes(2, Buffer.from([0xff])), bytes(7, Buffer.from([0x0a, 0x05]))]));
    const compiled = start('compiled', { answers: { GetBook: () => faulty } });
    const reference = start('reference', { answers: { GetBook: () => faulty } });
    const query = '{ GetBook { book { id titleText } } }';
    expect(await compiled.run(query)).toEqual(await reference.run(query));
    expect((await compiled.run('{ GetBook { book { id } } }')).data).toEqual({
      bookshopCatalogBookGetBook: { book: { id: '' } },
    });
    expect([compiled.counters.repeated, compiled.calls.length]).toEqual([1, 2]);
  });

  it('refuses a message whose tags or lengths are broken, asked for or not', async () => {
    const cut = Buffer.concat([bytes(1, bytes(1, 'b1')), Buffer.from([0x12, 0x7f])]);
    const { run } = start('compiled', { answers: { GetBook: () => cut } });
    const { data, errors } = await run('{ GetBook { book { id } } }');
    expect([data, errors?.length]).toEqual([{ bookshopCatalogBookGetBook: null }, 1]);
  });

  it('sends no write again when an answer has to be made another way', async () => {
    const extension: SchemaExtension = {
      typeDefs: parse('extend type BookshopCatalogBook { never: Int! }'),
      resolvers: { BookshopCatalogBook: { never: () => Promise.resolve(null) } },
    };
    const { run, calls, counters } = start('compiled', {
      answers: { SetRating: (request) => request },
      extensions: [extension],
    });
    const { data, errors } = await run('mutation { a: SetRating(id: "1") { id never } b: SetRating(id: "2") { id } }');
    expect(data).toEqual({ a: null, b: { id: '2' } });
    expect(errors?.map(({ path }) => path)).toEqual([['a', 'never']]);
    expect([calls.length, counters.repeated]).toEqual([2, 1]);
  });

  it('lets others have their turn while it writes a long list', async () => {
    const book = bytes(1, Buffer.concat([bytes(1, 'id'), bytes(2, 'a title'.repeat(10)), int(3, 12)]));
    const reply = Buffer.concat(Array.from({ length: 200_000 }, () => book));
    const { run } = start('compiled', { answers: { ListBooks: () => reply } });
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const { data } = await run('{ l: ListBooks { books { id titleText copiesSold } } }');
    isOver = true;
    expect((data as { l: { books: unknown[] } }).l.books.length).toBe(200_000);
    // One turn for the call and one for the answer would be two or three.
    expect(turns).toBeGreaterThan(4);
  });
});
