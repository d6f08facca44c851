import { describe, expect, it } from 'vitest';

import { createDocumentCache } from '../../src/graphql/document-cache.ts';

describe('createDocumentCache()', () => {
  it('remembers', () => {
    const cache = createDocumentCache<number>();
    cache.set('{ a }', 1);
    expect([cache.get('{ a }'), cache.get('{ b }')]).toEqual([1, undefined]);
  });

  it('forgets what was not asked for the longest', () => {
    const cache = createDocumentCache<number>();
    for (let index = 0; index < 512; index++) cache.set(`${index}`, index);
    cache.get('0');
    cache.set('one more', -1);
    expect([cache.get('0'), cache.get('1'), cache.get('2')]).toEqual([0, undefined, 2]);
  });

  it('does not keep long documents', () => {
    const cache = createDocumentCache<number>();
    const longest = ' '.repeat(16 * 1024);
    cache.set(longest, 1);
    cache.set(`${longest} `, 2);
    expect([cache.get(longest), cache.get(`${longest} `)]).toEqual([1, undefined]);
  });
});
