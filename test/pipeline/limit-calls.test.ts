import { describe, expect, it } from 'vitest';

import type { Call } from '../../src/call/call.ts';
import { type CallLimits, limitCalls } from '../../src/pipeline/limit-calls.ts';

import { callOf, factsOf, method, pipe, replyOf, tableOf } from './calls.ts';

const get = method('GetShelf');
const table = tableOf([[get, 'read']]);

/** The patience, in milliseconds, with which a call reaches what comes after the interceptor. */
async function patienceOf(call: Call, limits: Omit<CallLimits, 'maxRequestBytes'>, facts = table.factsOf(get)) {
  let patience = Number.NaN;
  const before = Date.now();
  const invoke = limitCalls({ maxRequestBytes: 3, ...limits })(facts)(
    async ({ deadlineAt }) => {
      patience = (deadlineAt ?? Number.NaN) - before;
      return replyOf();
    },
    () => expect.fail('another RPC was asked'),
  );
  await invoke(call);
  return patience;
}

describe('limitCalls(), of time,', () => {
  it.each([
    ['nothing', undefined, 30_000],
    ['less', 5_000, 5_000],
    ['more', 90_000, 30_000],
    ['for ever', Number.POSITIVE_INFINITY, 30_000],
  ])('gives a caller who asks for %s what the gateway allows', async (_, timeoutMs, expected) => {
    const patience = await patienceOf(callOf(get, { timeoutMs }), { timeoutMs: 30_000 });
    expect(patience).toBeGreaterThanOrEqual(expected);
    expect(patience).toBeLessThan(expected + 1_000);
  });

  it('ends a call at once whose time is up, unsent', async () => {
    await expect(patienceOf(callOf(get, { timeoutMs: 0 }), { timeoutMs: 30_000 })).rejects.toMatchObject({
      status: { name: 'DEADLINE_EXCEEDED', httpStatus: 504 },
      message: 'context deadline exceeded',
    });
  });
});

describe('limitCalls(), of RPCs that may take long,', () => {
  const long = factsOf(get, 'read', { mayTakeLong: true });
  /** How long a call has, to the second. */
  const secondsOf = async (call: Partial<Call>, limits: Partial<CallLimits> = {}) => {
    const usual = { timeoutMs: 30_000, maxTimeoutMs: 300_000, ...limits };
    return Math.floor((await patienceOf(callOf(get, call), usual, long)) / 1000);
  };

  it.each([
    ['nothing', undefined, 30],
    ['less', 5_000, 5],
    ['more', 90_000, 90],
    ['for ever', Number.POSITIVE_INFINITY, 300],
  ])('gives a caller who asks for %s so many seconds', async (_, timeoutMs, expected) => {
    expect(await secondsOf({ timeoutMs })).toBe(expected);
  });

  it('gives callers by HTTP no more than HTTP_TIMEOUT, and those by gRPC what they ask for', async () => {
    const limits = { httpTimeoutMs: 60_000 };
    expect(await secondsOf({ timeoutMs: 90_000 }, limits)).toBe(60);
    expect(await secondsOf({ timeoutMs: 90_000, surface: 'grpc' }, limits)).toBe(90);
    expect(await secondsOf({}, limits)).toBe(30);
    expect(await secondsOf({}, { httpTimeoutMs: 10_000 })).toBe(10);
  });

  it('gives no less than all have', async () => {
    expect(await secondsOf({ timeoutMs: 90_000 }, { maxTimeoutMs: 1_000 })).toBe(30);
  });
});

describe('limitCalls(), of size,', () => {
  it('lets a request of exactly the limit through', async () => {
    const invoke = pipe(table, [limitCalls({ maxRequestBytes: 3, timeoutMs: 1_000 })], async () => replyOf(1));
    expect((await invoke(callOf(get, { request: new Uint8Array(3) }))).message).toEqual(Uint8Array.of(1));
  });

  it('refuses a longer one unsent, saying both sizes', async () => {
    const invoke = pipe(table, [limitCalls({ maxRequestBytes: 3, timeoutMs: 1_000 })], () =>
      Promise.reject(new Error('was sent')),
    );
    await expect(invoke(callOf(get, { request: new Uint8Array(4) }))).rejects.toMatchObject({
      status: { name: 'RESOURCE_EXHAUSTED', httpStatus: 429 },
      message: 'the request message has 4 bytes; the upstream accepts at most 3',
    });
  });
});
