import { afterEach, describe, expect, it, vi } from 'vitest';

import { capCalls } from '../../../src/pipeline/lanes/cap-calls.ts';

import { identityOf } from '../../authentication/identity.ts';
import { callOf, holdUpstream, method, pipe, tableOf } from '../calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const table = tableOf([
  [get, 'read'],
  [set, 'write'],
]);

const settle = () => new Promise((resolve) => setImmediate(resolve));

function start(callsPerService: number) {
  const upstream = holdUpstream();
  const invoke = pipe(table, [capCalls(callsPerService)], upstream.invoke);
  const arrived = () => upstream.arrived.map(({ requestId }) => requestId);
  return { upstream, invoke, arrived };
}

describe('capCalls()', () => {
  it('lets so many reads of a service be under way, and the next one when one ends', async () => {
    const { upstream, invoke, arrived } = start(2);
    for (const requestId of ['a', 'b', 'c']) void invoke(callOf(get, { requestId }));
    await settle();
    expect(arrived()).toEqual(['a', 'b']);
    await upstream.answer(0);
    await settle();
    expect(arrived()).toEqual(['a', 'b', 'c']);
  });

  it('lets operations take turns', async () => {
    const { upstream, invoke, arrived } = start(1);
    for (const requestId of ['a', 'a', 'a', 'b']) void invoke(callOf(get, { requestId }));
    await settle();
    for (const index of [0, 1, 2]) {
      await upstream.answer(index);
      await settle();
    }
    expect(arrived()).toEqual(['a', 'a', 'b', 'a']);
  });

  it('lets callers take turns before their operations', async () => {
    const { upstream, invoke, arrived } = start(1);
    for (const [subject, requestId] of [
      ['ann', 'a'],
      ['ann', 'b'],
      ['ann', 'c'],
      ['ben', 'd'],
    ] as const) {
      void invoke(callOf(get, { requestId, identity: identityOf(subject) }));
    }
    await settle();
    for (const index of [0, 1, 2]) {
      await upstream.answer(index);
      await settle();
    }
    expect(arrived()).toEqual(['a', 'b', 'd', 'c']);
  });

  it('lets writes pass', async () => {
    const { invoke, arrived } = start(1);
    void invoke(callOf(get, { requestId: 'a' }));
    void invoke(callOf(get, { requestId: 'b' }));
    await settle();
    void invoke(callOf(set, { requestId: 'c' }));
    await settle();
    expect(arrived()).toEqual(['a', 'c']);
  });

  it('forgets a caller who has gone away while waiting', async () => {
    const { upstream, invoke, arrived } = start(1);
    const gone = new AbortController();
    void invoke(callOf(get, { requestId: 'a' }));
    const left = invoke(callOf(get, { requestId: 'b', signal: gone.signal }));
    void invoke(callOf(get, { requestId: 'c' }));
    await settle();
    gone.abort();
    await expect(left).rejects.toMatchObject({ reason: 'CALLER_GONE' });
    await upstream.answer(0);
    await settle();
    expect(arrived()).toEqual(['a', 'c']);
  });

  it('frees the place of a call that fails', async () => {
    const failing = pipe(table, [capCalls(1)], () => Promise.reject(new Error('no')));
    await expect(failing(callOf(get))).rejects.toThrow('no');
    await expect(failing(callOf(get))).rejects.toThrow('no');
  });
});

describe('a call whose turn cannot come in time', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Two places, both taken by calls that hang, and others that wait. */
  async function hang(waiting: number) {
    vi.useFakeTimers({ toFake: ['performance'] });
    const started = start(2);
    const ask = (requestId: string, timeoutMs = 30_000) => started.invoke(callOf(get, { requestId, timeoutMs }));
    for (let index = 0; index < 2 + waiting; index += 1) ask(`w${index}`).catch(() => {});
    await settle();
    return { ...started, ask };
  }

  it('is turned away at once, and told when to try again', async () => {
    const { arrived, ask } = await hang(9);
    vi.advanceTimersByTime(7_000);
    // Nine others and this one, two at a time, at seven seconds each: 35 seconds.
    await expect(ask('late')).rejects.toMatchObject({
      status: { name: 'UNAVAILABLE' },
      reason: 'CANNOT_BEGIN',
      retryAfterSeconds: 5,
      message:
        '9 reads of shop.Shelf have their turn before this one, which at this pace cannot begin within 30000 ms (GRAPHQL_TIMEOUT): ' +
        'shop.Shelf/GetShelf was not called. Try again later.',
    });
    expect(arrived()).toEqual(['w0', 'w1']);
  });

  it('is judged by its own time', async () => {
    const { ask } = await hang(3);
    vi.advanceTimersByTime(1_000);
    await expect(ask('hasty', 1_999)).rejects.toMatchObject({ reason: 'CANNOT_BEGIN', retryAfterSeconds: 1 });
    const patient = ask('patient', 2_000);
    await settle();
    await expect(Promise.race([patient, Promise.resolve('waits')])).resolves.toBe('waits');
  });

  it('is not, as soon as places change hands again', async () => {
    const { upstream, arrived, ask } = await hang(9);
    vi.advanceTimersByTime(60_000);
    await expect(ask('late')).rejects.toMatchObject({ reason: 'CANNOT_BEGIN', retryAfterSeconds: 30 });
    for (const index of [0, 1]) await upstream.answer(index);
    await settle();
    vi.advanceTimersByTime(10);
    const welcome = ask('welcome');
    await settle();
    await expect(Promise.race([welcome, Promise.resolve('waits')])).resolves.toBe('waits');
    expect(arrived()).toHaveLength(4);
  });
});
