import { describe, expect, it } from 'vitest';

import { spareReads } from '../../src/pipeline/spare-reads.ts';

import { GatewayError } from '../../src/call/gateway-error.ts';
import { identityOf } from '../authentication/identity.ts';
import { callOf, holdUpstream, method, pipe, replyOf, tableOf } from './calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const table = tableOf([
  [get, 'read'],
  [set, 'write'],
]);
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('spareReads(), of reads in flight,', () => {
  it('sends identical reads once and answers all of them', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
    const replies = [invoke(callOf(get, { request: bytes(1) })), invoke(callOf(get, { request: bytes(1) }))];
    await upstream.answer(0, replyOf(7));
    expect((await Promise.all(replies)).map(({ message }) => [...message])).toEqual([[7], [7]]);
    expect(upstream.arrived).toHaveLength(1);
  });

  it('keeps reads apart that differ in request or metadata', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
    void invoke(callOf(get, { request: bytes(1) }));
    void invoke(callOf(get, { request: bytes(2) }));
    void invoke(callOf(get, { request: bytes(1), metadata: [['x-user', 'ann']] }));
    expect(upstream.arrived).toHaveLength(3);
  });

  it('never shares writes', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
    void invoke(callOf(set));
    void invoke(callOf(set));
    expect(upstream.arrived).toHaveLength(2);
  });

  it('sends a read again for whoever is willing to wait longer than it may take, and shares that one', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
    const until = (ms: number) => ({ deadlineAt: Date.now() + ms });
    void invoke(callOf(get, until(1_000)));
    void invoke(callOf(get, until(600_000)));
    void invoke(callOf(get, until(500_000)));
    void invoke(callOf(get, until(1_000)));
    expect(upstream.arrived).toHaveLength(2);
    expect(upstream.arrived[1]!.deadlineAt! - Date.now()).toBeGreaterThan(300_000);
  });

  it('sends a read again after the first one was answered', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
    const first = invoke(callOf(get));
    await upstream.answer(0);
    await first;
    void invoke(callOf(get));
    expect(upstream.arrived).toHaveLength(2);
  });

  it('does not answer from before a write that has ended since', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
    void invoke(callOf(get));
    const write = invoke(callOf(set));
    await upstream.answer(1);
    await write;
    void invoke(callOf(get));
    expect(upstream.arrived.map(({ method: { name } }) => name)).toEqual(['GetShelf', 'SetShelf', 'GetShelf']);
  });

  it('lets one caller leave without disturbing the others', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
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
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
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
    const invoke = pipe(table, [spareReads({ timeoutMs: 60_000, now: () => 0 })], upstream.invoke);
    const hurried = invoke(callOf(get, { deadlineAt: Date.now() + 1 }));
    void invoke(callOf(get, { deadlineAt: Date.now() + 60_000 }));
    await expect(hurried).rejects.toMatchObject({ status: { name: 'DEADLINE_EXCEEDED' } });
    expect(upstream.arrived[0]?.deadlineAt).toBeGreaterThan(Date.now() + 1_000);
  });

  it('passes a failure on to everybody', async () => {
    const upstream = holdUpstream();
    const invoke = pipe(table, [spareReads({ timeoutMs: 1_000, now: () => 0 })], upstream.invoke);
    const outcomes = Promise.allSettled([invoke(callOf(get)), invoke(callOf(get))]);
    await upstream.fail(0, new Error('shelf fell over'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

function start() {
  const upstream = holdUpstream();
  const clock = { now: 0 };
  return {
    upstream,
    clock,
    invoke: pipe(table, [spareReads({ timeoutMs: 60_000, now: () => clock.now })], upstream.invoke),
  };
}

const patient = (overrides = {}) => callOf(get, { maxAgeMs: 1_000, ...overrides });

/** Makes a call, and answers it when it reaches the upstream as the one at this place. */
async function answered({ upstream, invoke }: ReturnType<typeof start>, index: number, call = patient()) {
  const reply = invoke(call);
  await upstream.answer(index);
  return reply;
}

describe('spareReads(), of recent replies,', () => {
  it('answers a read by a reply that is young enough, whoever asked first', async () => {
    const started = start();
    const first = await answered(started, 0);
    started.clock.now = 999;
    expect(await started.invoke(patient({ identity: identityOf('bob') }))).toBe(first);
    expect(started.upstream.arrived).toHaveLength(1);
  });

  it.each([
    ['is as old as the caller allows', 1_000, patient()],
    ['is older than another caller allows', 600, patient({ maxAgeMs: 500 })],
    ['answered another request', 0, patient({ request: Uint8Array.of(1) })],
    ['answered other metadata', 0, patient({ metadata: [['show', 'testing']] })],
    ['is for callers who allow no age', 0, callOf(get)],
  ])('asks again when the reply %s', async (_, now, call) => {
    const started = start();
    await answered(started, 0);
    started.clock.now = now;
    await answered(started, 1, call);
    expect(started.upstream.arrived).toHaveLength(2);
  });

  it('counts the age from the question, not from the answer', async () => {
    const started = start();
    const slow = started.invoke(patient());
    started.clock.now = 700;
    await started.upstream.answer(0);
    await slow;
    started.clock.now = 1_100;
    await answered(started, 1);
    expect(started.upstream.arrived).toHaveLength(2);
  });

  it('keeps nothing of a call that allows no age', async () => {
    const started = start();
    await answered(started, 0, callOf(get));
    await answered(started, 1);
    expect(started.upstream.arrived).toHaveLength(2);
  });

  it('forgets everything when a write has ended, failed or not', async () => {
    const started = start();
    await answered(started, 0);
    const write = started.invoke(callOf(set));
    const refused = expect(write).rejects.toThrow('shelf is full');
    await started.upstream.fail(1, new GatewayError('FAILED_PRECONDITION', 'shelf is full'));
    await refused;
    await answered(started, 2);
    expect(started.upstream.arrived).toHaveLength(3);
  });

  it('does not keep a reply that a write overtook', async () => {
    const started = start();
    const read = started.invoke(patient());
    await answered(started, 1, callOf(set));
    await started.upstream.answer(0);
    await read;
    await answered(started, 2);
    expect(started.upstream.arrived).toHaveLength(3);
  });

  it('does not keep a failure', async () => {
    const started = start();
    const failing = expect(started.invoke(patient())).rejects.toThrow('shelf fell over');
    await started.upstream.fail(0, new GatewayError('UNAVAILABLE', 'shelf fell over'));
    await failing;
    await answered(started, 1);
    expect(started.upstream.arrived).toHaveLength(2);
  });
});
