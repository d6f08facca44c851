import { describe, expect, it } from 'vitest';

import { GatewayError } from '../../src/call/gateway-error.ts';
import { reuseReplies } from '../../src/pipeline/reuse-replies.ts';

import { identityOf } from '../authentication/identity.ts';
import { callOf, holdUpstream, method, pipe, tableOf } from './calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');

function start() {
  const upstream = holdUpstream();
  const clock = { now: 0 };
  const table = tableOf([
    [get, 'read'],
    [set, 'write'],
  ]);
  return { upstream, clock, invoke: pipe(table, [reuseReplies(() => clock.now)], upstream.invoke) };
}

const patient = (overrides = {}) => callOf(get, { maxAgeMs: 1_000, ...overrides });

/** Makes a call, and answers it when it reaches the upstream as the one at this place. */
async function answered({ upstream, invoke }: ReturnType<typeof start>, index: number, call = patient()) {
  const reply = invoke(call);
  await upstream.answer(index);
  return reply;
}

describe('reuseReplies()', () => {
  it('answers a read by a reply that is young enough, whoever asked first', async () => {
    const started = start();
    const first = await answered(started, 0);
    started.clock.now = 999;
    expect(await started.invoke(patient({ identity: identityOf('bob') }))).toBe(first);
    expect(started.upstream.arrived).toHaveLength(1);
  });

  it.each([
    ['is as old as the caller allows', 1_000, patient()],
    ['is older than another caller allows', 600, patient({ maxAgeMs: 500 })],
    ['answered another request', 0, patient({ request: Uint8Array.of(1) })],
    ['answered other metadata', 0, patient({ metadata: [['show', 'testing']] })],
    ['is for callers who allow no age', 0, callOf(get)],
  ])('asks again when the reply %s', async (_, now, call) => {
    const started = start();
    await answered(started, 0);
    started.clock.now = now;
    await answered(started, 1, call);
    expect(started.upstream.arrived).toHaveLength(2);
  });

  it('counts the age from the question, not from the answer', async () => {
    const started = start();
    const slow = started.invoke(patient());
    started.clock.now = 700;
    await started.upstream.answer(0);
    await slow;
    started.clock.now = 1_100;
    await answered(started, 1);
    expect(started.upstream.arrived).toHaveLength(2);
  });

  it('keeps nothing of a call that allows no age', async () => {
    const started = start();
    await answered(started, 0, callOf(get));
    await answered(started, 1);
    expect(started.upstream.arrived).toHaveLength(2);
  });

  it('forgets everything when a write has ended, failed or not', async () => {
    const started = start();
    await answered(started, 0);
    const write = started.invoke(callOf(set));
    const refused = expect(write).rejects.toThrow('shelf is full');
    await started.upstream.fail(1, new GatewayError('FAILED_PRECONDITION', 'shelf is full'));
    await refused;
    await answered(started, 2);
    expect(started.upstream.arrived).toHaveLength(3);
  });

  it('does not keep a reply that a write overtook', async () => {
    const started = start();
    const read = started.invoke(patient());
    await answered(started, 1, callOf(set));
    await started.upstream.answer(0);
    await read;
    await answered(started, 2);
    expect(started.upstream.arrived).toHaveLength(3);
  });

  it('does not keep a failure', async () => {
    const started = start();
    const failing = expect(started.invoke(patient())).rejects.toThrow('shelf fell over');
    await started.upstream.fail(0, new GatewayError('UNAVAILABLE', 'shelf fell over'));
    await failing;
    await answered(started, 1);
    expect(started.upstream.arrived).toHaveLength(2);
  });
});
