import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { queryObjects } from 'node:v8';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readBody } from '../../src/http/read-body.ts';

let server: Server;
let bodies: Promise<Buffer>[];
let limit: number;
/** How many bytes may be held. */
let room: number;

beforeEach(async () => {
  bodies = [];
  limit = 1_000_000;
  room = Number.POSITIVE_INFINITY;
  server = createServer((request, response) => {
    const reading = {
      maxBytes: limit,
      tooLong: () => new Error('too long'),
      gone: () => new Error('gone'),
      take: (bytes: number) => {
        if (bytes > room) return false;
        room -= bytes;
        return true;
      },
      noRoom: () => new Error('no room'),
    };
    const body = readBody(request, response, reading);
    bodies.push(body);
    body.then(
      (bytes) => response.end(bytes),
      (error: Error) => response.writeHead(413).end(error.message),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => void server.close());

const portOf = () => (server.address() as AddressInfo).port;

/** Sends a body in these pieces, each a chunk of its own, and gives back what comes. */
async function echo(pieces: readonly Uint8Array[]): Promise<Buffer> {
  const request = httpRequest({ port: portOf(), host: '127.0.0.1', method: 'POST' });
  for (const piece of pieces) request.write(piece);
  request.end();
  const [response] = await once(request, 'response');
  return Buffer.concat(await response.toArray());
}

describe('readBody()', () => {
  it('puts chunks of any sizes together', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9_000, size: 'max' }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(pieces, async (chunks) => {
        expect((await echo(chunks)).equals(Buffer.concat(chunks))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('counts what comes without an announced length', async () => {
    expect(String(await echo(Array.from({ length: 11 }, () => Buffer.alloc(100_000))))).toBe('too long');
  });

  it('joins a body that is longer than a turn can copy', async () => {
    const chunks = Array.from({ length: 90 }, (_, index) => Buffer.alloc(100_000, index));
    limit = 10_000_000;
    expect((await echo(chunks)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('asks for room for what it holds, and holds nothing more when there is none', async () => {
    room = 250_000;
    expect(String(await echo(Array.from({ length: 5 }, () => Buffer.alloc(100_000))))).toBe('no room');
    expect(room).toBeGreaterThanOrEqual(0);
  });

  it('holds a body of the smallest chunks in one piece', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    const [served] = (await once(server, 'connection')) as [Socket];
    const count = () => queryObjects(Uint8Array, { format: 'count' });
    const before = count();
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    for (let sent = 0; sent < 20; sent++) socket.write('1\r\nx\r\n'.repeat(10_000));
    await expect.poll(() => served.bytesRead).toBeGreaterThan(1_200_000);
    // A body kept as its chunks would be 200,000 of them.
    expect(count() - before).toBeLessThan(1_000);
    socket.write('0\r\n\r\n');
    await once(socket, 'data');
    expect((await bodies[0])?.length).toBe(200_000);
    socket.destroy();
  });

  it('ends when the client leaves', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf');
    await expect.poll(() => bodies.length).toBe(1);
    socket.destroy();
    await expect(bodies[0]).rejects.toThrow('gone');
  });
});
