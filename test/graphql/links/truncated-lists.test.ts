import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LinkedFarm, linkFarm, linksSource } from './linked-farm.ts';

/** A farm whose pages have three frames unless somebody says otherwise. */
let farm: LinkedFarm;

beforeAll(async () => {
  const text = linksSource.text.replaceAll('limit: Int! = 500', 'limit: Int! = 3');
  farm = await linkFarm({ source: { ...linksSource, text } });
});

afterAll(() => farm.close());

describe('a list that ends at a default limit', () => {
  it('is told, with the limit and how many there are', async () => {
    const { data, truncated } = await farm.ask('{ jobs { name jobStats { totalFrames } page: frames { name } } }');
    const long = data.jobs.flatMap(({ jobStats }: { jobStats: { totalFrames: number } }, index: number) =>
      jobStats.totalFrames > 3 ? [{ path: ['jobs', index, 'page'], limit: 3, total: jobStats.totalFrames }] : [],
    );
    expect(long.length).toBeGreaterThan(0);
    expect([...truncated].sort(byPath)).toEqual(long);
  });

  it('is told without a total where arguments narrow it', async () => {
    const { data, truncated } = await farm.ask('{ jobs { layers { frames(where: { range: "1-1000" }) { name } } } }');
    const paths = data.jobs.flatMap(({ layers }: { layers: { frames: unknown[] }[] }, job: number) =>
      layers.flatMap(({ frames }, layer) =>
        frames.length === 3 ? [{ path: ['jobs', job, 'layers', layer, 'frames'], limit: 3 }] : [],
      ),
    );
    expect(paths.length).toBeGreaterThan(0);
    expect([...truncated].sort(byPath)).toEqual(paths);
  });

  it.each([
    ['its limit was asked for', '{ jobs { frames(limit: 2) { name } } }', {}],
    ['its limit came in a variable', 'query ($n: Int!) { jobs { frames(limit: $n) { name } } }', { n: 2 }],
  ])('is not told when %s', async (_, query, variables) => {
    expect((await farm.ask(query, variables)).truncated).toEqual([]);
  });

  it('is not told when nothing is left out', async () => {
    const { data, truncated } = await farm.ask('{ jobs { jobStats { totalFrames } frames(page: 2) { name } } }');
    const cut = data.jobs.filter(({ jobStats }: { jobStats: { totalFrames: number } }) => jobStats.totalFrames > 6);
    expect(truncated).toHaveLength(cut.length);
  });
});

function byPath(one: { readonly path: readonly unknown[] }, other: { readonly path: readonly unknown[] }): number {
  return one.path.join('.').localeCompare(other.path.join('.'), 'en', { numeric: true });
}
