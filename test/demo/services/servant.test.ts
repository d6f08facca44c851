import { describe, expect, test } from 'vitest';

import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createServant } from '../../../src/demo/services/servant.ts';
import { createCuebotClient } from '../cuebot-client.ts';

describe('createServant()', () => {
  test('works on what it was given', async () => {
    const servant = createServant<string>(false);
    expect(await Promise.all([servant.hold('a'), servant.hold('b')])).toEqual(['a', 'b']);
  });

  test('when defective, works on what came last', async () => {
    const servant = createServant<string>(true);
    expect(await Promise.all([servant.hold('a'), servant.hold('b')])).toEqual(['b', 'b']);
    expect(await servant.hold('c')).toBe('c');
  });
});

describe('the servant defect', () => {
  const overlap = async (servantDefect: boolean) => {
    const demo = await createDemoCuebot({ servantDefect });
    const client = createCuebotClient(demo.endpoint);
    const jobs = [...demo.farm.jobs.values()].filter(({ state }) => state === 'PENDING');
    const layers = jobs.map((job) => job.layers[0]!);
    const writes = jobs.map((job, index) =>
      client.get('job.JobInterface/SetPriority', { job: { id: job.id }, val: 1000 + index }),
    );
    const reads = layers.map(async (layer) => {
      const { frames } = await client.get('job.LayerInterface/GetFrames', { layer: { id: layer.id }, s: { limit: 1 } });
      return frames.frames[0].id === layer.frames[0]!.id;
    });
    const found = jobs.map(
      async (job) => (await client.get('job.JobInterface/GetJob', { id: job.id })).job.id === job.id,
    );
    const [, rightReads, rightLookups] = [
      await Promise.all(writes),
      await Promise.all(reads),
      await Promise.all(found),
    ];
    client.close();
    await demo.close();
    return {
      writesAstray: jobs.filter((job, index) => job.priority !== 1000 + index).length,
      readsAstray: rightReads.filter((right) => !right).length,
      lookupsAstray: rightLookups.filter((right) => !right).length,
    };
  };

  test('lets overlapping calls act on each other, but not those that look up by id', async () => {
    const { writesAstray, readsAstray, lookupsAstray } = await overlap(true);
    expect(writesAstray).toBeGreaterThan(0);
    expect(readsAstray).toBeGreaterThan(0);
    expect(lookupsAstray).toBe(0);
  });

  test('is off unless asked for', async () => {
    expect(await overlap(false)).toEqual({ writesAstray: 0, readsAstray: 0, lookupsAstray: 0 });
  });

  test('spares calls that come one at a time', async () => {
    const demo = await createDemoCuebot({ servantDefect: true });
    const client = createCuebotClient(demo.endpoint);
    const jobs = [...demo.farm.jobs.values()];
    for (const [index, job] of jobs.entries()) {
      await client.get('job.JobInterface/SetPriority', { job: { id: job.id }, val: index });
    }
    client.close();
    await demo.close();
    expect(jobs.map(({ priority }) => priority)).toEqual(jobs.map((_job, index) => index));
  });
});
