import fc from 'fast-check';
import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import { checkSize, measureDocument } from '../../../src/graphql/limits/check-size.ts';

const limits = { maxDepth: 5, maxAliases: 3, maxTokens: 50 };
const sizeOf = (text: string) => measureDocument(parse(text));

/** Thirty fragments, each of which spreads the next one twice: 2^30 fields in 2 KB. */
const bomb = `{ ...f0 } ${Array.from({ length: 30 }, (_, index) => `fragment f${index} on Query { a { ...f${index + 1} } b: a { ...f${index + 1} } }`).join(' ')} fragment f30 on Query { a }`;

describe('measureDocument()', () => {
  it.each([
    ['{ a }', { depth: 1, introspectionDepth: 0, fields: 1, aliases: 0 }],
    ['{ a { b { c } } d: e }', { depth: 3, introspectionDepth: 0, fields: 4, aliases: 1 }],
    [
      '{ a { ... on B { ...c } } } fragment c on B { d { e } }',
      { depth: 3, introspectionDepth: 0, fields: 3, aliases: 0 },
    ],
    ['{ a { ...c } b { ...c } } fragment c on B { x: d }', { depth: 2, introspectionDepth: 0, fields: 4, aliases: 2 }],
    ['{ a { __typename } }', { depth: 1, introspectionDepth: 1, fields: 2, aliases: 0 }],
    ['{ __schema { types { name } } }', { depth: 0, introspectionDepth: 3, fields: 3, aliases: 0 }],
    ['{ ...a } fragment a on Query { b { ...a } }', { depth: 1, introspectionDepth: 0, fields: 1, aliases: 0 }],
    ['{ ...missing }', { depth: 0, introspectionDepth: 0, fields: 0, aliases: 0 }],
    ['query A { a } query B { b { c } d }', { depth: 2, introspectionDepth: 0, fields: 3, aliases: 0 }],
  ])('of %s', (text, size) => {
    expect(sizeOf(text)).toEqual(size);
  });

  it('finds a short text with fragments in fragments to be large', () => {
    expect(sizeOf(bomb)).toMatchObject({ depth: 31, fields: 2 ** 32 - 2 - 2 ** 30, aliases: 2 ** 30 - 1 });
  });

  it('counts the same with fragments as without', () => {
    type Tree = { readonly children: readonly Tree[]; readonly isFragment: boolean };
    const treeOf: fc.Memo<Tree> = fc.memo((depth) =>
      fc.record({
        children: depth > 1 ? fc.array(treeOf(), { maxLength: 3 }) : fc.constant([]),
        isFragment: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(treeOf(5), (root) => {
        const fragments: string[] = [];
        const write = (node: Tree, mayFold: boolean): string => {
          const fields = node.children.map((child) => `f ${write(child, mayFold)}`).join(' ');
          if (fields === '') return '';
          if (!mayFold || !node.isFragment) return `{ ${fields} }`;
          fragments.push(`fragment g${fragments.length} on T { ${fields} }`);
          return `{ ...g${fragments.length - 1} }`;
        };
        const folded = `{ r ${write(root, true)} }`;
        expect(sizeOf(`${folded} ${fragments.join(' ')}`)).toEqual(sizeOf(`{ r ${write(root, false)} }`));
      }),
      { numRuns: 100 },
    );
  });
});

describe('checkSize()', () => {
  it.each([
    [
      '{ a { b { c { d { e { f } } } } } }',
      'The fields of this document are nested 6 deep; 5 levels are allowed. Ask in two steps.',
      { reason: 'TOO_DEEP', measure: 'depth', found: 6, limit: 5 },
    ],
    [
      '{ a: x b: x c: x d: x }',
      'This document has 4 fields with an alias; 3 are allowed. Ask for many objects by one field with a list of ids, or in several requests.',
      { reason: 'TOO_MANY_ALIASES', measure: 'aliases', found: 4, limit: 3 },
    ],
    [
      `{ ${'a '.repeat(51)}}`,
      'This document comes to 51 fields, fragments written out; 50 are allowed.',
      { reason: 'TOO_MANY_FIELDS', measure: 'fields', found: 51, limit: 50 },
    ],
    [
      `{ __schema { types { fields { type { ${'ofType { '.repeat(20)}name${' }'.repeat(20)} } } } } }`,
      'The introspection of this document is 25 levels deep; 15 are allowed.',
      { reason: 'TOO_DEEP', measure: 'introspectionDepth', found: 25, limit: 15 },
    ],
    [
      `{ a(b: ${'C'.repeat(201)}) }`,
      'A name in this document has 201 letters; 200 are allowed.',
      { reason: 'NAME_TOO_LONG', measure: 'nameLength', found: 201, limit: 200 },
    ],
    [
      `query ($b: ${'T'.repeat(201)}) { a }`,
      'A name in this document has 201 letters; 200 are allowed.',
      { reason: 'NAME_TOO_LONG', measure: 'nameLength', found: 201, limit: 200 },
    ],
  ])('refuses %s', (text, message, extensions) => {
    const [problem, ...others] = checkSize(parse(text), limits);
    expect([problem?.message, problem?.extensions]).toEqual([message, { code: 'BAD_USER_INPUT', ...extensions }]);
    expect(others).toEqual([]);
  });

  it('tells every way in which a document is too large', () => {
    expect(checkSize(parse(bomb), limits).map(({ extensions }) => extensions['measure'])).toEqual([
      'depth',
      'aliases',
      'fields',
    ]);
  });

  it.each([
    ['a document at its limits', `{ a: b { b: c { c: d { d { e } } } } ${'f '.repeat(45)}}`],
    ['what tools ask to learn the schema', getIntrospectionQuery({ inputValueDeprecation: true })],
  ])('lets pass %s', (_, text) => {
    expect(checkSize(parse(text), { ...limits, maxTokens: 500 })).toEqual([]);
  });
});
