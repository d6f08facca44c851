import { describe, expect, it } from 'vitest';

import { anonymous } from '../../src/authentication/create-authentication.ts';
import { limitRequests } from '../../src/authentication/request-rate.ts';
import { shareRequestCounts } from '../../src/coordination/request-counts.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { keys, settled, useFellows } from './fellow-gateways.ts';
import { isRedisMissing } from './redis-server.ts';

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('shareRequestCounts()', () => {
  const fellows = useFellows();

  async function open(subject: string) {
    const fellow = await fellows.open();
    await settled(fellow);
    const admit = limitRequests({
      // 10,000 in five seconds: so many are not sent here by accident, nor does the time matter.
      perSecond: 2_000,
      perSecondOfService: 0,
      isService: () => false,
      shareCounts: shareRequestCounts(fellow.store, keys),
      onRefused: () => {},
      logger: silentLogger,
    })!;
    return { fellow, admit: () => admit({ ...anonymous, subject }) };
  }

  const countOf = async (subject: string) => {
    const fellow = await fellows.open();
    await settled(fellow);
    const names = await fellow.store.client.keys(`${keys.requests}:*:${subject}`);
    return names.length === 0 ? 0 : Number(await fellow.store.client.get(names[0]!));
  };

  it('counts what a caller sends to several gateways', async () => {
    const [ann, bob] = [await open('ann'), await open('ann')];
    await Promise.all([ann.admit(), bob.admit(), bob.admit()]);
    expect(await countOf('ann')).toBe(3);
  });

  it('refuses everywhere what was too much somewhere', async () => {
    const [one, two] = [await open('dora'), await open('dora')];
    await one.admit();
    // As if others had let so many in; it is over long after this test.
    await one.fellow.store.client.set(`${keys.requests}:caller:dora`, 10_000, 'EX', 600);
    await expect(two.admit()).rejects.toMatchObject({ reason: 'RATE_LIMITED' });
    await expect(one.admit()).rejects.toMatchObject({ reason: 'RATE_LIMITED' });
  });

  it('leaves each gateway its own count while the store is away', async () => {
    const { fellow, admit } = await open('eve');
    const isAway = expect.poll(() => fellow.store.runId()).toBeUndefined();
    fellow.store.reconnect();
    await isAway;
    await expect(admit()).resolves.toMatchObject({ subject: 'eve' });
  });
});
