import { describe, expect, it } from 'vitest';

import { linkFarm } from './linked-farm.ts';

describe('a page of rows that is full', () => {
  it('is not taken for all that there is: each parent is asked for by itself', async () => {
    let grow = (): void => undefined;
    const farm = await linkFarm({
      cuebot: { farm: { jobs: 4 } },
      // The frames come between two calls: after the layers were counted, and before their frames are listed.
      intercept: () => (next) => (call) => {
        if (call.method.name === 'GetFrames') grow();
        return next(call);
      },
    });
    const layers = [...farm.demo.farm.layers.values()];
    grow = () => {
      grow = () => undefined;
      for (const layer of layers) {
        const last = layer.frames.at(-1)!;
        // Twice as many as were counted.
        for (const frame of [...layer.frames]) {
          const number = last.number + frame.number;
          const name = `${String(number).padStart(4, '0')}-${layer.name}`;
          const added = {
            ...last,
            id: `${frame.id.slice(0, -4)}ffff`,
            number,
            name,
            dispatchOrder: last.dispatchOrder + number,
          };
          layer.frames.push(added);
          farm.demo.farm.frames.set(added.id, added);
        }
      }
      farm.demo.farm.touch();
    };
    const { data, errors } = await farm.ask(
      '{ jobs(where: { includeFinished: true }) { layers { name frames(limit: 5000) { id layerName } } } }',
    );
    expect(errors).toBeUndefined();
    const found = data.jobs.flatMap(({ layers: of }: { layers: { frames: object[] }[] }) =>
      of.map(({ frames }) => frames.length),
    );
    expect(found.toSorted()).toEqual(layers.map(({ frames }) => frames.length).toSorted());
    expect(farm.links.counters.fallbacks).toBeGreaterThan(0);
    await farm.close();
  });
});
