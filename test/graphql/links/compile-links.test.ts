import { isObjectType, print, printSchema } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';

import { deriveSchema } from '../../../src/graphql/schema/derive-schema.ts';
import { factsOf } from '../../../src/graphql/schema/field-facts.ts';
import { compileLinks, type Links } from '../../../src/graphql/links/compile-links.ts';

import { bookshop, bookshopTable, servicesOf } from '../bookshop/bookshop.ts';
import type { Answers } from '../bookshop/create-upstream.ts';
import { type ServedBookshop, serveBookshop } from '../bookshop/serve.ts';
import { linksSource, standardBatchLimits } from './linked-farm.ts';

import { replyForm } from '../executor.ts';

const fileName = 'bookshop.graphql';
const services = servicesOf('bookshop.catalog');
const ListBooks = 'bookshop.catalog.BookInterface/ListBooks';
const GetBook = 'bookshop.catalog.BookInterface/GetBook';

function compile(text: string, mustMatch = true, limits = standardBatchLimits): Links {
  const source = { fileName, text };
  return compileLinks({
    registry: bookshop,
    table: bookshopTable,
    services,
    source,
    mustMatch,
    limits,
    replyForm,
  });
}

/** Links of a shop that has nothing to do with rendering. */
const shopLinks = `
extend type Query {
  "Books of some genres."
  books(genres: [Genre!]): [BookshopCatalogBook!] @rpc(method: "${ListBooks}", with: { genres: "$args.genres" }, take: "books")
}
extend type BookshopCatalogBook {
  alike: [BookshopCatalogBook!]
    @rpc(
      method: "${ListBooks}"
      with: { genres: ["$.genre"] }
      take: "books"
      owns: true
      batch: { into: "genres", key: "$.genre", match: "genre" }
    )
  fresh: BookshopCatalogBook
    @rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book", verify: { id: "$.id" }, nullOn: NOT_FOUND)
  mate: BookshopCatalogBook
    @rpc(method: "${ListBooks}", take: "books", pick: { titleText: "$.color lower" }, prefer: ["genre is CRIME", "copiesSold"])
  seenFrom: BookshopCatalogBook @reached
  publishedAt: DateTime @convert(from: "copiesSold", by: EPOCH_SECONDS)
  words: [String!]! @convert(from: "keywords", by: TEXTS)
}
`;

let served: ServedBookshop | undefined;

afterEach(async () => {
  await served?.close();
  served = undefined;
});

const book = (id: string, genre: number, more: object = {}) => ({ id, genre, titleText: `book ${id}`, ...more });
const shelf = [book('1', 1), book('2', 1, { keywords: ['', 'a'] }), book('3', 2, { copiesSold: 1_700_000_000 })];

async function serve(answers: Answers, links = compile(shopLinks)): Promise<ServedBookshop> {
  served = await serveBookshop({ answers, extensions: [links] });
  return served;
}

