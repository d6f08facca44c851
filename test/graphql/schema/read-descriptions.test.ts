import { readFileSync } from 'node:fs';
import { buildSchema, isEnumType, isInputObjectType, isObjectType, isScalarType, isSpecifiedScalarType } from 'graphql';
import { describe, expect, it } from 'vitest';

import { readDescriptions } from '../../../src/graphql/schema/read-descriptions.ts';

import { bookshop } from '../bookshop/bookshop.ts';

const read = (text: string) => readDescriptions({ fileName: 'words.yaml', text }, bookshop, true);

describe('readDescriptions()', () => {
  const words = read(`
fields:
  book: A book.
  pages: Its pages.
  bookshop.catalog.DeleteRequest.book: The book that goes.
`);
  const fieldOf = (message: string, name: string) =>
    bookshop.messages.get(message)!.fields.find((field) => field.name === name)!;

  it('prefers a line for one field to a line for all of the name', () => {
    expect(words.ofField(fieldOf('bookshop.catalog.DeleteRequest', 'book'))).toBe('The book that goes.');
    expect(words.ofField(fieldOf('bookshop.catalog.Book', 'pages'))).toBe('Its pages.');
    expect(words.ofField(fieldOf('bookshop.catalog.Book', 'uid'))).toBe('');
  });

  it('lets the only field of an answer say what the answer is', () => {
    const seq = { ...bookshop.messages.get('bookshop.catalog.BookSeq')!, comment: 'Books in a row.' };
    expect(words.ofField({ ...seq.fields[0]!, parent: seq })).toBe('Books in a row.');
    const request = { ...seq, name: 'BookRequest' };
    expect(words.ofField({ ...seq.fields[0]!, parent: request })).toBe('');
  });

  it.each([
    ['fields: { pagse: Pages. }', 'line 1, column 11: the protos have no pagse; did you mean "pages"?'],
    ['fields: { bookshop.catalog.GetBookRequest.id: Id. }', 'id has a comment in the protos already'],
    ['values: { bookshop.catalog.Genre.DANCE: Ballet. }', 'the protos have no bookshop.catalog.Genre.DANCE'],
    ['fields: { pages: "" }', 'words.yaml has a mistake'],
    ['field: {}', 'did you mean "fields"?'],
  ])('refuses %s', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});

describe('the schema of OpenCue', () => {
  it('says of every type, field, argument, input field and enum value what it is', () => {
    const types = Object.values(buildSchema(readFileSync('schema/schema.graphql', 'utf8')).getTypeMap());
    const silent: string[] = [];
    const look = (place: string, { description }: { readonly description?: string | null | undefined }) => {
      if (!description) silent.push(place);
    };
    for (const type of types) {
      if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
      look(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
      if (!isObjectType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        if ('args' in field) for (const one of field.args) look(`${type.name}.${field.name}(${one.name})`, one);
      }
    }
    expect(silent).toEqual([]);
  });

  it('says of every scalar of its own where it is specified', () => {
    const types = Object.values(buildSchema(readFileSync('schema/schema.graphql', 'utf8')).getTypeMap());
    const own = types.filter((type) => isScalarType(type) && !isSpecifiedScalarType(type)).filter(isScalarType);
    expect(own.map(({ name }) => name)).toContain('DateTime');
    expect(own.filter(({ specifiedByURL }) => !specifiedByURL?.startsWith('https://'))).toEqual([]);
  });
});
