import { buildASTSchema, parse, print, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import { collectTypes } from '../../../src/graphql/schema/collect-types.ts';
import { deriveNames } from '../../../src/graphql/schema/derive-names.ts';
import { deriveTypeDefs } from '../../../src/graphql/schema/derive-type-defs.ts';
import { noDescriptions } from '../../../src/graphql/schema/read-descriptions.ts';
import type { MethodDescriptor } from '../../../src/registry/descriptors.ts';

import { bookshop, bookshopTable, servicesOf } from '../bookshop/bookshop.ts';

const methods = servicesOf('bookshop.catalog')
  .flatMap((service) => service.methods)
  .filter((method) => !method.serverStreaming);
const derive = (served: readonly MethodDescriptor[]) =>
  deriveTypeDefs({
    methods: served,
    types: collectTypes(served, () => undefined),
    names: deriveNames(bookshop),
    table: bookshopTable,
    descriptions: noDescriptions,
    needsOf: () => [],
  });
const document = derive(methods);

describe('deriveTypeDefs()', () => {
  it('derives the catalog as its golden file shows it', async () => {
    await expect(`${print(document)}\n`).toMatchFileSnapshot('../bookshop/catalog.graphql.txt');
  });

  it('derives a valid schema', () => {
    expect(validateSchema(buildASTSchema(document))).toEqual([]);
  });

  it('survives every comment: what is printed can be parsed again', () => {
    expect(print(parse(print(document)))).toBe(print(document));
  });

  it('gives an API that only writes a Query type all the same', () => {
    const writes = methods.filter((method) => bookshopTable.factsOf(method).kind === 'write');
    const { definitions } = derive(writes);
    expect(print(definitions[0]!).split('\n').slice(-4).join('\n')).toBe(
      'type Query {\n  """Always true: nothing that is served here reads."""\n  ok: Boolean!\n}',
    );
  });

  it('has no Mutation type when nothing is written', () => {
    const reads = methods.filter((method) => bookshopTable.factsOf(method).kind === 'read');
    const { definitions } = derive(reads);
    expect(definitions.filter((node) => 'name' in node && node.name?.value === 'Mutation')).toEqual([]);
  });
});
