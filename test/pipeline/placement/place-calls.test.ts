import { describe, expect, it } from 'vitest';

import { GatewayError } from '../../../src/call/gateway-error.ts';
import type { FindText } from '../../../src/call/open-message.ts';
import { createLanes } from '../../../src/pipeline/lanes/create-lanes.ts';
import { composePipeline } from '../../../src/pipeline/compose-pipeline.ts';
import { Destination, type Fitness } from '../../../src/pipeline/placement/destination.ts';
import { placeCalls } from '../../../src/pipeline/placement/place-calls.ts';
import { RetryBudget } from '../../../src/pipeline/placement/retry-budget.ts';
import type { RpcFacts } from '../../../src/rpc-table/rpc-facts.ts';

import { callOf, factsOf, holdUpstream, method } from '../calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const launch = method('Launch');
const move = method('MoveShelf');
const count = method('CountShelves');
const rpcs: readonly RpcFacts[] = [
  factsOf(get, 'read'),
  factsOf(set, 'write', { lane: 'shelf' }),
  factsOf(launch, 'write', { affinity: { by: undefined, row: 0, why: 'test' } }),
  factsOf(count, 'read', { namesCuebot: true }),
  factsOf(move, 'write', { affinity: { by: [], row: 1, why: 'test' } }),
];

/** Takes the whole request for the text. */
const findText: FindText = () => ({
  read: function* (wire) {
    yield;
    if (wire[0] === 0xff) throw new Error('no message');
    return Buffer.from(wire).toString();
  },
  append: function* (wire) {
    yield;
    return wire;
  },
});

const limits = { holdLimitMs: 60_000, maxWaiting: 10, maxWaitMs: 60_000, callMs: 60_000 };
const turn = () => new Promise((resolve) => setImmediate(resolve));
const errorOf = (connectionLoss?: 'unsent' | 'reset') =>
  new GatewayError('UNAVAILABLE', 'it broke', { origin: 'upstream', connectionLoss });

/** Some Cuebots that answer when they are told to. */
function cuebots(...names: readonly string[]) {
  const known = names.map((name) => {
    const lanes = createLanes(limits);
    const upstream = holdUpstream();
    const { invokeOf } = composePipeline(rpcs, { lane: lanes.intercept }, () => upstream.invoke);
    const state: { fitness: Fitness } = { fitness: 'ready' };
    const destination = new Destination({ name, fitness: () => state.fitness, lanes });
    return { name, state, upstream, destination, invokeOf };
  });
  const reasons: string[] = [];
  const invokeOf = placeCalls({
    rpcs,
    destinations: () => known.map(({ destination }) => destination),
    invokeOn: (chosen) => known.find(({ destination }) => destination === chosen)!.invokeOf,
    findText,
    budget: new RetryBudget(),
    onRetry: (reason) => void reasons.push(reason),
  });
  const arrived = () => known.map(({ upstream }) => upstream.arrived.length);
  return { known, reasons, arrived, send: (called = get, more = {}) => invokeOf(called)(callOf(called, more)) };
}

