import fc from 'fast-check';
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';

import { checkVariables } from '../../../src/graphql/limits/check-variables.ts';
import { EagerSlices } from '../eager-slices.ts';
import { Any, JSON_SCALAR } from '../../../src/graphql/schema/scalars.ts';

const Color = new GraphQLEnumType({ name: 'Color', values: { RED: {}, GREEN: {} } });
const Book: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Book',
  fields: () => ({
    title: { type: new GraphQLNonNull(GraphQLString) },
    pages: { type: GraphQLInt },
    color: { type: Color },
    tags: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
    sequel: { type: Book },
    notes: { type: JSON_SCALAR },
    any: { type: Any },
  }),
});
const query = new GraphQLObjectType({ name: 'Query', fields: { find: { type: GraphQLInt } } });
const schema = new GraphQLSchema({ query, types: [Book] });
const document = parse('query ($book: Book, $shelves: [[Book!]], $id: Int = 1) { find }');

const problemsOf = (variableValues: Readonly<Record<string, unknown>> | undefined) =>
  checkVariables(schema, { document, variableValues });
const messagesOf = async (variableValues: Readonly<Record<string, unknown>>) =>
  (await problemsOf(variableValues)).map(({ message }) => message);

const value: fc.Memo<unknown> = fc.memo((depth) => {
  const leaf = fc.oneof(fc.constantFrom(null, 'RED', 'BLUE', 'text', 7, 1.5, true), fc.constant({ '@type': 'x' }));
  if (depth <= 1) return leaf;
  const key = fc.constantFrom('title', 'pages', 'color', 'tags', 'sequel', 'notes', 'any', 'titel', '__proto__');
  const object = fc.array(fc.tuple(key, value()), { maxLength: 4 });
  return fc.oneof(leaf, object.map(Object.fromEntries), fc.array(value(), { maxLength: 3 }));
});

describe('checkVariables()', () => {
  it('has nothing to say about variables that fit, or are not there', async () => {
    const book = { title: 'Emma', color: 'RED', tags: 'one', sequel: { title: 'x', notes: { a: [1] } } };
    expect(await problemsOf({ book, shelves: [[book], null], id: 1, other: {} })).toEqual([]);
    expect(await Promise.all([problemsOf(undefined), problemsOf({}), problemsOf({ book: null })])).toEqual([
      [],
      [],
      [],
    ]);
  });

  it.each([
    [
      { book: { titel: 'Emma' } },
      'Variable "$book" got an invalid value: the field "titel" is not defined by type "Book". Did you mean "title"?',
    ],
    [
      { shelves: [[], [{ sequel: { author: 'Austen' } }]] },
      'Variable "$shelves" got an invalid value at "shelves[1][0].sequel": the field "author" is not defined by type "Book".',
    ],
    [
      { book: { pages: { count: 3 } } },
      'Variable "$book" got an invalid value at "book.pages": expected "Int"; found an object',
    ],
    [
      { book: { color: [{}] } },
      'Variable "$book" got an invalid value at "book.color": expected "Color"; found a list',
    ],
    [{ book: [] }, 'Variable "$book" got an invalid value: expected an object of type "Book"; found a list'],
    [
      { shelves: ['Emma'] },
      'Variable "$shelves" got an invalid value at "shelves[0]": expected an object of type "Book"; found "Emma"',
    ],
    [
      { book: { color: 'R'.repeat(201) } },
      `Variable "$book" got an invalid value at "book.color": "Color" has no value "${'R'.repeat(39)}…`,
    ],
    [
      JSON.parse('{"book":{"__proto__":1}}'),
      'Variable "$book" got an invalid value: the field "__proto__" is not defined by type "Book".',
    ],
  ])('says what is wrong with %j', async (variables, message) => {
    expect(await messagesOf(variables)).toEqual([message]);
  });

  it('says where in the document the variable is declared', async () => {
    expect((await problemsOf({ book: 1 }))[0]?.toJSON()).toMatchObject({
      locations: [{ line: 1, column: 8 }],
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('ends after ten mistakes, and none of them is long', async () => {
    const book = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`${index}`.repeat(100), index]));
    const messages = await messagesOf({ book });
    expect(messages).toHaveLength(10);
    expect(messages.join().length).toBeLessThan(2_000);
  });

  it('follows a type that holds itself only so far', async () => {
    let book: object = { title: 'last' };
    for (let depth = 0; depth < 50_000; depth += 1) book = { sequel: book };
    expect(await messagesOf({ book })).toEqual([
      expect.stringMatching(
        /^Variable "\$book" got an invalid value at "book(?:\.sequel){101}": it is nested more than 100 deep$/,
      ),
    ]);
  });

  it('lets others go on between values of long lists and of many objects', async () => {
    const slices = new EagerSlices();
    const book = { tags: new Array(3_000).fill('x'.repeat(201)) };
    const shelves = [Array.from({ length: 3_000 }, () => ({ title: 'Emma', pages: 1 }))];
    expect(await checkVariables(schema, { document, variableValues: { book, shelves } }, slices)).toEqual([]);
    // Every 256 values of each variable: 3,001 and 9,001.
    expect(slices.pauses).toBe(11 + 35);
  });

  it('refuses nothing that graphql-js accepts', async () => {
    const { variableDefinitions } = document.definitions[0] as OperationDefinitionNode;
    let [refused, accepted] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.record({ book: value(3), shelves: value(3) }, { requiredKeys: [] }), async (variables) => {
        const { errors } = getVariableValues(schema, variableDefinitions ?? [], variables);
        const isRefused = (await problemsOf(variables)).length > 0;
        if (isRefused) expect(errors).toBeDefined();
        if (isRefused) refused += 1;
        if (errors === undefined) accepted += 1;
      }),
      { numRuns: 1_000 },
    );
    expect([refused > 100, accepted > 20]).toEqual([true, true]);
  });
});
