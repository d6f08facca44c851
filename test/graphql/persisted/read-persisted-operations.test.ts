import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import {
  findMisfittingDocuments,
  readPersistedOperations,
} from '../../../src/graphql/persisted/read-persisted-operations.ts';

const read = (text: string) =>
  readPersistedOperations({ fileName: 'persisted.json', text, isExclusive: false, maxTokens: 20 });

describe('readPersistedOperations()', () => {
  it('finds documents by their name in the file, and by the SHA-256 of their text', () => {
    const { find, has } = read('{"d1": "{ a }"}');
    // printf '{ a }' | sha256sum
    const hash = '1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b';
    expect([find('d1'), find('d2'), find(hash), has('{ a }'), has('{a}')]).toEqual([
      '{ a }',
      undefined,
      '{ a }',
      true,
      false,
    ]);
  });

  it('finds names with and without the mark of hashes, and gives those of the file the first word', () => {
    const { find } = read('{"sha256:h1": "{ a }", "h2": "{ b }"}');
    expect(['sha256:h1', 'h1', 'h2', 'sha256:h2', 'sha256:h3'].map(find)).toEqual([
      '{ a }',
      '{ a }',
      '{ b }',
      '{ b }',
      undefined,
    ]);
  });

  it('knows no names but those of the file', () => {
    expect(['constructor', '__proto__', ''].map(read('{}').find)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['{', /^the file persisted\.json is not JSON \(.+\); expected an object of hashes and texts, such as /],
    ['[]', /^the file persisted\.json holds no JSON object; expected an object of hashes and texts/],
    ['null', /^the file persisted\.json holds no JSON object/],
    [
      '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": []}',
      /is a manifest of Apollo's; expected an object .+: the "id" and "body" of each operation$/,
    ],
  ])('says what is wrong with the file %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('tells every document that could never be executed, with its place', () => {
    const text = JSON.stringify({
      good: '{ a }',
      '': '{ a }',
      h1: 7,
      h2: '{ a(',
      h3: 'fragment F on T { a }',
      h4: `{ ${'a '.repeat(30)}}`,
    });
    expect(() => read(text)).toThrow(
      [
        'the file persisted.json has documents that cannot be executed:',
        '  - "" is no name; expected a hash',
        '  - "h1" is no text; expected a GraphQL document',
        '  - "h2" is no document: Syntax Error: Expected Name, found <EOF>. (line 1, column 5)',
        '  - "h3" has no operation; expected a query, a mutation or a subscription',
        '  - "h4" is no document: This document has more than 20 words, numbers and punctuators (GRAPHQL_MAX_TOKENS); ask in several steps.',
      ].join('\n'),
    );
  });
});

describe('findMisfittingDocuments()', () => {
  it('names the documents that a schema would refuse, each with its first problem', () => {
    const schema = buildSchema('type Query { a: Int }');
    const operations = read('{"fits": "{ a }", "older": "{ other }"}');
    expect(findMisfittingDocuments(operations, schema)).toEqual([
      { id: 'older', problem: 'Cannot query field "other" on type "Query".' },
    ]);
  });
});