describe('compileLinks()', () => {
  it('joins what any protos describe', async () => {
    const { query, calls } = await serve({
      ListBooks: ({ genres = [] }) => ({
        books: shelf.filter(({ genre }) => (genres as number[]).length === 0 || (genres as number[]).includes(genre)),
      }),
    });
    const answer = await query('{ books { id alike { id seenFrom { id } } publishedAt words } }');
    expect(answer).toEqual({
      data: {
        books: [
          { id: '1', alike: ['1', '2'].map((id) => ({ id, seenFrom: { id: '1' } })), publishedAt: null, words: [] },
          { id: '2', alike: ['1', '2'].map((id) => ({ id, seenFrom: { id: '2' } })), publishedAt: null, words: ['a'] },
          { id: '3', alike: [{ id: '3', seenFrom: { id: '3' } }], publishedAt: '2023-11-14T22:13:20.000Z', words: [] },
        ],
      },
    });
    expect(calls.length).toBe(2);
  });

  it('says how a field is answered, in its description and to the estimate of calls', () => {
    const schema = deriveSchema({
      registry: bookshop,
      table: bookshopTable,
      services,
      extensions: [compile(shopLinks)],
    });
    const type = schema.getType('BookshopCatalogBook');
    const { alike, mate } = isObjectType(type) ? type.getFields() : {};
    expect(alike?.description).toBe(`RPC: \`${ListBooks}\`; for several at once \`${ListBooks}\`.`);
    expect(schema.getQueryType()?.getFields()['books']?.description).toBe(
      `Books of some genres.\n\nRPC: \`${ListBooks}\`.`,
    );
    expect(factsOf(alike!).cost).toEqual({ parentsPerCall: 500, owners: [] });
    expect(factsOf(mate!).cost).toEqual({ parentsPerCall: Number.POSITIVE_INFINITY, owners: [] });
  });

  it('puts its roots before those of RPCs, as pages and editors show them', () => {
    const extensions = [compile(shopLinks)];
    const schema = deriveSchema({ registry: bookshop, table: bookshopTable, services, extensions });
    expect(Object.keys(schema.getQueryType()!.getFields())[0]).toBe('books');
  });

  it('tells the estimate of calls how many keys one call may carry', () => {
    const costWith = (maxKeys: number) => {
      const limits = { ...standardBatchLimits, maxKeys };
      const links = compile(shopLinks, true, limits).resolvers['BookshopCatalogBook'];
      return (links as Readonly<Record<string, unknown>>)['alike'];
    };
    expect(costWith(20)).toMatchObject({ extensions: { cuegate: { cost: { parentsPerCall: 20 } } } });
    expect(costWith(0)).toMatchObject({ extensions: { cuegate: { cost: { parentsPerCall: 1 } } } });
  });

  it('does not read from before a write of the same mutation', async () => {
    let rating = 0;
    const { query } = await serve({
      SetRating: (one) => {
        rating = one['rating'] as number;
        return one;
      },
      GetBook: ({ id }) => ({ book: { id, rating } }),
    });
    const rate = (alias: string, value: number) =>
      `${alias}: bookshopCatalogBookSetRating(id: "1", rating: ${value}) { fresh { rating } }`;
    expect(await query(`mutation { ${rate('a', 1)} ${rate('b', 2)} }`)).toEqual({
      data: { a: { fresh: { rating: 1 } }, b: { fresh: { rating: 2 } } },
    });
  });

  it('takes inputs within inputs, and no input that nothing uses', () => {
    const links = compile(`
      input AuthorWhere @criteria(message: "bookshop.catalog.Book.Author") { name: String }
      input BookWhere @criteria(message: "bookshop.catalog.Book") { by: AuthorWhere @into(path: "author"), genre: Genre }
      input Unused @criteria(message: "bookshop.catalog.Book") { id: String }
      extend type Query { books(where: BookWhere): [BookshopCatalogBook!] @rpc(method: "${ListBooks}", take: "books") }
    `);
    const printed = print(links.typeDefs);
    expect(printed).toContain('input AuthorWhere {\n  name: String\n}');
    expect(printed).toContain('input BookWhere {\n  by: AuthorWhere\n  genre: Genre\n}');
    expect(printed).not.toContain('Unused');
  });

  it('leaves the document of another upstream out', () => {
    const links = compileLinks({
      registry: bookshop,
      table: bookshopTable,
      services,
      source: linksSource,
      mustMatch: false,
      limits: standardBatchLimits,
    });
    expect(links.resolvers).toEqual({});
    const schema = deriveSchema({ registry: bookshop, table: bookshopTable, services, extensions: [links] });
    expect(printSchema(schema)).not.toContain('JobWhere');
  });

  it('leaves links out whose services are not served', () => {
    const links = compileLinks({
      registry: bookshop,
      table: bookshopTable,
      services: servicesOf('archive.v1'),
      source: { fileName, text: shopLinks },
      mustMatch: true,
      limits: standardBatchLimits,
    });
    expect(links.resolvers).toEqual({});
  });
});

const root = (rest: string, type = '[BookshopCatalogBook!]', name = 'books') =>
  `extend type Query {\n  ${name}: ${type}\n    ${rest}\n}`;
const ofBook = (rest: string, type = 'BookshopCatalogBook') =>
  `extend type BookshopCatalogBook {\n  more: ${type}\n    ${rest}\n}`;

