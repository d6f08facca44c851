import { describe, expect, it } from 'vitest';

import type { Reply } from '../../src/call/call.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import { shareAnswers } from '../../src/coordination/shared-answers.ts';
import { answerOnce } from '../../src/pipeline/answer-once.ts';
import { composePipeline } from '../../src/pipeline/compose-pipeline.ts';
import { callOf, factsOf, holdUpstream, method } from '../pipeline/calls.ts';
import { keys, settled, tick, useFellows } from './fellow-gateways.ts';
import { isRedisMissing } from './redis-server.ts';

const launch = method('Launch');
const rpc = factsOf(launch, 'write', { takesIdempotencyKey: true });

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('shareAnswers()', () => {
  const fellows = useFellows();

  /** A gateway that has joined, with an upstream that answers when it is told to. */
  async function join() {
    const fellow = await fellows.open();
    fellow.session.start();
    await settled(fellow);
    while (!fellow.session.isLasting) await tick(500, fellow);
    const { store, session, timeline } = fellow;
    const shared = shareAnswers({ store, keys, session, schedule: timeline.schedule });
    const upstream = holdUpstream();
    const once = answerOnce({ timeoutMs: 60_000, now: Date.now, shared });
    const { invoke } = composePipeline([rpc], { once }, () => upstream.invoke);
    const send = (key: string, message = 'job', signal = new AbortController().signal) =>
      invoke(callOf(launch, { idempotencyKey: key, request: Buffer.from(message), signal }));
    const isAsked = () => expect.poll(() => upstream.arrived.length).toBe(1);
    return { fellow, upstream, send, isAsked };
  }

  const textOf = async (reply: Promise<Reply>) => Buffer.from((await reply).message).toString();
  let count = 0;
  const newKey = () => `key-${count++}`;
  const reply: Reply = {
    message: Buffer.from('launched'),
    header: [['x-one', 'two']],
    trailer: [['x-bytes-bin', Buffer.from([0, 255])]],
  };

  it('gives the answer of one gateway to who asks another one later', async () => {
    const [ann, bob] = [await join(), await join()];
    const key = newKey();
    const first = ann.send(key);
    await ann.isAsked();
    await ann.upstream.answer(0, reply);
    expect(await textOf(first)).toBe('launched');
    await settled(ann.fellow);
    expect(await bob.send(key)).toEqual(reply);
    expect(bob.upstream.arrived).toEqual([]);
  });

  it('has those wait who ask another gateway meanwhile', async () => {
    const [ann, bob] = [await join(), await join()];
    const key = newKey();
    const first = ann.send(key);
    await ann.isAsked();
    const second = bob.send(key);
    await settled(bob.fellow);
    await ann.upstream.answer(0, reply);
    expect([await textOf(first), await textOf(second)]).toEqual(['launched', 'launched']);
    expect(bob.upstream.arrived).toEqual([]);
  });

  it('refuses a key that was used for another request, at another gateway too', async () => {
    const [ann, bob] = [await join(), await join()];
    const key = newKey();
    void ann.send(key);
    await ann.isAsked();
    await expect(bob.send(key, 'another job')).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('lets what surely was not done be tried again, elsewhere too', async () => {
    const [ann, bob] = [await join(), await join()];
    const key = newKey();
    const first = ann.send(key);
    await ann.isAsked();
    const refused = expect(first).rejects.toThrow('no such show');
    await ann.upstream.fail(0, new GatewayError('NOT_FOUND', 'no such show'));
    await refused;
    await settled(ann.fellow);
    const second = bob.send(key);
    await bob.isAsked();
    await bob.upstream.answer(0, reply);
    expect(await textOf(second)).toBe('launched');
  });

  it('remembers for all what may have been done all the same', async () => {
    const [ann, bob] = [await join(), await join()];
    const key = newKey();
    const first = ann.send(key);
    await ann.isAsked();
    const late = expect(first).rejects.toThrow('context deadline exceeded');
    await ann.upstream.fail(0, new GatewayError('DEADLINE_EXCEEDED', 'context deadline exceeded'));
    await late;
    await settled(ann.fellow);
    await expect(bob.send(key)).rejects.toMatchObject({
      message: 'context deadline exceeded',
      status: { name: 'DEADLINE_EXCEEDED' },
      mayHaveHappened: true,
    });
    expect(bob.upstream.arrived).toEqual([]);
  });

  it('never sends again what a gateway that died had under way', async () => {
    const [ann, bob] = [await join(), await join()];
    const key = newKey();
    void ann.send(key).catch(() => {});
    await ann.isAsked();
    await tick(500, bob.fellow);
    // She is silent from here on.
    await tick(8_500, bob.fellow);
    await expect(bob.send(key)).rejects.toMatchObject({
      reason: 'OUTCOME_UNKNOWN',
      status: { name: 'UNKNOWN' },
      mayHaveHappened: true,
    });
    expect(bob.upstream.arrived).toEqual([]);
  });

  it('sends nothing that has a key while the store is away, and keeps what came meanwhile', async () => {
    const [ann, bob] = [await join(), await join()];
    const [key, other] = [newKey(), newKey()];
    const first = ann.send(key);
    await ann.isAsked();
    const isAway = expect.poll(() => ann.fellow.store.runId()).toBeUndefined();
    ann.fellow.store.reconnect();
    await isAway;
    await expect(ann.send(other)).rejects.toMatchObject({ reason: 'COORDINATION_UNREACHABLE' });
    await ann.upstream.answer(0, reply);
    expect(await textOf(first)).toBe('launched');
    await expect.poll(() => ann.fellow.store.runId()).toBeDefined();
    await tick(1_000, ann.fellow, bob.fellow);
    expect(await textOf(bob.send(key))).toBe('launched');
    // The key that was refused is nobody's.
    const again = bob.send(other);
    await bob.isAsked();
    await bob.upstream.answer(0, reply);
    expect(await textOf(again)).toBe('launched');
  });
});
