import { type EnumTypeDefinitionNode, type FieldDefinitionNode, type ObjectTypeDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import { compileOrder } from '../../../src/graphql/links/compile-order.ts';

import { bookshop } from '../bookshop/bookshop.ts';

const [type, order] = parse(`
  type Book { minutes: Int @convert(from: "uid", by: MINUTES) }
  enum BookOrderField @order(message: "bookshop.catalog.Book") {
    TITLE @by(path: "titleText")
    GENRE @by(path: "genre")
    SOLD @by(path: "copiesSold")
    "How long it takes."
    MINUTES @by(field: "minutes")
  }`).definitions as unknown as readonly [ObjectTypeDefinitionNode, EnumTypeDefinitionNode];

const compiled = compileOrder(
  order,
  bookshop.messages,
  (): FieldDefinitionNode => type.fields![0]!,
  (_, text) => {
    throw new Error(text);
  },
)!;

describe('what rows are put in order by', () => {
  it.each([
    ['TITLE', { titleText: 'Emma' }, 'Emma'],
    ['TITLE', { titleText: '' }, undefined],
    ['GENRE', { genre: 2 }, 2],
    ['SOLD', { copiesSold: '12' }, 12],
    ['SOLD', { copiesSold: '0' }, 0],
    ['MINUTES', { uid: 2 }, 120],
    ['MINUTES', {}, undefined],
    // More than an Int holds: the field itself fails, the order does not.
    ['MINUTES', { uid: 2_000_000_000 }, undefined],
  ])('by %s, of %o', (name, row, expected) => {
    expect(compiled.keys.get(name)!(row)).toBe(expected);
  });

  it('has a description for each field, written or derived', () => {
    const [fields] = compiled.definitions as [EnumTypeDefinitionNode];
    const words = fields.values!.map(({ description }) => description?.value);
    expect(words).toEqual(['By `titleText`.', 'By `genre`.', 'By `copiesSold`.', 'How long it takes.']);
  });
});
