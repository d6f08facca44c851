import { describe, expect, it } from 'vitest';

import { capCalls } from '../../../src/pipeline/lanes/cap-calls.ts';

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