describe('placeCalls()', () => {
  it('spreads calls', async () => {
    const { send, arrived } = cuebots('a', 'b', 'c');
    for (let index = 0; index < 9; index += 1) void send();
    await turn();
    expect(arrived()).toEqual([3, 3, 3]);
  });

  it('goes where a lane is free, else to the shortest queue', async () => {
    const { send, arrived, known } = cuebots('a', 'b');
    for (let index = 0; index < 4; index += 1) void send(set);
    await turn();
    expect(arrived()).toEqual([1, 1]);
    expect(known.map(({ destination }) => destination.loadOf('shelf'))).toEqual([2, 2]);
    await known[1]!.upstream.answer(0);
    await known[1]!.upstream.answer(1);
    await turn();
    void send(set);
    await turn();
    expect(known.map(({ destination }) => destination.loadOf('shelf'))).toEqual([2, 1]);
  });

  it('keeps with one what the RPC table keeps with one, while it lives', async () => {
    const { send, arrived, known } = cuebots('a', 'b', 'c');
    for (let index = 0; index < 6; index += 1) void send(launch);
    await turn();
    expect([...arrived()].sort()).toEqual([0, 0, 6]);
    const owner = arrived().indexOf(6);
    known[owner]!.state.fitness = 'last-resort';
    void send(launch);
    await turn();
    expect(arrived()[owner]).toBe(6);
  });

  it('keeps with one what is about one thing, and sends on what it cannot read', async () => {
    const { send, arrived } = cuebots('a', 'b', 'c');
    for (let index = 0; index < 5; index += 1) void send(move, { request: Buffer.from('shelf 1') });
    await turn();
    expect([...arrived()].sort()).toEqual([0, 0, 5]);
    for (let index = 0; index < 40; index += 1) void send(move, { request: Buffer.from(`shelf ${index}`) });
    await turn();
    expect(Math.min(...arrived())).toBeGreaterThan(0);
    const before = arrived().reduce((sum, count) => sum + count);
    void send(move, { request: Uint8Array.of(0xff) });
    await turn();
    expect(arrived().reduce((sum, count) => sum + count)).toBe(before + 1);
  });

  it('sends to another what surely was not sent, writes too, and only once', async () => {
    const { send, known, reasons, arrived } = cuebots('a', 'b');
    const answer = send(set);
    await turn();
    const first = arrived().indexOf(1);
    await known[first]!.upstream.fail(0, errorOf('unsent'));
    await turn();
    expect([arrived(), reasons]).toEqual([[1, 1], ['unsent']]);
    await known[1 - first]!.upstream.fail(0, errorOf('unsent'));
    await expect(answer).rejects.toThrow('it broke');
    expect(arrived()).toEqual([1, 1]);
  });

  it.each([
    [set, errorOf('reset')],
    [set, errorOf()],
    [get, new GatewayError('DEADLINE_EXCEEDED', 'too late', { origin: 'upstream' })],
    [get, new GatewayError('INTERNAL', 'not found, in Cuebot’s way', { origin: 'upstream' })],
  ])('sends %o no second time after %o', async (called, error) => {
    const { send, known, reasons, arrived } = cuebots('a', 'b');
    const answer = send(called);
    await turn();
    await known[arrived().indexOf(1)]!.upstream.fail(0, error);
    await expect(answer).rejects.toBe(error);
    expect([reasons, arrived().reduce((sum, count) => sum + count)]).toEqual([[], 1]);
  });

  it('asks the same one again after a reset where there is no other', async () => {
    const { send, known, arrived } = cuebots('a', 'b');
    known[1]!.state.fitness = 'unfit';
    const answer = send(get);
    await turn();
    await known[0]!.upstream.fail(0, errorOf('reset'));
    await turn();
    await known[0]!.upstream.answer(1);
    expect((await answer).message).toEqual(Uint8Array.of(1));
    expect(arrived()).toEqual([2, 0]);
  });

  it('moves the reads of one that does not answer, and the calls that wait in its lanes', async () => {
    const { send, known, reasons, arrived } = cuebots('a', 'b');
    known[1]!.state.fitness = 'unfit';
    const [read, write, waiting] = [send(get), send(set), send(set)];
    await turn();
    expect(arrived()).toEqual([2, 0]);
    known[1]!.state.fitness = 'ready';
    known[0]!.state.fitness = 'last-resort';
    known[0]!.destination.abandon();
    await turn();
    // The write that was sent may have been carried out: it stays.
    expect([arrived(), reasons]).toEqual([
      [2, 2],
      ['set-aside', 'set-aside'],
    ]);
    await known[1]!.upstream.answer(0);
    await known[1]!.upstream.answer(1);
    expect((await Promise.all([read, waiting])).length).toBe(2);
    await known[0]!.upstream.answer(1);
    await write;
  });

  it('names the Cuebot in answers that are about one of them', async () => {
    const { send, known, arrived } = cuebots('a', 'b');
    const answer = send(count);
    await turn();
    const asked = known[arrived().indexOf(1)]!;
    await asked.upstream.answer(0);
    expect((await answer).header).toEqual([['x-cuegate-endpoint', asked.name]]);
  });

  it('refuses at once where there is none', async () => {
    const { send, known } = cuebots('a');
    known[0]!.state.fitness = 'unfit';
    await expect(send()).rejects.toMatchObject({ reason: 'NO_CUEBOT', retryAfterSeconds: 1 });
  });
});
