import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createPolledCalls } from '../../../src/graphql/subscriptions/poll-calls.ts';
import type { Call, Invoke } from '../../../src/call/call.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';

import { identityOf } from '../../authentication/identity.ts';
import { callOf, method, replyOf } from '../../pipeline/calls.ts';

const get = method('GetShelf');
const read = (shelf: number) => callOf(get, { request: Uint8Array.of(shelf) });
const ann = identityOf('ann');

/** Shelves with a number on each; a negative one makes its call fail, and the policy lets nobody see what has none. */
function start(shelves: number[]) {
  const calls: Call[] = [];
  const invoke: Invoke = async (call) => {
    calls.push(call);
    const number = shelves[call.request[0]!]!;
    if (number < 0) throw new GatewayError('UNAVAILABLE', 'shelf fell over');
    if (Number.isNaN(number)) throw new GatewayError('PERMISSION_DENIED', 'You need a ladder.');
    return replyOf(number);
  };
  return { calls, invoke, begin: () => createPolledCalls(invoke, 500) };
}

/** A look at every shelf, as an execution would take it. */
async function lookAt(shelves: number[], { begin }: ReturnType<typeof start>) {
  const look = begin();
  await Promise.allSettled(shelves.map((_, index) => look.invoke(read(index))));
  return look;
}

describe('createPolledCalls()', () => {
  it('makes the calls of an earlier look again, as who asks now, and takes replies of some age', async () => {
    const shelves = [1, 2, 3];
    const started = start(shelves);
    const earlier = await lookAt(shelves, started);
    const bob = identityOf('bob');
    expect(await started.begin().haveChanged(earlier, bob)).toBe(false);
    const again = started.calls.slice(3);
    expect(again.map(({ request }) => request[0])).toEqual([0, 1, 2]);
    expect(again.every(({ identity, maxAgeMs }) => identity === bob && maxAgeMs === 500)).toBe(true);
  });

  it.each([
    ['other bytes', 9],
    ['a failure', -1],
  ])('notices %s', async (_, now) => {
    const shelves = [1, 2, 3];
    const started = start(shelves);
    const earlier = await lookAt(shelves, started);
    shelves[1] = now;
    expect(await started.begin().haveChanged(earlier, ann)).toBe(true);
  });

  it('stops at the first change', async () => {
    const shelves = Array.from({ length: 100 }, () => 1);
    const started = start(shelves);
    const earlier = await lookAt(shelves, started);
    shelves[0] = 9;
    expect(await started.begin().haveChanged(earlier, ann)).toBe(true);
    expect(started.calls.length).toBeLessThan(100 + 20);
  });

  it('takes a look in which something failed for changed, without a call', async () => {
    const shelves = [1, -1];
    const started = start(shelves);
    const earlier = await lookAt(shelves, started);
    expect(await started.begin().haveChanged(earlier, ann)).toBe(true);
    expect(started.calls).toHaveLength(2);
  });

  it('does not call again what it has just called to compare', async () => {
    const shelves = [1, 2];
    const started = start(shelves);
    const earlier = await lookAt(shelves, started);
    shelves[1] = 9;
    const look = started.begin();
    await look.haveChanged(earlier, ann);
    const replies = await Promise.all([look.invoke(read(0)), look.invoke(read(1))]);
    expect(replies.map(({ message }) => message[0])).toEqual([1, 9]);
    expect(started.calls).toHaveLength(4);
    expect([look.seen.size, look.hasFailed()]).toEqual([2, false]);
  });

  describe('with a call that the policy refuses', () => {
    beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
    afterEach(() => void vi.useRealTimers());
    const asked = ({ calls }: ReturnType<typeof start>, shelf: number) =>
      calls.filter(({ request }) => request[0] === shelf).length;

    it('does not ask again for a minute, and takes it for no change', async () => {
      const shelves = [1, Number.NaN];
      const started = start(shelves);
      const earlier = await lookAt(shelves, started);
      for (let tick = 0; tick < 59; tick += 1) {
        vi.advanceTimersByTime(1_000);
        expect(await started.begin().haveChanged(earlier, ann)).toBe(false);
      }
      expect([asked(started, 0), asked(started, 1)]).toEqual([60, 1]);
      vi.advanceTimersByTime(1_000);
      expect(await started.begin().haveChanged(earlier, ann)).toBe(false);
      vi.advanceTimersByTime(1_000);
      expect(await started.begin().haveChanged(earlier, ann)).toBe(false);
      expect(asked(started, 1)).toBe(2);
    });

    it('refuses it again when something else has changed, or has failed', async () => {
      for (const then of [9, -1]) {
        const shelves = [1, Number.NaN];
        const started = start(shelves);
        const earlier = await lookAt(shelves, started);
        shelves[0] = then;
        const look = started.begin();
        expect(await look.haveChanged(earlier, ann)).toBe(true);
        await expect(look.invoke(read(1))).rejects.toThrow('You need a ladder.');
        expect(asked(started, 1)).toBe(1);
      }
    });

    it('asks again once a minute, whatever else changes or fails in every tick', async () => {
      for (const then of [(tick: number) => 2 + tick, () => -1]) {
        const shelves = [1, Number.NaN];
        const started = start(shelves);
        let look = await lookAt(shelves, started);
        for (let tick = 0; tick < 150; tick += 1) {
          vi.advanceTimersByTime(1_000);
          shelves[0] = then(tick);
          const next = started.begin();
          expect(await next.haveChanged(look, ann)).toBe(true);
          await Promise.allSettled([next.invoke(read(0)), next.invoke(read(1))]);
          look = next;
        }
        expect(asked(started, 1)).toBe(3);
      }
    });

    it('notices within a minute that it is allowed', async () => {
      const shelves = [1, Number.NaN];
      const started = start(shelves);
      const earlier = await lookAt(shelves, started);
      shelves[1] = 2;
      vi.advanceTimersByTime(60_000);
      expect(await started.begin().haveChanged(earlier, ann)).toBe(true);
    });

    it('notices at once that it is refused from now on', async () => {
      const shelves = [1, 2];
      const started = start(shelves);
      const earlier = await lookAt(shelves, started);
      shelves[1] = Number.NaN;
      expect(await started.begin().haveChanged(earlier, ann)).toBe(true);
    });
  });

  it('calls again, and takes no reply of any age, when an answer is doubted', async () => {
    const started = start([1]);
    const look = started.begin();
    await look.invoke(read(0));
    await look.invoke(read(0));
    expect(started.calls.map(({ maxAgeMs }) => maxAgeMs)).toEqual([500, undefined]);
  });
});
