import { describe, expect, it } from 'vitest';

import { deriveNames } from '../../../src/graphql/schema/derive-names.ts';
import type { MessageDescriptor } from '../../../src/registry/descriptors.ts';

import { bookshop } from '../bookshop/bookshop.ts';

const names = deriveNames(bookshop);
const message = (fullName: string): MessageDescriptor => bookshop.messages.get(fullName)!;
const field = (fullName: string, name: string) => message(fullName).fields.find((some) => some.name === name)!;

describe('deriveNames() of root fields', () => {
  it.each([
    ['bookshop.catalog.BookInterface/GetBook', 'bookshopCatalogBookGetBook'],
    ['bookshop.catalog.BookInterface/Burn', 'bookshopCatalogBookBurn'],
    ['archive.v1.BookInterface/GetBook', 'archiveV1BookGetBook'],
    ['archive.v1.ShelfLabel/Print', 'shelfLabel_Print'],
    ['archive.v1.Shelf/LabelPrint', 'shelf_LabelPrint'],
    ['archive.v1.RQDReport/get_all', 'rqdReportGetAll'],
  ])('%s → %s', (method, name) => {
    expect(names.rootField(bookshop.methods.get(method)!)).toBe(name);
  });
});

describe('deriveNames() of types', () => {
  it.each([
    ['bookshop.catalog.GetBookResponse', 'GetBookResponse', 'GetBookResponseInput'],
    ['bookshop.catalog.Book.Author', 'Author', 'AuthorInput'],
    ['bookshop.catalog.Book', 'BookshopCatalogBook', 'BookshopCatalogBookInput'],
    ['archive.v1.Book', 'ArchiveV1Book', 'archive_v1_Book_Input'],
    ['archive.v1.BookInput', 'archive_v1_BookInput', 'BookInputInput'],
    ['archive.v1.Query', 'ArchiveV1Query', 'QueryInput'],
    ['archive.v1.Timestamp', 'ArchiveV1Timestamp', 'TimestampInput'],
  ])('%s → %s and %s', (fullName, output, input) => {
    expect([names.outputType(message(fullName)), names.inputType(message(fullName))]).toEqual([output, input]);
  });

  it('names the entries of a map after the message and the field', () => {
    const copies = field('bookshop.catalog.ListBooksRequest', 'minimum_copies');
    expect([names.entryType(copies), names.entryInputType(copies)]).toEqual([
      'ListBooksRequestMinimumCopiesEntry',
      'ListBooksRequestMinimumCopiesEntryInput',
    ]);
  });
});

describe('deriveNames() of fields and values', () => {
  it('takes the JSON name', () => {
    expect(names.field(field('bookshop.catalog.Book', 'copies_sold'))).toBe('copiesSold');
  });

  it('numbers the fields whose JSON names become alike when they become legal', () => {
    const odd = ['renamed', 'odd_name'].map((name) => names.field(field('bookshop.catalog.Everything', name)));
    expect(odd).toEqual(['_odd_name_61', '_odd_name_62']);
  });

  it('marks the enum values that are literals in GraphQL', () => {
    expect(names.enumValues(bookshop.enums.get('bookshop.catalog.Truth')!)).toEqual([
      'true_',
      'YES',
      'false_',
      'null_',
    ]);
  });
});
