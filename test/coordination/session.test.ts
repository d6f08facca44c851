import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type FellowGateway, keys, openFellow, settled, tick } from './fellow-gateways.ts';
import { isRedisMissing, type RedisServer, startRedis } from './redis-server.ts';

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('Session', () => {
  let redis: RedisServer;
  const opened: FellowGateway[] = [];
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const fellow of opened.splice(0)) await fellow.close();
    await redis.stop();
  });

  async function open(): Promise<FellowGateway> {
    const fellow = await openFellow(redis.url);
    opened.push(fellow);
    fellow.session.start();
    await settled(fellow);
    return fellow;
  }

  async function joined(...fellows: readonly FellowGateway[]): Promise<void> {
    while (!fellows.every(({ session }) => session.isLasting)) await tick(500, ...fellows);
  }

  it('is granted by a new store only when every right of before has ended', async () => {
    const ann = await open();
    expect(ann.session.opensInMs).toBe(7_000);
    expect([ann.session.isLasting, ann.session.isReachable, ann.session.isOpening]).toEqual([false, false, true]);
    await tick(6_500, ann);
    expect([ann.session.isLasting, ann.session.opensInMs]).toEqual([false, 500]);
    await tick(1_000, ann);
    expect([ann.session.isLasting, ann.session.isReachable, ann.session.isOpening]).toEqual([true, true, false]);
    // It is open for all.
    const bob = await open();
    expect([bob.session.isLasting, bob.session.number]).toEqual([true, ann.session.number + 1]);
  });

  it('waits once more when the store is emptied while it waits', async () => {
    const ann = await open();
    await tick(6_500, ann);
    await flush(redis.port);
    await tick(1_000, ann);
    expect(ann.session.isLasting).toBe(false);
    await tick(7_000, ann);
    expect(ann.session.isLasting).toBe(true);
  });

  it('is lost with the store’s memory, and granted anew when every right of before has ended', async () => {
    const [ann, bob] = [await open(), await open()];
    await joined(ann, bob);
    const turn = ann.turnOf('lane');
    turn.take('write');
    await expect.poll(() => turn.told).toEqual(['turn']);
    await flush(redis.port);
    await tick(500, ann, bob);
    expect([ann.session.id, ann.session.isLasting, ann.session.isReachable]).toEqual(['', false, false]);
    expect(() => turn.assertReachable()).toThrow(
      expect.objectContaining({ reason: 'COORDINATION_UNREACHABLE', retryAfterSeconds: 7 }),
    );
    await tick(6_000, ann, bob);
    expect(ann.session.isLasting).toBe(false);
    await tick(1_500, ann, bob);
    expect([ann.session.isLasting, bob.session.isLasting]).toEqual([true, true]);
  });

  it('is back at once after a connection that broke, with what belonged to it', async () => {
    const ann = await open();
    await joined(ann);
    const { id } = ann.session;
    const turn = ann.turnOf('lane');
    turn.take('write');
    await expect.poll(() => turn.told).toEqual(['turn']);
    expect(turn.take('write')).toBe(true);
    const isAway = expect.poll(() => ann.store.runId()).toBeUndefined();
    ann.store.reconnect();
    await isAway;
    // It goes on by what the store has said.
    expect(turn.take('write')).toBe(true);
    await expect.poll(() => ann.store.runId()).toBeDefined();
    await tick(1_000, ann);
    expect([ann.session.id, turn.take('write')]).toEqual([id, true]);
  });

  it('ends while the store is away, and tells so once', async () => {
    const ann = await open();
    await joined(ann);
    const turn = ann.turnOf('lane');
    turn.take('write');
    await expect.poll(() => turn.told).toEqual(['turn']);
    expect(turn.take('write')).toBe(true);
    await redis.stop();
    await expect.poll(() => ann.store.runId()).toBeUndefined();
    await tick(1_500, ann);
    expect(turn.take('write')).toBe(true);
    await tick(1_500, ann);
    expect(turn.take('write')).toBe(false);
    expect(turn.told).toEqual(['turn', 'COORDINATION_UNREACHABLE']);
    expect(() => turn.assertReachable()).toThrow('the store by which they do cannot be reached');
    await tick(5_000, ann);
    expect(turn.told).toEqual(['turn', 'COORDINATION_UNREACHABLE']);
  });

  it('is left to run out when something is still under way at its end', async () => {
    const [ann, bob] = [await open(), await open()];
    await joined(ann, bob);
    const { id } = ann.session;
    await ann.session.close(false);
    expect(Object.keys(await bob.store.getAll(keys.sessions))).toContain(id);
    await tick(8_500, bob);
    expect(Object.keys(await bob.store.getAll(keys.sessions))).toEqual([bob.session.id]);
  });

  it('knows of others, and what they say of themselves', async () => {
    const [ann, bob] = [await open(), await open()];
    await joined(ann, bob);
    await tick(1_000, ann, bob);
    expect([ann.session.others, bob.session.others]).toEqual([1, 1]);
    expect(ann.others()).toEqual([{ number: bob.session.number, description: '{}' }]);
    await bob.session.close();
    await tick(1_000, ann);
    expect([ann.session.others, ann.others()]).toEqual([0, []]);
  });
});

/** Empties a server that goes on. */
async function flush(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1');
  await client.flushall();
  client.disconnect();
}
