import { describe, expect, it } from 'vitest';

import { arrangeRows } from '../../../src/graphql/links/arrange-rows.ts';
import type { ReadOrderKey } from '../../../src/graphql/links/compile-order.ts';

import { Random } from '../execution/random/random.ts';

const keys = new Map<string, ReadOrderKey>([
  ['NUMBER', (row: object) => (row as { number?: number }).number],
  ['TEXT', (row: object) => (row as { text?: string }).text],
]);

/** What rows are compared by, without any cleverness. */
function compareBy(name: 'number' | 'text', sign: number) {
  return (one: { [key: string]: unknown }, other: { [key: string]: unknown }): number => {
    const [left, right] = [one[name] as number, other[name] as number];
    if (left === right) return 0;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -sign : sign;
  };
}

describe('arrangeRows()', () => {
  it.each([0, 1, 2, 1_000, 1_024, 1_025, 5_000, 20_000])(
    'sorts %i random rows as a stable sort does',
    async (count) => {
      const random = new Random(count);
      const rows = Array.from({ length: count }, (_, index) => ({
        index,
        number: random.chance(0.1) ? undefined : random.below(50),
        text: random.chance(0.1) ? undefined : `t${random.below(20)}`,
      }));
      const sorted = await arrangeRows(rows, keys, {
        orderBy: [
          { field: 'NUMBER', direction: 'DESC' },
          { field: 'TEXT', direction: 'ASC' },
        ],
      });
      const byNumber = compareBy('number', -1);
      const byText = compareBy('text', 1);
      expect(sorted).toEqual(rows.toSorted((one, other) => byNumber(one, other) || byText(one, other)));
    },
  );

  it('decides by each field once', async () => {
    const rows = [2, 1, 3].map((number) => ({ number }));
    let reads = 0;
    const readNumber: ReadOrderKey = (row) => {
      reads += 1;
      return (row as { number: number }).number;
    };
    const orderBy = Array.from({ length: 1_000 }, (_, index) => ({
      field: 'NUMBER',
      direction: index === 0 ? ('ASC' as const) : ('DESC' as const),
    }));
    expect(await arrangeRows(rows, new Map([['NUMBER', readNumber]]), { orderBy })).toEqual([
      { number: 1 },
      { number: 2 },
      { number: 3 },
    ]);
    expect(reads).toBe(3);
  });

  it.each([
    [{}, [0, 1, 2, 3, 4]],
    [{ orderBy: [] }, [0, 1, 2, 3, 4]],
    [{ limit: 2 }, [0, 1]],
    [{ limit: 2, page: 3 }, [4]],
    [{ limit: 2, page: 4 }, []],
    [{ limit: 2, start: 2 }, [1, 2]],
    [{ start: 4 }, [3, 4]],
    [{ limit: null, start: null, orderBy: null }, [0, 1, 2, 3, 4]],
  ])('cuts the page %o', async (arrangement, expected) => {
    const rows = [0, 1, 2, 3, 4].map((number) => ({ number }));
    const cut = await arrangeRows(rows, keys, arrangement);
    expect(cut.map(({ number }) => number)).toEqual(expected);
  });
});
