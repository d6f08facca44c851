import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createConnections } from '../../src/http/connections.ts';
import { readKernelQueues } from '../../src/http/kernel-queue.ts';
import { watchTransfers } from '../../src/http/slow-transfers.ts';

const opened: (Server | Socket)[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) {
    if ('closeAllConnections' in each) each.close().closeAllConnections();
    else each.destroy();
  }
});

/** A server whose transfers are looked at when the test says so, by a clock that the test sets. */
async function start(listener: RequestListener) {
  const closed: string[] = [];
  let nowMs = 0;
  const connections = createConnections({
    limits: { maxConnections: () => 10, maxPerAddress: 10, isShared: () => true },
    onClosed: (reason) => closed.push(reason),
    fullText: '',
  });
  const look = watchTransfers(connections, { senderText: 'too slow', now: () => nowMs });
  const server = createServer((request, response) => {
    connections.begin(response);
    listener(request, response);
  });
  server.on('connection', connections.add);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  opened.push(server, socket);
  return {
    socket,
    closed,
    /** Looks every second for so long. */
    pass: (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        nowMs += 1_000;
        look();
      }
    },
  };
}

const post = (length: number) => `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`;

describe('watchTransfers()', () => {
  it('gives up a body that comes too slowly, and says so', async () => {
    let read = 0;
    const { socket, closed, pass } = await start((request) => {
      request.on('data', (chunk: Buffer) => {
        read += chunk.length;
      });
    });
    socket.setEncoding('latin1').write(`${post(100_000)}x`);
    await vi.waitFor(() => expect(read).toBe(1));
    pass(10);
    expect(closed).toEqual([]);
    socket.write('x'.repeat(12_000));
    await vi.waitFor(() => expect(read).toBe(12_001));
    pass(10);
    expect(closed).toEqual([]);
    socket.write('x'.repeat(9_000));
    await vi.waitFor(() => expect(read).toBe(21_001));
    const answer = once(socket, 'data');
    pass(2);
    expect(closed).toEqual(['slow-sender']);
    expect(await answer).toEqual(['too slow']);
  });

  it('judges no body that nobody has asked for', async () => {
    const asked = vi.fn<RequestListener>();
    const { socket, closed, pass } = await start(asked);
    socket.write(post(100_000));
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    pass(100);
    expect(closed).toEqual([]);
  });

  it('cuts a client that does not read its answer', async () => {
    const written = vi.fn();
    const { socket, closed, pass } = await start((_, response) => {
      response.write(Buffer.alloc(64 * 1024 * 1024));
      written();
    });
    socket.pause().write(post(0));
    await vi.waitFor(() => expect(written).toHaveBeenCalled());
    pass(10);
    expect(closed).toEqual([]);
    const end = once(socket, 'close');
    // As soon as the kernel has taken what it will.
    await vi.waitFor(() => {
      pass(11);
      expect(closed).toEqual(['slow-reader']);
    });
    socket.resume();
    await end;
  });

  it.skipIf(process.platform !== 'linux')(
    'lets a client be that reads slowly, of what the kernel holds for it',
    async () => {
      const served: Socket[] = [];
      const { socket, closed, pass } = await start((request, response) => {
        response.write(Buffer.alloc(64 * 1024 * 1024));
        served.push(request.socket);
      });
      socket.pause().write(post(0));
      await vi.waitFor(() => expect(served).toHaveLength(1));
      const acknowledged = () => {
        const [{ bytesWritten, writableLength } = socket] = served;
        return bytesWritten - writableLength - readKernelQueues()(served[0]!);
      };
      for (let round = 0; round < 3; round++) {
        pass(9);
        const before = acknowledged();
        while (acknowledged() < before + 20_000) {
          if (socket.read() === null) await once(socket, 'readable');
        }
      }
      expect(closed).toEqual([]);
      // Nothing of what follows is read.
      await vi.waitFor(() => {
        pass(11);
        expect(closed).toEqual(['slow-reader']);
      });
    },
  );

  it('lets a stream live that has nothing to say', async () => {
    const { socket, closed, pass } = await start((_, response) => void response.write('event'));
    socket.write(post(0));
    await once(socket, 'data');
    pass(100);
    expect(closed).toEqual([]);
  });
});
