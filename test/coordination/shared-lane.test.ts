import { describe, expect, it } from 'vitest';

import { Lane } from '../../src/pipeline/lanes/lane.ts';
import { callOf, holdUpstream, method } from '../pipeline/calls.ts';
import { type FellowGateway, settled, tick, useFellows } from './fellow-gateways.ts';
import { isRedisMissing } from './redis-server.ts';

const limits = { holdLimitMs: 3_600_000, maxWaiting: 100, maxWaitMs: 3_600_000, callMs: 3_600_000 };
const touch = method('Touch');

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('a Lane that gateways share', () => {
  const fellows = useFellows();

  let count = 0;
  /** So many gateways, each with the lane, in front of one upstream. */
  async function open(gateways: number) {
    const name = `lane ${count++}`;
    const upstream = holdUpstream();
    const members: { readonly fellow: FellowGateway; readonly lane: Lane }[] = [];
    for (let index = 0; index < gateways; index += 1) {
      const fellow = await fellows.open();
      fellow.session.start();
      await settled(fellow);
      while (!fellow.session.isLasting) await tick(500, ...fellows.opened);
      members.push({ fellow, lane: new Lane(name, limits, undefined, fellow.openTurn) });
    }
    const send = (member: number, requestId: string, kind: 'read' | 'write' = 'write') =>
      members[member]!.lane.run(callOf(touch, { requestId }), kind, upstream.invoke);
    const order = () => upstream.arrived.map(({ requestId }) => requestId);
    return { upstream, send, order, lanes: members.map(({ lane }) => lane), settle: () => settled(...fellows.opened) };
  }

  it('has one call under way at a time, whoever sends it', async () => {
    const { upstream, send, order, settle } = await open(3);
    const names = ['a', 'b', 'c'];
    const replies = names.flatMap((name, member) => [1, 2, 3].map((index) => send(member, `${name}${index}`)));
    for (let answered = 0; answered < 9; answered += 1) {
      // How many words between gateways it takes until the next one begins differs.
      await expect.poll(() => upstream.arrived.length).toBe(answered + 1);
      // And no other one begins beside it.
      await settle();
      expect(upstream.arrived.length).toBe(answered + 1);
      await upstream.answer(answered);
    }
    await Promise.all(replies);
    expect(order().toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3']);
  });

  it('lets reads of one gateway give way to a write of another', async () => {
    const { upstream, send, order, settle } = await open(2);
    const replies = [send(0, 'read 1', 'read'), send(0, 'read 2', 'read')];
    await expect.poll(order).toEqual(['read 1']);
    replies.push(send(1, 'write'));
    await settle();
    await upstream.answer(0);
    await expect.poll(order).toEqual(['read 1', 'write']);
    await upstream.answer(1);
    await expect.poll(order).toEqual(['read 1', 'write', 'read 2']);
    await upstream.answer(2);
    await Promise.all(replies);
  });

  it('lets a read have its turn although another gateway writes without a pause', async () => {
    const { upstream, send, order, settle } = await open(2);
    const replies: Promise<unknown>[] = [];
    const write = () => replies.push(send(0, 'write'));
    for (let index = 0; index < 5; index += 1) write();
    await expect.poll(() => upstream.arrived.length).toBe(1);
    replies.push(send(1, 'read', 'read'));
    await settle();
    let answered = 0;
    while (!order().includes('read') && answered < 20_000) {
      write();
      await upstream.answer(answered++);
      // The turn has lasted for long enough.
      await tick(50, ...fellows.opened);
      await settle();
      await expect.poll(() => upstream.arrived.length).toBe(answered + 1);
    }
    expect(order().at(-1)).toBe('read');
    for (; answered < replies.length; answered += 1) {
      await expect.poll(() => upstream.arrived.length).toBe(answered + 1);
      await upstream.answer(answered);
      await settle();
    }
    await Promise.all(replies);
  });

  it('turns calls away that wait for a store that has gone, and lets the one under way end', async () => {
    const { upstream, send, lanes } = await open(1);
    const [fellow] = fellows.opened;
    const underWay = send(0, 'under way');
    await expect.poll(() => upstream.arrived.length).toBe(1);
    const waiting = expect(send(0, 'waits')).rejects.toMatchObject({ reason: 'COORDINATION_UNREACHABLE' });
    await fellows.redis().stop();
    await expect.poll(() => fellow!.store.runId()).toBeUndefined();
    await tick(3_000, fellow!);
    await waiting;
    await expect(send(0, 'comes later')).rejects.toMatchObject({
      reason: 'COORDINATION_UNREACHABLE',
      status: { httpStatus: 503 },
    });
    await upstream.answer(0);
    await underWay;
    expect(lanes[0]!.state).toEqual({ waiting: 0, busy: false });
    await fellows.redis().start();
  });
});
