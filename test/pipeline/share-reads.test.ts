import { describe, expect, it } from 'vitest';

import { shareReads } from '../../src/pipeline/share-reads.ts';

import { callOf, holdUpstream, method, pipe, replyOf, tableOf } from './calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const table = tableOf([
  [get, 'read'],
  [set, 'write'],
]);
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('shareReads()', () => {
  it('sends identical reads once and answers all of them', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    const replies = [invoke(callOf(get, { request: bytes(1) })), invoke(callOf(get, { request: bytes(1) }))];
    await upstream.answer(0, replyOf(7));
    expect((await Promise.all(replies)).map(({ message }) => [...message])).toEqual([[7], [7]]);
    expect(upstream.arrived).toHaveLength(1);
  });

  it('keeps reads apart that differ in request or metadata', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    void invoke(callOf(get, { request: bytes(1) }));
    void invoke(callOf(get, { request: bytes(2) }));
    void invoke(callOf(get, { request: bytes(1), metadata: [['x-user', 'ann']] }));
    expect(upstream.arrived).toHaveLength(3);
  });

  it('never shares writes', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    void invoke(callOf(set));
    void invoke(callOf(set));
    expect(upstream.arrived).toHaveLength(2);
  });

  it('sends a read again after the first one was answered', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    const first = invoke(callOf(get));
    await upstream.answer(0);
    await first;
    void invoke(callOf(get));
    expect(upstream.arrived).toHaveLength(2);
  });

  it('does not answer from before a write that has ended since', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    void invoke(callOf(get));
    const write = invoke(callOf(set));
    await upstream.answer(1);
    await write;
    void invoke(callOf(get));
    expect(upstream.arrived.map(({ method: { name } }) => name)).toEqual(['GetShelf', 'SetShelf', 'GetShelf']);
  });

  it('lets one caller leave without disturbing the others', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    const leaver = new AbortController();
    const left = invoke(callOf(get, { signal: leaver.signal }));
    const stays = invoke(callOf(get));
    leaver.abort();
    await expect(left).rejects.toThrow('context canceled');
    expect(upstream.arrived[0]?.signal.aborted).toBe(false);
    await upstream.answer(0, replyOf(9));
    expect([...(await stays).message]).toEqual([9]);
  });

  it('gives the call up when the last caller has left, and starts anew for the next one', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    const leaver = new AbortController();
    const left = invoke(callOf(get, { signal: leaver.signal }));
    leaver.abort();
    await expect(left).rejects.toThrow('context canceled');
    expect(upstream.arrived[0]?.signal.aborted).toBe(true);
    void invoke(callOf(get));
    expect(upstream.arrived).toHaveLength(2);
  });

  it('ends each caller at their own deadline, while the shared call has the full one', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(60_000)], upstream.invoke);
    const hurried = invoke(callOf(get, { deadlineAt: Date.now() + 1 }));
    void invoke(callOf(get, { deadlineAt: Date.now() + 60_000 }));
    await expect(hurried).rejects.toMatchObject({ status: { name: 'DEADLINE_EXCEEDED' } });
    expect(upstream.arrived[0]?.deadlineAt).toBeGreaterThan(Date.now() + 1_000);
  });

  it('passes a failure on to everybody', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [shareReads(1_000)], upstream.invoke);
    const outcomes = Promise.allSettled([invoke(callOf(get)), invoke(callOf(get))]);
    await upstream.fail(0, new Error('shelf fell over'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
