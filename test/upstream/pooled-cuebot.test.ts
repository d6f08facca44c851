import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';

import { PooledCuebot } from '../../src/upstream/pooled-cuebot.ts';
import { callOf, method } from '../pipeline/calls.ts';
import { openDoor } from './door.ts';

const get = method('GetShelf');
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A Cuebot that answers each call with the next of these codes, and a way to it. */
async function cuebotThatSays(...codes: readonly number[]) {
  // The first call makes the connection.
  const left = [status.OK, ...codes];
  const server = new Server();
  const bytes = (value: Buffer) => value;
  const answer = (_: unknown, callback: (error: object | null, reply: Buffer) => void) => {
    const code = left.shift() ?? status.OK;
    callback(code === status.OK ? null : { code, details: 'as told' }, Buffer.alloc(0));
  };
  server.register('/shop.Shelf/GetShelf', answer as never, bytes, bytes, 'unary');
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  );
  opened.push(() => server.forceShutdown());
  const door = await openDoor(bound);
  opened.push(door.close);
  const asides: string[] = [];
  const cuebot = new PooledCuebot({
    name: 'one',
    endpoint: `127.0.0.1:${door.port}`,
    maxReceiveBytes: 1_024,
    onSetAside: ({ name }) => asides.push(name),
  });
  opened.push(() => cuebot.upstream.close());
  const call = (timeoutMs = 20_000) =>
    cuebot
      .invokeOf(get)(callOf(get, { deadlineAt: Date.now() + timeoutMs }))
      .then(
        () => 'OK',
        (error) => error.status.name,
      );
  await call();
  cuebot.takeBack();
  return { cuebot, door, asides, call };
}

describe('a Cuebot of several', () => {
  const { UNAVAILABLE, INTERNAL, OK } = status;

  it.each<[string, readonly number[], number]>([
    ['after three UNAVAILABLE in a row', [UNAVAILABLE, UNAVAILABLE, UNAVAILABLE], 1],
    ['once, however many follow', Array.from({ length: 7 }, () => UNAVAILABLE), 1],
    ['not after two', [UNAVAILABLE, UNAVAILABLE, OK, UNAVAILABLE, UNAVAILABLE], 0],
    ['not where INTERNAL comes in between: that is an answer', [UNAVAILABLE, UNAVAILABLE, INTERNAL, UNAVAILABLE], 0],
    ['never for INTERNAL', Array.from({ length: 9 }, () => INTERNAL), 0],
  ])('is set aside %s', async (_, codes, times) => {
    const { cuebot, call, asides } = await cuebotThatSays(...codes);
    for (const _code of codes) await call();
    expect(asides).toHaveLength(times);
    expect(cuebot.state).toBe(times > 0 ? 'set-aside' : 'ready');
    cuebot.takeBack();
    expect([cuebot.state, await call()]).toEqual(['ready', 'OK']);
  });

  it('is set aside after three deadlines without a byte, those of impatient callers apart', async () => {
    const { cuebot, call, door, asides } = await cuebotThatSays();
    await call();
    door.swallow();
    expect(await Promise.all([call(50), call(50), call(50), call(50)])).toEqual(Array(4).fill('DEADLINE_EXCEEDED'));
    expect(asides).toEqual([]);
    await Promise.all([call(1_200), call(1_200)]);
    expect(asides).toEqual([]);
    await call(1_200);
    expect([asides, cuebot.state]).toEqual([['one'], 'set-aside']);
  });
});
