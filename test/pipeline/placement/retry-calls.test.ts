import { describe, expect, it } from 'vitest';

import type { CallNotes, CallTimings, Invoke } from '../../../src/call/call.ts';
import { GatewayError, type GatewayErrorOptions } from '../../../src/call/gateway-error.ts';
import type { StatusName } from '../../../src/call/status.ts';
import { RetryBudget } from '../../../src/pipeline/placement/retry-budget.ts';
import { retryAfterReset, setAside, whyAgain } from '../../../src/pipeline/placement/retry-calls.ts';

import { callOf, method, pipe, replyOf, tableOf } from '../calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const errorOf = (status: StatusName, options: GatewayErrorOptions) => new GatewayError(status, 'it broke', options);
const reset = errorOf('UNAVAILABLE', { origin: 'upstream', connectionLoss: 'reset' });

describe('whyAgain()', () => {
  const upstream = { origin: 'upstream' } as const;
  it.each<[StatusName, GatewayErrorOptions, read: string | undefined, write: string | undefined]>([
    ['UNAVAILABLE', { ...upstream, connectionLoss: 'unsent' }, 'unsent', 'unsent'],
    ['UNAVAILABLE', { ...upstream, connectionLoss: 'reset' }, 'reset', undefined],
    ['UNAVAILABLE', upstream, 'unavailable', undefined],
    ['UNAVAILABLE', { reason: setAside, connectionLoss: 'unsent' }, 'set-aside', 'set-aside'],
    ['UNAVAILABLE', { reason: setAside, connectionLoss: 'reset' }, 'set-aside', undefined],
    // The gateway's own: a lane that is full here is full elsewhere.
    ['UNAVAILABLE', { reason: 'LANE_FULL' }, undefined, undefined],
    ['DEADLINE_EXCEEDED', upstream, undefined, undefined],
    // How Cuebot says "not found".
    ['INTERNAL', upstream, undefined, undefined],
    ['UNKNOWN', upstream, undefined, undefined],
    ['CANCELLED', upstream, undefined, undefined],
    // A server that shuts down.
    ['CANCELLED', { ...upstream, connectionLoss: 'reset' }, 'reset', undefined],
  ])('after %s %j lets a read for %s and a write for %s', (status, options, read, write) => {
    const error = errorOf(status, options);
    expect(whyAgain(error, 'read', callOf(get))).toBe(read);
    expect(whyAgain(error, 'write', callOf(set))).toBe(write);
  });

  it('lets nothing whose time is over, or whose caller has gone', () => {
    expect(whyAgain(reset, 'read', callOf(get, { deadlineAt: 0 }))).toBeUndefined();
    expect(whyAgain(reset, 'read', callOf(get, { signal: AbortSignal.abort() }))).toBeUndefined();
  });
});

describe('RetryBudget', () => {
  it('gives ten at first, and then a tenth of the traffic', () => {
    const budget = new RetryBudget();
    const spendAll = () => {
      let spent = 0;
      while (budget.spend()) spent += 1;
      return spent;
    };
    expect(spendAll()).toBe(10);
    for (let call = 0; call < 255; call += 1) budget.earn();
    expect(spendAll()).toBe(25);
    for (let call = 0; call < 100_000; call += 1) budget.earn();
    expect(spendAll()).toBe(100);
  });
});

describe('retryAfterReset()', () => {
  const table = tableOf([
    [get, 'read'],
    [set, 'write'],
  ]);
  /** Fails so many times with this, and then answers. */
  const failing = (times: number, error: GatewayError) => {
    let sent = 0;
    const invoke: Invoke = async () => {
      sent += 1;
      if (sent <= times) throw error;
      return replyOf(1);
    };
    const reasons: string[] = [];
    const retry = retryAfterReset({ budget: new RetryBudget(), onRetry: (reason) => void reasons.push(reason) });
    return { invoke: pipe(table, [retry], invoke), reasons, sent: () => sent };
  };

  it('sends a read once more, and tells who wants to know', async () => {
    const upstream = failing(1, reset);
    const [notes, timings]: [CallNotes, CallTimings] = [{}, {}];
    expect((await upstream.invoke(callOf(get, { notes, timings }))).message).toEqual(Uint8Array.of(1));
    expect([upstream.sent(), upstream.reasons, notes, timings]).toEqual([
      2,
      ['reset'],
      { isRetried: true },
      { retries: 1 },
    ]);
  });

  it('sends nothing a third time', async () => {
    const upstream = failing(2, reset);
    await expect(upstream.invoke(callOf(get))).rejects.toBe(reset);
    expect(upstream.sent()).toBe(2);
  });

  it('never sends a write again, nor what could not be sent to the only one there is', async () => {
    const unsent = errorOf('UNAVAILABLE', { origin: 'upstream', connectionLoss: 'unsent' });
    for (const [called, error] of [
      [set, reset],
      [set, unsent],
      [get, unsent],
    ] as const) {
      const upstream = failing(1, error);
      await expect(upstream.invoke(callOf(called))).rejects.toBe(error);
      expect(upstream.sent()).toBe(1);
    }
  });

  it('stops where the budget ends', async () => {
    const upstream = failing(Number.POSITIVE_INFINITY, reset);
    for (let call = 0; call < 50; call += 1) await expect(upstream.invoke(callOf(get))).rejects.toBe(reset);
    // Ten at first, and a tenth of fifty.
    expect([upstream.sent(), upstream.reasons.filter((reason) => reason === 'budget').length]).toEqual([65, 35]);
  });
});
