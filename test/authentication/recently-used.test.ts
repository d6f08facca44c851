import { describe, expect, it } from 'vitest';

import { RecentlyUsed } from '../../src/authentication/recently-used.ts';

describe('RecentlyUsed', () => {
  const fill = (map: RecentlyUsed<number>, from: number, count: number) => {
    for (let key = from; key < from + count; key += 1) map.keep(String(key), key);
  };

  it('finds what was kept, the latest under its key', () => {
    const map = new RecentlyUsed<number>(10);
    map.keep('a', 1);
    map.keep('a', 2);
    expect([map.find('a'), map.find('b')]).toEqual([2, undefined]);
  });

  it('keeps as many as it was told, and at most twice as many', () => {
    const map = new RecentlyUsed<number>(10);
    fill(map, 0, 100);
    const kept = Array.from({ length: 100 }, (_, key) => key).filter((key) => map.find(String(key)) !== undefined);
    expect(kept.slice(-10)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    expect(kept.length).toBeLessThanOrEqual(20);
  });

  it('keeps what is asked for, however much comes', () => {
    const map = new RecentlyUsed<number>(10);
    map.keep('busy', 1);
    for (let round = 0; round < 50; round += 1) {
      fill(map, round * 5, 5);
      expect(map.find('busy')).toBe(1);
    }
  });
});
