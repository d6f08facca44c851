import { describe, expect, it } from 'vitest';

import { createOperation } from '../../../src/graphql/execution/create-operation.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';

import { callOf, holdUpstream, method, replyOf, tableOf } from '../../pipeline/calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const table = tableOf([
  [get, 'read'],
  [set, 'write'],
]);

function begin(maxCalls = 10) {
  const upstream = holdUpstream();
  return { upstream, operation: createOperation({ invoke: upstream.invoke, table, maxCalls }) };
}

const read = (...request: number[]) => callOf(get, { request: Uint8Array.from(request) });

describe('createOperation()', () => {
  it('makes identical reads once, in flight or answered', async () => {
    const { upstream, operation } = begin();
    const first = operation.invoke(read(1));
    const second = operation.invoke(read(1));
    await upstream.answer(0);
    expect(await second).toBe(await first);
    expect(await operation.invoke(read(1))).toBe(await first);
    expect(upstream.arrived).toHaveLength(1);
  });

  it('makes reads that differ, and every write', () => {
    const { upstream, operation } = begin();
    for (const call of [read(1), read(2), callOf(set), callOf(set)]) void operation.invoke(call);
    expect(upstream.arrived).toHaveLength(4);
  });

  it('reads anew after a write, failed or not', async () => {
    const { upstream, operation } = begin();
    void operation.invoke(read(1));
    const write = expect(operation.invoke(callOf(set))).rejects.toThrow('shelf is full');
    await upstream.fail(1, new GatewayError('FAILED_PRECONDITION', 'shelf is full'));
    await write;
    void operation.invoke(read(1));
    expect(upstream.arrived).toHaveLength(3);
  });

  it('refuses the call after the last allowed one, and repeated reads are free', async () => {
    const { upstream, operation } = begin(2);
    for (const call of [read(1), read(1), read(2)]) void operation.invoke(call);
    const refused = operation.invoke(read(3));
    await expect(refused).rejects.toThrow(
      'This operation has made 2 calls upstream, and more are not allowed (GRAPHQL_MAX_CALLS): shop.Shelf/GetShelf was not ' +
        'called. Ask for fewer objects at once, or for less about each.',
    );
    await expect(refused).rejects.toMatchObject({ reason: 'CALL_BUDGET', status: { name: 'INVALID_ARGUMENT' } });
    await expect(operation.invoke(callOf(set))).rejects.toMatchObject({ reason: 'CALL_BUDGET' });
    expect(upstream.arrived).toHaveLength(2);
  });

  it('explains its calls by field, when asked to', async () => {
    const { upstream, operation } = begin();
    operation.startExplaining();
    const jobs = { prev: undefined, key: 'jobs', typename: 'Query' };
    const layersOf = (index: number) => ({
      prev: { prev: jobs, key: index, typename: undefined },
      key: 'layers',
      typename: 'Job',
    });
    const calls = [
      operation.invoke(read(1), jobs),
      operation.invoke(read(2), layersOf(0), 20),
      operation.invoke(read(3), layersOf(1), 5),
      operation.invoke(read(3), layersOf(2), 5),
    ];
    upstream.arrived[0]!.timings!.upstreamMs = 1.00049;
    upstream.arrived[0]!.timings!.queuedMs = 3;
    await upstream.answer(0);
    await upstream.answer(1);
    const failing = expect(calls[2]).rejects.toThrow('shelf fell over');
    const repeated = expect(calls[3]).rejects.toThrow('shelf fell over');
    await upstream.fail(2, new GatewayError('UNAVAILABLE', 'shelf fell over'));
    await Promise.all([...calls.slice(0, 2), failing, repeated]);
    const slowestMs = expect.any(Number);
    const rpc = 'shop.Shelf/GetShelf';
    expect(operation.explanation()!.toJSON()).toEqual({
      calls: 3,
      fields: [
        {
          field: 'jobs',
          rpc,
          calls: 1,
          objects: 1,
          repeated: 0,
          shared: 0,
          failed: 0,
          queuedMs: 3,
          upstreamMs: 1,
          slowestMs,
        },
        {
          field: 'jobs.layers',
          rpc,
          calls: 2,
          objects: 25,
          repeated: 1,
          shared: 1,
          failed: 1,
          queuedMs: 0,
          upstreamMs: 0,
          slowestMs,
        },
      ],
    });
  });

  it('measures nothing when nobody wants it explained', async () => {
    const { upstream, operation } = begin();
    const reply = operation.invoke(read(1));
    await upstream.answer(0, replyOf(7));
    await reply;
    expect([upstream.arrived[0]!.timings, operation.explanation()]).toEqual([undefined, undefined]);
  });
});
