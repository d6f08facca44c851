import { describe, expect, it } from 'vitest';

import { FailureLimiter } from '../../src/authentication/failure-limiter.ts';
import { shareFailures } from '../../src/coordination/failure-news.ts';
import { keys, settled, useFellows } from './fellow-gateways.ts';
import { isRedisMissing } from './redis-server.ts';

const address = '203.0.113.9';

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('shareFailures()', () => {
  const fellows = useFellows();

  async function open() {
    const fellow = await fellows.open();
    const elsewhere = shareFailures(fellow.store, keys);
    const limiter = new FailureLimiter({ perMinute: 6, now: () => 0, elsewhere });
    await settled(fellow);
    return { fellow, limiter };
  }

  it('closes an address everywhere that guesses at several gateways', async () => {
    const [ann, bob] = [await open(), await open()];
    for (let guess = 0; guess < 6; guess += 1) (guess % 2 === 0 ? ann : bob).limiter.noteFailure(address, `${guess}`);
    await settled(ann.fellow, bob.fellow);
    expect([ann.limiter.isClosed(address), bob.limiter.isClosed(address)]).toEqual([true, true]);
  });

  it('counts the same credentials once, wherever they are shown', async () => {
    const [ann, bob] = [await open(), await open()];
    for (let time = 0; time < 20; time += 1) {
      (time % 2 === 0 ? ann : bob).limiter.noteFailure(address, 'mistaken');
      await settled(ann.fellow, bob.fellow);
    }
    expect([ann.limiter.isClosed(address), bob.limiter.isClosed(address)]).toEqual([false, false]);
  });

  it('leaves each gateway its own count while the store is away', async () => {
    const [ann, bob] = [await open(), await open()];
    const isAway = expect.poll(() => ann.fellow.store.runId()).toBeUndefined();
    ann.fellow.store.reconnect();
    await isAway;
    for (let guess = 0; guess < 6; guess += 1) ann.limiter.noteFailure(address, `${guess}`);
    await settled(bob.fellow);
    expect([ann.limiter.isClosed(address), bob.limiter.isClosed(address)]).toEqual([true, false]);
  });
});
