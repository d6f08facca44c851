import { describe, expect, it } from 'vitest';

import { announceWrites } from '../../src/coordination/write-announcements.ts';
import { spareReads } from '../../src/pipeline/spare-reads.ts';
import { callOf, holdUpstream, method, pipe, replyOf, tableOf } from '../pipeline/calls.ts';
import { keys, settled, useFellows } from './fellow-gateways.ts';
import { isRedisMissing } from './redis-server.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const table = tableOf([
  [get, 'read'],
  [set, 'write'],
]);

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('announceWrites()', () => {
  const fellows = useFellows();

  async function open() {
    const fellow = await fellows.open();
    const upstream = holdUpstream();
    const news = announceWrites(fellow.store, keys);
    const invoke = pipe(table, [spareReads({ timeoutMs: 60_000, now: () => 0, news })], upstream.invoke);
    const read = (maxAgeMs?: number) => invoke(callOf(get, maxAgeMs === undefined ? {} : { maxAgeMs }));
    /** When it has caught up, and what it sends has arrived. */
    const caughtUp = async () => void (await settled(fellow));
    return { fellow, upstream, news, read, caughtUp, write: () => invoke(callOf(set)) };
  }

  it('lets reads be shared that began after the last write of any gateway', async () => {
    const ann = await open();
    const replies = [ann.read(), ann.read(), ann.read()];
    // The first one did not know how many writes there were; the others do.
    await ann.caughtUp();
    const { arrived } = ann.upstream;
    expect(arrived.length).toBe(2);
    const last = ann.read();
    await ann.caughtUp();
    expect(arrived.length).toBe(2);
    for (const index of arrived.keys()) await ann.upstream.answer(index, replyOf(index));
    await Promise.all([...replies, last]);
  });

  it('answers nobody by what began before a write that has ended at another gateway', async () => {
    const [ann, bob] = [await open(), await open()];
    await ann.news.catchUp();
    const early = ann.read();
    const written = bob.write();
    await bob.upstream.answer(0);
    await written;
    // Whoever made that write comes here next.
    const late = ann.read();
    await ann.caughtUp();
    expect(ann.upstream.arrived.length).toBe(2);
    await ann.upstream.answer(0, replyOf(1));
    await ann.upstream.answer(1, replyOf(2));
    expect([...(await early).message, ...(await late).message]).toEqual([1, 2]);
  });

  it('reuses no reply of before such a write', async () => {
    const [ann, bob] = [await open(), await open()];
    await ann.news.catchUp();
    const first = ann.read(60_000);
    await ann.upstream.answer(0, replyOf(1));
    await first;
    expect([...(await ann.read(60_000)).message]).toEqual([1]);
    const written = bob.write();
    await bob.upstream.answer(0);
    await written;
    const second = ann.read(60_000);
    await ann.caughtUp();
    await ann.upstream.answer(1, replyOf(2));
    expect([...(await second).message]).toEqual([2]);
  });

  it('lets each read be sent by itself while the store is away, and writes end', async () => {
    const ann = await open();
    await ann.news.catchUp();
    const isAway = expect.poll(() => ann.fellow.store.runId()).toBeUndefined();
    ann.fellow.store.reconnect();
    await isAway;
    const replies = [ann.read(), ann.read()];
    await expect.poll(() => ann.upstream.arrived.length).toBe(2);
    const written = ann.write();
    for (let index = 0; index < 3; index += 1) await ann.upstream.answer(index);
    await Promise.all([...replies, written]);
  });
});
