import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { CallTimings } from '../../src/call/call-timings.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import { Lane } from '../../src/pipeline/lanes/lane.ts';
import { measureUpstream } from '../../src/pipeline/measure-upstream.ts';

import { callOf, holdUpstream, method, pipe, tableOf } from '../pipeline/calls.ts';

const get = method('GetShelf');
const table = tableOf([[get, 'read']]);
const limits = { holdLimitMs: 10_000, maxWaiting: 3, maxWaitMs: 10_000, callMs: 30_000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('timings', () => {
  it('tell how long a call waited in its lane, and how long the upstream took', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const next = pipe(table, [measureUpstream], upstream.invoke);
    const [first, second]: CallTimings[] = [{}, {}];
    const calls = [first!, second!].map((timings) => lane.run(callOf(get, { timings }), 'read', next));
    await vi.advanceTimersByTimeAsync(30);
    await upstream.answer(0);
    await vi.advanceTimersByTimeAsync(50);
    await upstream.answer(1);
    await Promise.all(calls);
    expect([first, second]).toEqual([{ upstreamMs: 30 }, { queuedMs: 30, upstreamMs: 50 }]);
  });

  it('are told of a call that fails, too', async () => {
    const upstream = holdUpstream();
    const timings: CallTimings = {};
    const failing = expect(pipe(table, [measureUpstream], upstream.invoke)(callOf(get, { timings }))).rejects.toThrow(
      'shelf fell',
    );
    await vi.advanceTimersByTimeAsync(20);
    await upstream.fail(0, new GatewayError('UNAVAILABLE', 'shelf fell over'));
    await failing;
    expect(timings).toEqual({ upstreamMs: 20 });
  });
});
