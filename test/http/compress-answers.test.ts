import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createByteBudget } from '../../src/http/byte-budget.ts';
import { compressAnswers } from '../../src/http/compress-answers.ts';
import type { Handler } from '../../src/http/mount.ts';

const mebibyte = 1024 * 1024;
const long = JSON.stringify({ data: { frames: Array.from({ length: 500 }, (_, number) => ({ number })) } });

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server whose answers are compressed; each request has an account, as those of the surfaces have. */
async function serve(handler: Handler, maxBytes = 100 * mebibyte) {
  const budget = createByteBudget(maxBytes);
  const compressed = compressAnswers(handler, budget);
  server = createServer((request, response) => {
    budget.open(response).assign('ann');
    compressed(request, response);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const begin = async (accepted: string | undefined, method = 'GET'): Promise<IncomingMessage> => {
    const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
    const [response] = await once(httpRequest({ port, host: '127.0.0.1', method, headers }).end(), 'response');
    return response;
  };
  const ask = async (accepted?: string, method?: string) => {
    const response = await begin(accepted, method);
    const { statusCode: status, headers } = response;
    return { status, headers, body: await buffer(response) };
  };
  return { ask, begin, budget };
}

const sendLong: Handler = (_, response) => void response.writeHead(200, { 'content-length': long.length }).end(long);

describe('compressAnswers()', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('writes a long answer in %s', async (coding, unpack) => {
    const { ask } = await serve(sendLong);
    const { status, headers, body } = await ask(coding);
    expect({ status, headers }).toMatchObject({ status: 200, headers: { 'content-encoding': coding } });
    expect(headers).not.toHaveProperty('content-length');
    expect(unpack(body).toString()).toBe(long);
    expect(body.length).toBeLessThan(long.length / 3);
  });

  it.each<readonly [string, Handler]>([
    ['end() alone', (_, response) => response.end(long)],
    [
      'writeHead() with a phrase',
      (_, response) => response.writeHead(200, 'Fine', { 'Content-Length': long.length }).end(long),
    ],
    [
      'setHeader(), write() and end()',
      (_, response) => {
        response.setHeader('Content-Length', long.length);
        response.write(long.slice(0, 100));
        response.write(Buffer.from(long.slice(100)));
        response.end();
      },
    ],
    [
      'an encoding and a callback',
      (_, response) => response.end(Buffer.from(long).toString('base64'), 'base64', () => {}),
    ],
  ])('takes an answer by %s', async (_, handler) => {
    const { headers, body } = await (await serve(handler)).ask('gzip');
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toBe(long);
  });

  it('leaves short ones as they are, unless the client refuses that', async () => {
    const { ask } = await serve((_, response) => response.end('{}'));
    expect((await ask('gzip, br')).headers).toMatchObject({ 'content-length': '2', vary: 'Accept-Encoding' });
    const { headers, body } = await ask('gzip, identity;q=0');
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toBe('{}');
  });

  it('leaves all as it is for clients that take nothing else, and tells caches', async () => {
    const { ask } = await serve((request, response) => {
      response.setHeader('X-Body', 'plain');
      sendLong(request, response);
    });
    for (const accepted of [undefined, 'identity', 'deflate', 'gzip;q=0']) {
      const { headers, body } = await ask(accepted);
      expect(headers).toMatchObject({ 'content-length': `${long.length}`, vary: 'Accept-Encoding', 'x-body': 'plain' });
      expect(body.toString()).toBe(long);
    }
  });

  it('answers HEAD with the head of GET', async () => {
    const { ask } = await serve(sendLong);
    const [head, get] = [await ask('br', 'HEAD'), await ask('br')];
    expect(head.body).toHaveLength(0);
    // How a body would be framed is nothing that a head without one has to say.
    const { 'transfer-encoding': _, ...described } = get.headers;
    expect({ ...head.headers, date: '' }).toEqual({ ...described, date: '' });
  });

  it.each<readonly [string, Handler]>([
    ['a 304', (_, response) => response.writeHead(304, { etag: 'W/"1"', 'content-length': 5_000 }).end()],
    [
      'what is compressed already',
      (_, response) =>
        response.writeHead(200, { 'content-encoding': 'zstd', 'content-length': 2_000 }).end(Buffer.alloc(2_000)),
    ],
    [
      'what must not be changed',
      (_, response) =>
        response
          .writeHead(200, { 'cache-control': 'no-store, no-transform', 'content-length': 2_000 })
          .end(Buffer.alloc(2_000)),
    ],
  ])('leaves %s alone', async (_, handler) => {
    const plain = await (await serve(handler)).ask();
    const offered = await (await serve(handler)).ask('gzip, br');
    expect({ ...offered.headers, date: '' }).toEqual({ ...plain.headers, date: '' });
    expect(offered.body.equals(plain.body)).toBe(true);
  });

  it('lets each event of a stream through when it happens', async () => {
    let response: ServerResponse | undefined;
    const { begin } = await serve((_, begun) => {
      response = begun;
      begun.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
    });
    const stream = await begin('gzip, br');
    expect(stream.headers).not.toHaveProperty('content-encoding');
    const events = stream[Symbol.asyncIterator]();
    expect((await events.next()).value.toString()).toBe('data: first\n\n');
    response!.write('data: second\n\n');
    expect((await events.next()).value.toString()).toBe('data: second\n\n');
  });

  it('compresses no further ahead than its client reads, and holds that for the caller', async () => {
    const body = randomBytes(32 * mebibyte);
    let response: ServerResponse | undefined;
    const { begin, budget } = await serve((_, begun) => {
      response = begun.writeHead(200, { 'content-length': body.length });
      begun.end(body);
    });
    const reading = await begin('gzip');
    reading.pause();
    await vi.waitFor(() => expect(response!.writableNeedDrain).toBe(true));
    expect(response!.writableLength).toBeLessThan(mebibyte);
    expect(response!.writableEnded).toBe(false);
    expect(budget.heldBytes).toBeGreaterThan(body.length);
    expect(gunzipSync(await buffer(reading)).equals(body)).toBe(true);
    await vi.waitFor(() => expect(budget.heldBytes).toBe(0));
  });

  it('gives up what its client leaves behind', async () => {
    const { begin, budget } = await serve((_, response) => response.end(randomBytes(32 * mebibyte)));
    const reading = await begin('gzip');
    expect(budget.heldBytes).toBeGreaterThan(0);
    reading.destroy();
    await vi.waitFor(() => expect(budget.heldBytes).toBe(0));
  });

  it('asks its writer to wait, and calls it again', async () => {
    const piece = randomBytes(mebibyte);
    let waits = 0;
    const { ask } = await serve(async (_, response) => {
      response.writeHead(200, { 'content-length': 20 * piece.length });
      for (let count = 0; count < 20; count++) {
        if (response.write(piece)) continue;
        waits++;
        await once(response, 'drain');
      }
      response.end();
    });
    expect(gunzipSync((await ask('gzip')).body)).toHaveLength(20 * piece.length);
    expect(waits).toBeGreaterThan(0);
  });

  it('sends an answer as it is where the budget has no room for more', async () => {
    const { ask, budget } = await serve(sendLong, mebibyte);
    const other = Object.assign(new EventEmitter(), { writableLength: 0 });
    const hold = budget.open(other as never);
    hold.assign('ann');
    expect(hold.take(mebibyte / 2)).toBe(true);
    expect((await ask('br')).headers).not.toHaveProperty('content-encoding');
    hold.set(0);
    expect((await ask('br')).headers['content-encoding']).toBe('br');
  });
});
