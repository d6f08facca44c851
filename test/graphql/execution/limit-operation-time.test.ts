import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Call, Invoke, Reply } from '../../../src/call/call.ts';
import { Departure } from '../../../src/call/call-signal.ts';
import { callerGone } from '../../../src/call/gateway-error.ts';
import { limitOperationTime } from '../../../src/graphql/execution/limit-operation-time.ts';

import { identityOf } from '../../authentication/identity.ts';
import { bookshop, bookshopTable } from '../bookshop/bookshop.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const reply: Reply = { message: Buffer.alloc(0), header: [], trailer: [] };

function callOf(name: string, signal = new Departure()): Call {
  return {
    method: bookshop.methods.get(`bookshop.catalog.BookInterface/${name}`)!,
    request: Buffer.alloc(0),
    identity: identityOf('ada'),
    surface: 'graphql',
    metadata: [],
    timeoutMs: undefined,
    signal,
    requestId: 'r-1',
  };
}

/** Waits for a place that never comes; gives up when told to. */
const waitForever: Invoke = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(callerGone())));

describe('limitOperationTime()', () => {
  it('gives each call what is left', async () => {
    const seen: (number | undefined)[] = [];
    const invoke = limitOperationTime(
      async ({ timeoutMs }) => {
        seen.push(timeoutMs);
        await new Promise((resolve) => setTimeout(resolve, 400));
        return reply;
      },
      bookshopTable,
      1_000,
    );
    for (let calls = 0; calls < 2; calls += 1) {
      const answer = invoke(callOf('GetBook'));
      await vi.advanceTimersByTimeAsync(400);
      await answer;
    }
    expect(seen).toEqual([1_000, 600]);
  });

  it('ends what waits when the time is over, and calls nothing after it', async () => {
    const upstream = vi.fn(waitForever);
    const invoke = limitOperationTime(upstream, bookshopTable, 1_000);
    const waiting = Promise.allSettled([invoke(callOf('GetBook')), invoke(callOf('ListBooks'))]);
    await vi.advanceTimersByTimeAsync(1_000);
    const expected = { reason: 'OPERATION_TIMEOUT', status: { name: 'DEADLINE_EXCEEDED' } };
    expect(await waiting).toMatchObject([{ reason: expected }, { reason: expected }]);
    await expect(invoke(callOf('GetBook'))).rejects.toThrow(
      'This operation has taken 1000 ms, and may take no longer (GRAPHQL_TIMEOUT): ' +
        'bookshop.catalog.BookInterface/GetBook was given up. Ask for less at once.',
    );
    expect(upstream).toHaveBeenCalledTimes(2);
  });

  it('passes on that the caller has gone', async () => {
    const caller = new Departure();
    const waiting = limitOperationTime(waitForever, bookshopTable, 1_000)(callOf('GetBook', caller));
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ reason: 'CALLER_GONE' });
  });

  it('leaves a write that was sent alone', async () => {
    let isGivenUp = false;
    const invoke = limitOperationTime(
      async ({ signal }) => {
        signal.addEventListener('abort', () => {
          isGivenUp = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        return reply;
      },
      bookshopTable,
      1_000,
    );
    const answer = invoke(callOf('Delete'));
    await vi.advanceTimersByTimeAsync(2_000);
    expect([await answer, isGivenUp]).toEqual([reply, false]);
  });

  it('leaves no timer behind', async () => {
    await limitOperationTime(async () => reply, bookshopTable, 1_000)(callOf('GetBook'));
    expect(vi.getTimerCount()).toBe(0);
  });
});
