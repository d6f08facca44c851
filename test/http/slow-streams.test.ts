import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';

import { createConnections } from '../../src/http/connections.ts';
import type { Handler } from '../../src/http/mount.ts';
import { sendAnswer } from '../../src/http/send-answer.ts';
import { compileServeHttp2 } from '../../src/http/serve-http2.ts';
import { watchStreams } from '../../src/http/slow-streams.ts';
import { askHttp2, readHttp2 } from '../http2-client.ts';

const opened: (Server | ClientHttp2Session)[] = [];
afterEach(() => {
  for (const each of opened.splice(0).reverse()) 'destroy' in each ? each.destroy() : each.close();
});

/** A server by HTTP/2 whose streams are looked at when the test says so, by a clock that the test sets. Without TLS, which plays no part. */
async function start(listener: Handler) {
  const closed: string[] = [];
  let nowMs = 0;
  const connections = createConnections({
    limits: { maxConnections: () => 10, maxPerAddress: 10, isShared: () => true },
    onClosed: (reason) => closed.push(reason),
    fullText: '',
  });
  const look = watchStreams({
    connections,
    refuse: (response) => sendAnswer(response, { status: 408, body: 'too slow' }),
    now: () => nowMs,
  });
  const handle: Handler = (request, response) => {
    connections.begin(response);
    listener(request, response);
  };
  const serve = compileServeHttp2({
    connections,
    handle,
    refuseExpectation: handle,
    maxConcurrentStreams: 100,
    keepAliveTimeoutMs: 60_000,
    maxHeaderBytes: 65_536,
    maxFields: 100,
  });
  const server = createServer((socket) => {
    connections.add(socket);
    serve(socket as TLSSocket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    settings: { initialWindowSize: 10_000 },
  });
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  opened.push(server, session);
  return {
    session,
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

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('watchStreams()', () => {
  it('answers 408 to a body that comes too slowly, and keeps the connection', async () => {
    let read = 0;
    const { session, closed, pass } = await start((request, response) => {
      if (request.method === 'GET') return sendAnswer(response, { status: 200 });
      request.on('data', (chunk: Buffer) => {
        read += chunk.length;
      });
    });
    const stream = session.request({ ':method': 'POST' });
    stream.write('x'.repeat(100));
    await until(() => read === 100);
    const answer = readHttp2(stream);
    pass(9);
    expect(closed).toEqual([]);
    pass(3);
    expect(await answer).toMatchObject({ status: 408, text: 'too slow' });
    expect(closed).toEqual(['slow-sender']);
    expect((await askHttp2(session, {})).status).toBe(200);
  });

  it('lets a body come for five minutes at most, however fast', async () => {
    let read = 0;
    const { session, closed, pass } = await start((request) => {
      request.on('data', (chunk: Buffer) => {
        read += chunk.length;
      });
    });
    const stream = session.request({ ':method': 'POST' });
    const answer = readHttp2(stream);
    for (let sent = 1; sent <= 61; sent++) {
      stream.write('x'.repeat(10_000));
      await until(() => read === sent * 10_000);
      pass(5);
    }
    expect((await answer).status).toBe(408);
    expect(closed).toEqual(['request-timeout']);
  });

  it('resets a stream that is not read, and not those beside it', async () => {
    const { session, closed, pass } = await start((request, response) => {
      response.end('x'.repeat(request.url === '/long' ? 40_000 : 5_000));
    });
    const long = session.request({ ':path': '/long' });
    long.on('error', () => {});
    await once(long, 'response');
    let isReset = false;
    long.once('close', () => {
      isReset = true;
    });
    // What waits takes some 30 s at the least speed.
    for (let second = 0; second < 20; second++) {
      expect((await askHttp2(session, { ':path': '/short' })).body.length).toBe(5_000);
      pass(1);
    }
    expect(closed).toEqual([]);
    for (let second = 0; second < 40; second++) {
      expect((await askHttp2(session, { ':path': '/short' })).body.length).toBe(5_000);
      pass(1);
    }
    expect(closed).toEqual(['slow-reader']);
    await until(() => isReset);
  });

  it('cuts a connection on which nothing moves', async () => {
    const { session, closed, pass } = await start((_, response) => void response.end('x'.repeat(40_000)));
    const stream = session.request({ ':path': '/' });
    stream.on('error', () => {});
    await once(stream, 'response');
    pass(12);
    expect(closed).toEqual(['slow-reader']);
    await until(() => session.closed || session.destroyed);
  });

  it('leaves alone what waits for the gateway', async () => {
    const { session, closed, pass } = await start((_, response) => response.flushHeaders());
    const stream = session.request({ ':path': '/' });
    await once(stream, 'response');
    pass(600);
    expect(closed).toEqual([]);
    stream.close(constants.NGHTTP2_CANCEL);
  });
});
