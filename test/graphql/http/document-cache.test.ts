import { queryObjects } from 'node:v8';
import { type DocumentNode, Location, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import { createDocumentCache } from '../../../src/graphql/http/document-cache.ts';

describe('createDocumentCache()', () => {
  it('remembers', () => {
    const cache = createDocumentCache<number>();
    cache.set('{ a }', 1);
    expect([cache.get('{ a }'), cache.get('{ b }')]).toEqual([1, undefined]);
  });

  it('forgets what was not asked for the longest, by the length of all texts', () => {
    const cache = createDocumentCache<number>();
    const texts = Array.from({ length: 257 }, (_, index) => String(index).padEnd(1_024));
    for (const [index, text] of texts.slice(0, 256).entries()) cache.set(text, index);
    cache.get(texts[0]!);
    cache.set(texts[256]!, -1);
    expect([0, 1, 2, 256].map((index) => cache.get(texts[index]!))).toEqual([0, undefined, 2, -1]);
    // A text that is set again counts once.
    for (let round = 0; round < 1_000; round += 1) cache.set(texts[256]!, round);
    expect([2, 256].map((index) => cache.get(texts[index]!))).toEqual([2, 999]);
  });

  it('takes a bounded part of the memory, whatever clients make up', () => {
    const cache = createDocumentCache<DocumentNode>();
    // The most nodes for the fewest letters, in the longest texts that are kept.
    for (let index = 0; index < 100; index += 1) {
      const text = `{a${index}${' a'.repeat(8_100)}}`;
      cache.set(text, parse(text));
    }
    // A hundred of them have 1.6 million fields.
    expect(queryObjects(Location, { format: 'count' })).toBeLessThan(600_000);
  });

  it('does not keep long documents', () => {
    const cache = createDocumentCache<number>();
    const longest = ' '.repeat(16 * 1024);
    cache.set(longest, 1);
    cache.set(`${longest} `, 2);
    expect([cache.get(longest), cache.get(`${longest} `)]).toEqual([1, undefined]);
  });
});
