import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { GatewayError } from '../../../src/call/gateway-error.ts';
import { Lane } from '../../../src/pipeline/lanes/lane.ts';

import { callOf, holdUpstream, method, replyOf } from '../calls.ts';
import { identityOf } from '../../authentication/identity.ts';

const limits = { holdLimitMs: 500, maxWaiting: 3, maxWaitMs: 10_000, callMs: 30_000 };
const get = method('GetShelf');
const set = method('SetShelf');

const named = (name: string, overrides = {}) => callOf(get, { requestId: name, ...overrides });
const order = (upstream: ReturnType<typeof holdUpstream>) => upstream.arrived.map(({ requestId }) => requestId);
const turn = () => vi.advanceTimersByTimeAsync(0);

describe('Lane', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('lets the first call through at once and the second when the first has its bytes', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const first = lane.run(named('first'), 'read', upstream.invoke);
    const second = lane.run(named('second'), 'read', upstream.invoke);
    await turn();
    expect(order(upstream)).toEqual(['first']);
    expect(lane.state).toEqual({ waiting: 1, busy: true });
    await upstream.answer(0);
    expect(order(upstream)).toEqual(['first', 'second']);
    await upstream.answer(1);
    expect((await first).message).toEqual(Uint8Array.of(0));
    expect((await second).message).toEqual(Uint8Array.of(1));
    expect(lane.state).toEqual({ waiting: 0, busy: false });
  });

  it('holds a write for as long as its caller waits, where that is longer than calls may take', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const deadlineAt = Date.now() + 120_000;
    const long = lane.run(named('long', { deadlineAt }), 'write', upstream.invoke);
    const next = lane.run(named('next'), 'write', upstream.invoke);
    expect(upstream.arrived[0]!.deadlineAt).toBe(deadlineAt);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(order(upstream)).toEqual(['long']);
    await upstream.answer(0);
    await upstream.answer(1);
    expect([(await long).message, (await next).message]).toEqual([Uint8Array.of(0), Uint8Array.of(1)]);
  });

  it('tells how many calls a new one would wait for, and turns the waiting ones away', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    expect(lane.load).toBe(0);
    const first = lane.run(named('first'), 'read', upstream.invoke);
    const others = (['read', 'write'] as const).map((kind) => lane.run(named(kind), kind, upstream.invoke));
    expect(lane.load).toBe(3);
    const gone = new GatewayError('UNAVAILABLE', 'the shelf is gone');
    lane.turnAwayWaiting(gone);
    expect(await Promise.allSettled(others)).toEqual(others.map(() => ({ status: 'rejected', reason: gone })));
    expect(lane.load).toBe(1);
    await upstream.answer(0);
    await first;
    expect([lane.load, order(upstream)]).toEqual([0, ['first']]);
  });

  it('is free again when a call fails', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const first = lane.run(named('first'), 'write', upstream.invoke);
    const refused = expect(first).rejects.toThrow('shelf fell over');
    void lane.run(named('second'), 'write', upstream.invoke);
    await upstream.fail(0, new Error('shelf fell over'));
    await refused;
    expect(order(upstream)).toEqual(['first', 'second']);
  });

  it('lets the next call start when a read takes longer than the hold limit', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    void lane.run(named('slow read'), 'read', upstream.invoke);
    void lane.run(named('next'), 'read', upstream.invoke);
    await vi.advanceTimersByTimeAsync(499);
    expect(order(upstream)).toEqual(['slow read']);
    await vi.advanceTimersByTimeAsync(1);
    expect(order(upstream)).toEqual(['slow read', 'next']);
  });

  it('is not freed a second time by the late answer of a read that was passed', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    void lane.run(named('slow read'), 'read', upstream.invoke);
    void lane.run(named('write'), 'write', upstream.invoke);
    void lane.run(named('third'), 'read', upstream.invoke);
    await vi.advanceTimersByTimeAsync(500);
    await upstream.answer(0);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(order(upstream)).toEqual(['slow read', 'write']);
  });

  it('holds for a write until it is answered, however long that takes', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    void lane.run(named('write'), 'write', upstream.invoke);
    void lane.run(named('next'), 'write', upstream.invoke);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(order(upstream)).toEqual(['write']);
    await upstream.answer(0);
    expect(order(upstream)).toEqual(['write', 'next']);
  });

  it('lets writes go first, and callers take turns among them', async () => {
    const roomy = new Lane('shelf', { ...limits, maxWaiting: 10 });
    const upstream = holdUpstream();
    const from = (subject: string, name: string) => named(name, { identity: identityOf(subject) });
    void roomy.run(from('ann', 'running'), 'read', upstream.invoke);
    void roomy.run(from('ann', 'read'), 'read', upstream.invoke);
    for (const name of ['ann 1', 'ann 2', 'ann 3']) void roomy.run(from('ann', name), 'write', upstream.invoke);
    for (const name of ['bob 1', 'bob 2']) void roomy.run(from('bob', name), 'write', upstream.invoke);
    for (let index = 0; index < 7; index += 1) await upstream.answer(index);
    expect(order(upstream)).toEqual(['running', 'ann 1', 'bob 1', 'ann 2', 'bob 2', 'ann 3', 'read']);
  });

  it('lets a read have its turn after eight writes, however many more there are', async () => {
    const roomy = new Lane('shelf', { ...limits, maxWaiting: 50 });
    const upstream = holdUpstream();
    const writes = (count: number) => {
      for (let index = 0; index < count; index += 1) void roomy.run(named('write'), 'write', upstream.invoke);
    };
    // Those that went before the reads came do not count.
    writes(10);
    for (let index = 0; index < 6; index += 1) await upstream.answer(index);
    for (const name of ['first', 'second']) void roomy.run(named(name), 'read', upstream.invoke);
    writes(20);
    for (let index = 6; index < 32; index += 1) await upstream.answer(index);
    // The first of the ten was never in the queue; the seventh was under way when the reads came.
    expect(order(upstream).indexOf('first')).toBe(7 + 8);
    expect(order(upstream).indexOf('second')).toBe(7 + 8 + 1 + 8);
    expect(order(upstream)).toHaveLength(32);
  });

  it('does not cancel a call that was sent when its caller leaves, and stays held by it', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const caller = new AbortController();
    const left = lane.run(named('sent', { signal: caller.signal }), 'write', upstream.invoke);
    const gone = expect(left).rejects.toThrow('context canceled');
    void lane.run(named('next'), 'read', upstream.invoke);
    caller.abort();
    await gone;
    await turn();
    expect(upstream.arrived[0]?.signal.aborted).toBe(false);
    expect(order(upstream)).toEqual(['sent']);
    await upstream.answer(0);
    expect(order(upstream)).toEqual(['sent', 'next']);
  });

  it('forgets a waiting call whose caller leaves', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const caller = new AbortController();
    void lane.run(named('running'), 'read', upstream.invoke);
    const left = lane.run(named('left', { signal: caller.signal }), 'read', upstream.invoke);
    const gone = expect(left).rejects.toMatchObject({ status: { name: 'CANCELLED' } });
    void lane.run(named('stays'), 'read', upstream.invoke);
    caller.abort();
    await gone;
    await upstream.answer(0);
    expect(order(upstream)).toEqual(['running', 'stays']);
  });

  it('turns a call away when the queue is full, saying when to come back', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    for (let index = 0; index < 4; index += 1) void lane.run(named(`${index}`), 'read', upstream.invoke);
    await expect(lane.run(named('too many'), 'read', upstream.invoke)).rejects.toMatchObject({
      status: { name: 'UNAVAILABLE', httpStatus: 503 },
      reason: 'LANE_FULL',
      retryAfterSeconds: 1,
      message: 'calls of this kind run one at a time, and 3 reads are waiting; the call was not sent, try again',
    });
  });

  it('turns away whoever has most waiting, and never a write for a read', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const outcomes: string[] = [];
    const run = (subject: string, name: string, kind: 'read' | 'write') =>
      lane.run(named(name, { identity: identityOf(subject) }), kind, upstream.invoke).then(
        () => outcomes.push(`${name} answered`),
        ({ reason }) => outcomes.push(`${name} ${reason}`),
      );
    void run('ann', 'running', 'read');
    for (const name of ['ann 1', 'ann 2', 'ann 3', 'ann 4']) void run('ann', name, 'read');
    for (const name of ['bob 1', 'bob 2', 'bob 3']) void run('bob', name, 'read');
    for (const name of ['zoe 1', 'zoe 2']) void run('zoe', name, 'write');
    await turn();
    // Two of bob's and one of ann's are waiting, or the other way round: nobody has more than one above the other.
    expect(outcomes).toEqual(['ann 4 LANE_FULL', 'bob 2 LANE_FULL', 'bob 3 LANE_FULL', 'ann 3 LANE_FULL']);
    for (let index = 0; index < 6; index += 1) await upstream.answer(index);
    expect(order(upstream)).toEqual(['running', 'zoe 1', 'zoe 2', 'ann 1', 'bob 1', 'ann 2']);
  });

  it('stays held by a call whose caller was willing to wait for less than it takes', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const startedAt = Date.now();
    const hurried = named('hurried', { deadlineAt: startedAt + 5 });
    const ended = expect(lane.run(hurried, 'write', upstream.invoke)).rejects.toThrow('context deadline exceeded');
    void lane.run(named('next'), 'read', upstream.invoke);
    await vi.advanceTimersByTimeAsync(5);
    await ended;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(order(upstream)).toEqual(['hurried']);
    expect(upstream.arrived[0]!.deadlineAt).toBe(startedAt + 30_000);
    await upstream.answer(0);
    expect(order(upstream)).toEqual(['hurried', 'next']);
  });

  it('turns a call away that has waited long enough, unsent', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    void lane.run(named('endless'), 'write', upstream.invoke);
    const waited = expect(lane.run(named('patient'), 'read', upstream.invoke)).rejects.toMatchObject({
      reason: 'LANE_WAIT',
      message:
        "calls of this kind run one at a time, and it was not this call's turn within 10000 ms; the call was not sent, try again",
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await waited;
    await upstream.answer(0);
    expect(order(upstream)).toEqual(['endless']);
  });

  it('ends a waiting call at its own deadline', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    void lane.run(named('endless'), 'write', upstream.invoke);
    const hurried = named('hurried', { deadlineAt: Date.now() + 200 });
    const ended = expect(lane.run(hurried, 'read', upstream.invoke)).rejects.toMatchObject({
      status: { name: 'DEADLINE_EXCEEDED' },
    });
    await vi.advanceTimersByTimeAsync(200);
    await ended;
    expect(lane.state.waiting).toBe(0);
  });

  it('never runs two calls at once, however they come', async () => {
    vi.useRealTimers();
    const lane = new Lane('shelf', { ...limits, maxWaiting: 1_000 });
    let [running, most, done] = [0, 0, 0];
    const invoke = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) =>
        done % 3 === 0 ? setImmediate(resolve) : queueMicrotask(() => resolve(undefined)),
      );
      running -= 1;
      done += 1;
      return replyOf();
    };
    const calls = Array.from({ length: 500 }, async (_, index) => {
      if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      await lane.run(callOf(index % 2 === 0 ? get : set), index % 2 === 0 ? 'read' : 'write', invoke);
    });
    await Promise.all(calls);
    expect({ most, done }).toEqual({ most: 1, done: 500 });
  });
});
