import { describe, expect, it } from 'vitest';

import type { Call } from '../../src/call/call.ts';
import { limitRequestSize } from '../../src/pipeline/limit-request-size.ts';
import { setDeadline } from '../../src/pipeline/set-deadline.ts';
import { statusCode, statuses, statusOf } from '../../src/call/status.ts';

import { callOf, method, pipe, replyOf, tableOf } from './calls.ts';

const get = method('GetShelf');
const table = tableOf([[get, 'read']]);

/** The patience, in milliseconds, with which a call reaches what comes after the interceptor. */
async function patienceOf(call: Call, timeoutMs: number): Promise<number> {
  let patience = Number.NaN;
  const before = Date.now();
  const invoke = pipe(table, [setDeadline(timeoutMs)], async ({ deadlineAt }) => {
    patience = (deadlineAt ?? Number.NaN) - before;
    return replyOf();
  });
  await invoke(call);
  return patience;
}

describe('setDeadline()', () => {
  it.each([
    ['nothing', undefined, 30_000],
    ['less', 5_000, 5_000],
    ['more', 90_000, 30_000],
    ['for ever', Number.POSITIVE_INFINITY, 30_000],
  ])('gives a caller who asks for %s what the gateway allows', async (_, timeoutMs, expected) => {
    const patience = await patienceOf(callOf(get, { timeoutMs }), 30_000);
    expect(patience).toBeGreaterThanOrEqual(expected);
    expect(patience).toBeLessThan(expected + 1_000);
  });

  it('ends a call at once whose time is up, unsent', async () => {
    await expect(patienceOf(callOf(get, { timeoutMs: 0 }), 30_000)).rejects.toMatchObject({
      status: { name: 'DEADLINE_EXCEEDED', httpStatus: 504 },
      message: 'context deadline exceeded',
    });
  });
});

describe('limitRequestSize()', () => {
  it('lets a request of exactly the limit through', async () => {
    const invoke = pipe(table, [limitRequestSize(3)], async () => replyOf(1));
    expect((await invoke(callOf(get, { request: new Uint8Array(3) }))).message).toEqual(Uint8Array.of(1));
  });

  it('refuses a longer one unsent, saying both sizes', async () => {
    const invoke = pipe(table, [limitRequestSize(3)], () => Promise.reject(new Error('was sent')));
    await expect(invoke(callOf(get, { request: new Uint8Array(4) }))).rejects.toMatchObject({
      status: { name: 'RESOURCE_EXHAUSTED', httpStatus: 429 },
      message: 'the request message has 4 bytes; the upstream accepts at most 3',
    });
  });
});

describe('the status table', () => {
  it('maps every gRPC status as grpc-gateway does', () => {
    expect(statuses.map(({ code, name, httpStatus }) => `${code} ${name} ${httpStatus}`)).toEqual([
      '0 OK 200',
      '1 CANCELLED 499',
      '2 UNKNOWN 500',
      '3 INVALID_ARGUMENT 400',
      '4 DEADLINE_EXCEEDED 504',
      '5 NOT_FOUND 404',
      '6 ALREADY_EXISTS 409',
      '7 PERMISSION_DENIED 403',
      '8 RESOURCE_EXHAUSTED 429',
      '9 FAILED_PRECONDITION 400',
      '10 ABORTED 409',
      '11 OUT_OF_RANGE 400',
      '12 UNIMPLEMENTED 501',
      '13 INTERNAL 500',
      '14 UNAVAILABLE 503',
      '15 DATA_LOSS 500',
      '16 UNAUTHENTICATED 401',
    ]);
    expect(statusCode.NOT_FOUND).toBe(5);
  });

  it('keeps the number of a status that nobody knows', () => {
    expect(statusOf(77)).toEqual({ code: 77, name: 'UNKNOWN', httpStatus: 500, retryable: false });
  });
});
