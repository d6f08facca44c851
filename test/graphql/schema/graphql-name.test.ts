import { describe, expect, it } from 'vitest';

import { toCamelCase, toEnumValueName, toGraphqlName, toPascalCase } from '../../../src/graphql/schema/graphql-name.ts';

describe('toGraphqlName()', () => {
  it.each([
    ['minCores', 'minCores'],
    ['_private', '_private'],
    ['@type', '_type'],
    ['foo-bar.baz', 'foo_bar_baz'],
    ['2d', '_2d'],
    ['__typename', '_typename'],
    ['', '_'],
    ['größe', 'gr__e'],
  ])('spells "%s" as "%s"', (text, name) => {
    expect(toGraphqlName(text)).toBe(name);
  });
});

describe('toEnumValueName()', () => {
  it.each([
    ['RUNNING', 'RUNNING'],
    ['true', 'true_'],
    ['false', 'false_'],
    ['null', 'null_'],
    ['True', 'True'],
  ])('spells "%s" as "%s"', (text, name) => {
    expect(toEnumValueName(text)).toBe(name);
  });
});

describe('toPascalCase()', () => {
  it.each([
    ['get_jobs', 'GetJobs'],
    ['getJobs', 'GetJobs'],
    ['bookshop.v1.Book', 'BookshopV1Book'],
  ])('spells "%s" as "%s"', (text, name) => {
    expect(toPascalCase(text)).toBe(name);
  });
});

describe('toCamelCase()', () => {
  it.each([
    ['RenderPartition', 'renderPartition'],
    ['Job', 'job'],
    ['RQD', 'rqd'],
    ['RQDReport', 'rqdReport'],
    ['book_shelf', 'bookShelf'],
  ])('spells "%s" as "%s"', (text, name) => {
    expect(toCamelCase(text)).toBe(name);
  });
});
