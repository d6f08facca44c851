import { describe, expect, it } from 'vitest';

import { GatewayError } from '../../src/call/gateway-error.ts';
import { answerOnce } from '../../src/pipeline/answer-once.ts';
import { identityOf } from '../authentication/identity.ts';
import { open, pipeThrough, registry, type SentCall, tableOf } from './validation/single-interceptor.ts';

const launch = 'job.JobInterface/LaunchSpec';
const table = tableOf(`idempotency-keys: [{ rpcs: ${launch}, why: it would run twice }]`);

function once(answer: (call: SentCall, count: number) => unknown = (_, count) => ({ names: [`job-${count}`] })) {
  const clock = { ms: 1_800_000_000_000 };
  let count = 0;
  const launched = pipeThrough(table, answerOnce({ timeoutMs: 1_000, now: () => clock.ms }), (call) => {
    count += 1;
    return answer(call, count);
  });
  const namesOf = async (spec: string, call: Parameters<typeof launched.send>[2] = {}) => {
    const { message } = await launched.send(launch, { spec }, { idempotencyKey: 'k', ...call });
    return (open(registry.methods.get(launch)!.output)(message) as { names: string[] }).names;
  };
  return { ...launched, clock, namesOf };
}

describe('answerOnce()', () => {
  it('answers a repeated call by the first answer', async () => {
    const { namesOf, sent } = once();
    expect([await namesOf('a'), await namesOf('a')]).toEqual([['job-1'], ['job-1']]);
    expect(sent).toHaveLength(1);
  });

  it('lets a second one wait for the first', async () => {
    const { namesOf, sent } = once(async () => {
      await new Promise(setImmediate);
      return { names: ['same'] };
    });
    expect(await Promise.all([namesOf('a'), namesOf('a'), namesOf('a')])).toEqual([['same'], ['same'], ['same']]);
    expect(sent).toHaveLength(1);
  });

  it('keeps callers, keys and calls without a key apart', async () => {
    const { namesOf, send, sent } = once();
    await namesOf('a');
    await namesOf('a', { identity: identityOf('bob') });
    await namesOf('a', { identity: identityOf('ann', { issuer: 'https://issuer.example' }) });
    await namesOf('a', { idempotencyKey: 'other' });
    await send(launch, { spec: 'a' });
    await send(launch, { spec: 'a' });
    expect(sent).toHaveLength(6);
  });

  it('refuses a key that was used for another request', async () => {
    const { namesOf, sent } = once();
    await namesOf('a');
    await expect(namesOf('b')).rejects.toMatchObject({
      status: { name: 'INVALID_ARGUMENT' },
      reason: 'IDEMPOTENCY_KEY_REUSED',
      message: 'the idempotency key "k" was used for another request; take a new one for each new request',
    });
    expect(sent).toHaveLength(1);
  });

  it.each(['', 'ä', 'a\n', 'x'.repeat(256)])('refuses the key %j', async (idempotencyKey) => {
    const { namesOf, sent } = once();
    await expect(namesOf('a', { idempotencyKey })).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY',
      message: 'the idempotency key must have 1 to 255 characters of printable ASCII; a UUID is a good one',
    });
    expect(sent).toEqual([]);
  });

  it('forgets after ten minutes', async () => {
    const { namesOf, clock } = once();
    await namesOf('a');
    clock.ms += 10 * 60_000 - 1;
    expect(await namesOf('a')).toEqual(['job-1']);
    clock.ms += 1;
    expect(await namesOf('a')).toEqual(['job-2']);
    expect(await namesOf('a')).toEqual(['job-2']);
  });

  it.each(['UNAVAILABLE', 'INTERNAL', 'RESOURCE_EXHAUSTED'] as const)('tries again after %s', async (status) => {
    const { namesOf } = once((_, count) => {
      if (count === 1) throw new GatewayError(status, 'not done', { origin: 'upstream' });
      return { names: ['done'] };
    });
    await expect(namesOf('a')).rejects.toThrow('not done');
    expect(await namesOf('a')).toEqual(['done']);
  });

  it.each([
    new GatewayError('DEADLINE_EXCEEDED', 'too late', { origin: 'upstream' }),
    new GatewayError('UNAVAILABLE', 'the connection broke', { origin: 'upstream', mayHaveHappened: true }),
  ])('does not try again what may have been done: $message', async (error) => {
    const { namesOf, sent } = once(() => {
      throw error;
    });
    await expect(namesOf('a')).rejects.toThrow(error.message);
    await expect(namesOf('a')).rejects.toThrow(error.message);
    expect(sent).toHaveLength(1);
  });

  it('keeps the answer for a caller who has lost the connection', async () => {
    const answer: { now?: (value: unknown) => void } = {};
    const { namesOf, sent } = once(() => new Promise((resolve) => Object.assign(answer, { now: resolve })));
    const lost = new AbortController();
    const first = namesOf('a', { signal: lost.signal });
    lost.abort();
    await expect(first).rejects.toMatchObject({ reason: 'CALLER_GONE' });
    const second = namesOf('a');
    answer.now?.({ names: ['kept'] });
    expect(await second).toEqual(['kept']);
    expect(sent).toHaveLength(1);
  });

  it('goes on for as long as its first caller was willing to wait, where that is longer', async () => {
    const { namesOf, sent, clock } = once();
    await namesOf('a', { deadlineAt: clock.ms + 60_000 });
    await namesOf('b', { deadlineAt: clock.ms + 500, idempotencyKey: 'other' });
    expect(sent.map(({ deadlineAt }) => deadlineAt! - clock.ms)).toEqual([60_000, 1_000]);
  });

  it('remembers a thousand answers, and the newest ones', async () => {
    const { namesOf, sent } = once();
    for (let index = 0; index <= 1_000; index++) await namesOf('a', { idempotencyKey: String(index) });
    await namesOf('a', { idempotencyKey: '1' });
    expect(sent).toHaveLength(1_001);
    await namesOf('a', { idempotencyKey: '0' });
    expect(sent).toHaveLength(1_002);
  });

  it('does not look at the keys of other RPCs', async () => {
    const { send, sent } = once(() => ({}));
    await send('job.JobInterface/Pause', {}, { idempotencyKey: 'k' });
    await send('job.JobInterface/Pause', {}, { idempotencyKey: 'k' });
    expect(sent).toHaveLength(2);
  });
});