describe('a mistake in a links document', () => {
  it.each([
    ['extend type', 'line 1, the text: Syntax Error: Expected Name, found <EOF>.'],
    ['type Shelf { id: String }', 'line 1, Shelf: only "extend type", "input" and "enum" have a place here'],
    ['extend type Bok { more: Int @reached }', 'line 1, Bok.more: no type is named "Bok"'],
    [
      'extend type BookshopCatalogBok { more: Int @reached }',
      'line 1, BookshopCatalogBok.more: no type is named "BookshopCatalogBok"; did you mean "BookshopCatalogBook"?',
    ],
    [
      'extend type BookshopCatalogBook { genre: String @convert(from: "color", by: TEXT) }',
      'line 1, BookshopCatalogBook.genre: BookshopCatalogBook has a field "genre" already; choose another name',
    ],
    [
      'extend type BookshopCatalogBook { more: String }',
      'line 1, BookshopCatalogBook.more: found 0 of @rpc, @convert and @reached; expected one, which says where the value comes from',
    ],
    [
      ofBook('@convrt(from: "color", by: TEXT)'),
      'line 3, BookshopCatalogBook.more: there is no directive "@convrt"; did you mean "convert"?',
    ],
    [
      root(`@rpc(method: "bookshop.catalog.BookInterface/ListBoks", take: "books")`),
      `line 3, Query.books: no RPC is named "bookshop.catalog.BookInterface/ListBoks"; expected <package>.<Service>/<Method>; did you mean "${ListBooks}"?`,
    ],
    [
      root('@rpc(method: "bookshop.catalog.BookInterface/WatchBooks")', 'BookshopCatalogBook'),
      'line 3, Query.books: bookshop.catalog.BookInterface/WatchBooks streams; a link needs one answer',
    ],
    [
      root('@rpc(method: "bookshop.catalog.BookInterface/SetRating")', 'BookshopCatalogBook'),
      'line 3, Query.books: bookshop.catalog.BookInterface/SetRating writes; links only read',
    ],
    [
      root(`@rpc(method: "${ListBooks}", tke: "books")`, 'BookSeq'),
      'line 3, Query.books: there is no setting "tke"; did you mean "take"?',
    ],
    [root(`@rpc(method: "${ListBooks}", take: 1)`, 'BookSeq'), 'line 3, Query.books: "take" must be text in quotes'],
    [
      root(`@rpc(method: "${ListBooks}", take: "boks")`),
      'line 3, Query.books: bookshop.catalog.BookSeq has no field "boks"; did you mean "books"?',
    ],
    [
      root(`@rpc(method: "${ListBooks}", take: "books.id")`),
      'line 3, Query.books: "books.id" goes on behind "books", which is no single message',
    ],
    [
      root(`@rpc(method: "${ListBooks}", take: "books")`, 'BookSeq'),
      'line 3, Query.books: "take" gives a list of BookshopCatalogBook; the field is BookSeq',
    ],
    [
      root(`@rpc(method: "${ListBooks}", take: "books")`, 'BookshopCatalogBook'),
      'line 3, Query.books: "take" gives a list of BookshopCatalogBook; "pick" must say which of them the field is',
    ],
    [
      root(`@rpc(method: "${GetBook}", take: "book")`),
      'line 3, Query.books: "take" gives BookshopCatalogBook; the field is a list',
    ],
    [
      root(`@rpc(method: "${ListBooks}", take: "books")`, '[BookshopCatalogBook!]!'),
      'line 2, Query.books: a link must be nullable, else one failed call takes its parent with it',
    ],
    [
      root(`@rpc(method: "${ListBooks}", with: { genre: CRIME }, take: "books")`),
      'line 3, Query.books: bookshop.catalog.ListBooksRequest has no field "genre"; did you mean "genres"?',
    ],
    [
      root(`@rpc(method: "${ListBooks}", with: { genres: [CRIM] }, take: "books")`),
      'line 3, Query.books: bookshop.catalog.Genre has no value "CRIM"; did you mean "CRIME"?',
    ],
    [
      root(`@rpc(method: "${ListBooks}", with: { genres: CRIME }, take: "books")`),
      'line 3, Query.books: "genres" of bookshop.catalog.ListBooksRequest takes list of bookshop.catalog.Genre',
    ],
    [
      root(`@rpc(method: "${ListBooks}", with: { minimumCopies: [] }, take: "books")`),
      'line 3, Query.books: "minimumCopies" of bookshop.catalog.ListBooksRequest is a map, which links cannot use',
    ],
    [
      root(`@rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book")`, 'BookshopCatalogBook'),
      'line 3, Query.books: a root field has no parent, so "$.id" refers to nothing',
    ],
    [
      root(
        `@rpc(method: "${GetBook}", with: { id: "$args.idd" }, take: "book")`,
        'BookshopCatalogBook',
        'books(id: String)',
      ),
      'line 3, Query.books: the field has no argument "idd"; did you mean "id"?',
    ],
    [
      root(
        `@rpc(method: "${GetBook}", with: { id: "$args.id" }, take: "book")`,
        'BookshopCatalogBook',
        'books(id: Int)',
      ),
      'line 3, Query.books: "$args.id" is integer; "id" takes string',
    ],
    [
      root(`@rpc(method: "${GetBook}", take: "book")`, 'BookshopCatalogBook', 'books(genre: Genr)'),
      'line 2, Query.books: "genre" has the type "Genr", which no argument can have; did you mean "Genre"?',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$.titel_text" }, take: "book")`),
      'line 3, BookshopCatalogBook.more: bookshop.catalog.Book has no field "titel_text"; did you mean "titleText"?',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$Autor.name" }, take: "book")`),
      'line 3, BookshopCatalogBook.more: no type is named "Autor", so "$Autor.name" refers to nothing; did you mean "Author"?',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$" }, take: "book")`),
      'line 3, BookshopCatalogBook.more: "$" refers to nothing; expected $.field, $Type.field or $args.name',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$.id or $.copiesSold" }, take: "book")`),
      'line 3, BookshopCatalogBook.more: "$.id or $.copiesSold" is either string or long integer; expected one',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$.id upper" }, take: "book")`),
      'line 3, BookshopCatalogBook.more: "$.id upper" ends in "upper"; expected "strip /2", "last /2", "after -" or "lower" behind text',
    ],
    [
      ofBook(`@rpc(when: "$.genre is CRIM", method: "${GetBook}", with: { id: "$.id" }, take: "book")`),
      'line 3, BookshopCatalogBook.more: bookshop.catalog.Genre has no value "CRIM"; did you mean "CRIME"?',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book", nullOn: NOT_FUND)`),
      'line 3, BookshopCatalogBook.more: "NOT_FUND" is no gRPC status; did you mean "NOT_FOUND"?',
    ],
    [
      ofBook(`@rpc(known: "Author", method: "${GetBook}", with: { id: "$.id" }, take: "book")`),
      'line 3, BookshopCatalogBook.more: "known" is Author; the field is BookshopCatalogBook',
    ],
    [
      root(`@list(orderBy: BokOrderField) @rpc(method: "${ListBooks}", take: "books")`),
      'line 3, Query.books: no order is named "BokOrderField"',
    ],
    [
      'enum BookOrderField @order(message: "bookshop.catalog.Bok") { TITLE @by(path: "titleText") }',
      'line 1, BookOrderField: @order(message:) names "bookshop.catalog.Bok", which is no message; did you mean "bookshop.catalog.Book"?',
    ],
    [
      'enum BookOrder @order(message: "bookshop.catalog.Book") { TITLE @by(path: "titleText") }',
      'line 1, BookOrder: "BookOrder" names an order; expected a name that ends in "OrderField"',
    ],
    [
      'enum BookOrderField @order(message: "bookshop.catalog.Book") { WORDS @by(path: "keywords") }',
      'line 1, BookOrderField: "keywords" is list of string, which has no order',
    ],
    [
      'enum BookOrderField @order(message: "bookshop.catalog.Book") { TITLE @by(path: "titel_text") }',
      'line 1, BookOrderField: bookshop.catalog.Book has no field "titel_text"; did you mean "titleText"?',
    ],
    [
      'enum BookOrderField @order(message: "bookshop.catalog.Book") { TITLE @by(field: "titleText") }',
      'line 1, BookOrderField: "titleText" is no field of bookshop.catalog.Book that @convert makes',
    ],
    [
      `enum BookOrderField @order(message: "bookshop.catalog.Book") { SOLD @by(field: "sold") }
extend type BookshopCatalogBook { sold: Int64 @convert(from: "copiesSold", by: KIBIBYTES) }`,
      'line 1, BookOrderField: "sold" is Int64; expected Int, Float, String, DateTime: order by what it is made of instead',
    ],
    [
      `enum AuthorOrderField @order(message: "bookshop.catalog.Book.Author") { NAME @by(path: "name") }
extend type Query { books: [BookshopCatalogBook!] @list(orderBy: AuthorOrderField) @rpc(method: "${ListBooks}", take: "books") }`,
      'line 2, Query.books: AuthorOrder is an order of bookshop.catalog.Book.Author; the field is BookshopCatalogBook',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book", reach: "mor")`),
      'line 3, BookshopCatalogBook.more: BookshopCatalogBook has no link "mor" to one object without arguments',
    ],
    [
      root(
        `@rpc(method: "${ListBooks}", take: "books", counts: { of: "genres", by: { CRIM: "$args.count" } })`,
        '[BookshopCatalogBook!]',
        'books(count: Int)',
      ),
      'line 3, Query.books: bookshop.catalog.Genre has no value "CRIM"; did you mean "CRIME"?',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book", counts: { of: "id", by: {} })`),
      'line 3, BookshopCatalogBook.more: "of" is string; expected a list of values of an enum',
    ],
    [
      ofBook(`@rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book", pick: { id: "$.id" })`),
      'line 3, BookshopCatalogBook.more: "pick" chooses among rows, and "take" gives none',
    ],
    [
      ofBook(`@rpc(method: "${ListBooks}", take: "books", pick: { id: "$.copiesSold" })`),
      'line 3, BookshopCatalogBook.more: "$.copiesSold" is long integer; "id" is string',
    ],
    [
      ofBook(
        `@rpc(method: "${ListBooks}", take: "books", batch: { into: "genres", key: "$.genre" })`,
        '[BookshopCatalogBook!]',
      ),
      'line 3, BookshopCatalogBook.more: "key" has 1 part(s) and "match" 0; expected as many, and at least one',
    ],
    [
      ofBook(
        `@rpc(method: "${ListBooks}", take: "books", batch: { into: "publishedAfter", key: "$.genre", match: "genre" })`,
        '[BookshopCatalogBook!]',
      ),
      'line 3, BookshopCatalogBook.more: "into" takes long integer; expected a list of bookshop.catalog.Genre',
    ],
    [
      ofBook(
        `@rpc(method: "${ListBooks}", take: "books", batch: { into: "genres", key: "$.genre", match: "genre", missing: FAIL })`,
        '[BookshopCatalogBook!]',
      ),
      'line 3, BookshopCatalogBook.more: "missing" is FAIL; expected ASK, or nothing where a missing row is the answer',
    ],
    [
      ofBook('@convert(from: "color", by: TXT)', 'String'),
      'line 3, BookshopCatalogBook.more: no converter is named "TXT"; did you mean "TEXT"?; there are: EPOCH_SECONDS, ' +
        'EPOCH_SECONDS_ONCE_STARTED, SECONDS_BETWEEN, MINUTES, KIBIBYTES, HUNDREDTHS, FRACTION, UNLESS_NEGATIVE, TEXT, NUMBER_ONCE_NAMED, TEXTS',
    ],
    [
      ofBook('@convert(from: "color", by: TEXT)', 'Int'),
      'line 3, BookshopCatalogBook.more: TEXT gives String; the field is Int',
    ],
    [
      ofBook('@convert(from: "genre", by: TEXT)', 'String'),
      'line 3, BookshopCatalogBook.more: TEXT takes string; "genre" is bookshop.catalog.Genre',
    ],
    [
      ofBook('@convert(from: "pages", by: FRACTION)', 'Float'),
      'line 3, BookshopCatalogBook.more: FRACTION takes 2 field(s); found 1',
    ],
    [
      'input Where @criteria(message: "catalog.Book") { id: String }',
      'line 1, Where: @criteria(message:) names "catalog.Book", which is no message',
    ],
    [
      'input Where @criteria(message: "bookshop.catalog.Book") { idd: String }',
      'line 1, Where: bookshop.catalog.Book has no field "idd"; did you mean "id"?',
    ],
    [
      'input Where @criteria(message: "bookshop.catalog.Book") { ids: [String!] @into(path: "id") }',
      'line 1, Where: "ids" is list of string; its place in the message takes string',
    ],
  ])('is told with its place: %s', (text, problem) => {
    expect(() => compile(text)).toThrow(`${fileName} has 1 mistake(s):\n  - ${problem}`);
  });

  it('is told together with all others', () => {
    const text = `${root('@rpc(method: "a/b")')}\n${ofBook('@convert(from: "color", by: NO)')}`;
    expect(() => compile(text)).toThrow(/has 2 mistake\(s\):\n {2}- line 3, Query\.books: .*\n {2}- line 7, Book/);
  });
});
