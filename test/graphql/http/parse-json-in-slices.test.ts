import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseJsonInSlices } from '../../../src/graphql/http/parse-json-in-slices.ts';
import { serveBookshop } from '../bookshop/serve.ts';
import { EagerSlices } from '../eager-slices.ts';

const parse = (text: string, maxValues = 1_000_000) => parseJsonInSlices(Buffer.from(text), maxValues);

describe('parseJsonInSlices()', () => {
  it('reads what JSON.parse reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        expect(await parse(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('reads characters that lie across its slices', async () => {
    for (const before of [0, 1, 2, 3]) {
      const text = JSON.stringify('x'.repeat(before) + '😀"\\'.repeat(60_000));
      expect(await parse(text)).toBe(JSON.parse(text));
    }
  });

  it('lets others go on, every 128 KiB, before it parses and behind it', async () => {
    const slices = new EagerSlices();
    await parseJsonInSlices(Buffer.from(JSON.stringify('x'.repeat(1024 * 1024))), 10, slices);
    expect(slices.pauses).toBe(9 + 2);
  });

  it('counts commas and brackets, but not those in strings', async () => {
    const text = '{"a":[1,2,{}],"b":",[{\\",,,"}';
    expect(await parse(text, 6)).toEqual({ a: [1, 2, {}], b: ',[{",,,' });
    await expect(parse(text, 5)).rejects.toThrow('more than 5 values');
  });

  it('has read no more than it must when there are too many', async () => {
    const slices = new EagerSlices();
    const list = Buffer.from(`[${'1,'.repeat(1024 * 1024)}1]`);
    await expect(parseJsonInSlices(list, 100_000, slices)).rejects.toThrow('more than 100000 values');
    expect(slices.pauses).toBe(1);
  });

  it.each(['[1 2]', '{"a"}', '"', '', '[1,]', '\ufeff1\ufeff'])('refuses %j', async (text) => {
    await expect(parse(text)).rejects.toThrow(SyntaxError);
  });

  it('refuses what is no UTF-8, wherever it is', async () => {
    const text = Buffer.from(JSON.stringify('é'.repeat(200_000)));
    await expect(parseJsonInSlices(text.subarray(0, 131_072), 10)).rejects.toThrow();
    text[text.length - 2] = 0xff;
    await expect(parseJsonInSlices(text, 10)).rejects.toThrow(TypeError);
  });
});

describe('a body with too many values', () => {
  it('is 413, and others are taken whole', async () => {
    const served = await serveBookshop({ limits: { maxValues: 50, maxRequestBytes: 1_000_000 } });
    const post = (count: number) =>
      served.post({ query: '{ __typename }', variables: { list: new Array(count).fill('x'.repeat(2_000)) } });
    expect((await post(40)).status).toBe(200);
    const refused = await post(60);
    expect([refused.status, await refused.json()]).toEqual([
      413,
      {
        errors: [
          {
            message: 'The body holds more than 50 values (GRAPHQL_MAX_VALUES). Send them in several requests.',
            extensions: { code: 'BAD_REQUEST', reason: 'TOO_MANY_VALUES' },
          },
        ],
      },
    ]);
    expect(served.refused).toEqual(['TOO_MANY_VALUES']);
    await served.close();
  });
});
