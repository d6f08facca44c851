import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { GatewayError } from '../../src/call/gateway-error.ts';
import { createByteBudget } from '../../src/http/byte-budget.ts';
import { replay } from '../conformance/replay.ts';
import { send } from '../app/running-gateway.ts';
import { identifyRequestsBy, identityOf } from '../authentication/identity.ts';
import { type RestServer, type StartRestOptions, registry, replyWith, startRest } from './rest-server.ts';

const running: RestServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(options: StartRestOptions = {}): Promise<RestServer> {
  const server = await startRest(options);
  running.push(server);
  return server;
}

const path = '/conf.v1.Echo/EchoSmall';
const json = (status: string, body: string, fields = '') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${fields}Date: $DATE\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('createRest()', () => {
  it('answers a call with its reply', async () => {
    const server = await start();
    expect(await server.post(path, '{"s":"hi","i":3}')).toBe(json('200 OK', '{"s":"hi","i":3}'));
    expect(server.calls).toMatchObject([
      {
        method: { fullName: 'conf.v1.Echo/EchoSmall' },
        request: Buffer.from('\n\x02hi\x10\x03'),
        identity: { subject: 'anonymous' },
        surface: 'rest',
        metadata: [],
        timeoutMs: undefined,
      },
    ]);
  });

  it('writes the spaced style when asked to', async () => {
    const server = await start({ style: 'spaced' });
    expect(await server.post(path, '{"s":"hi","i":3}')).toBe(json('200 OK', '{"s":"hi", "i":3}'));
    expect(await server.post(path, '[')).toBe(
      json('400 Bad Request', '{"code":3, "message":"unexpected EOF", "details":[]}'),
    );
  });

  it('routes the services that are given, and no other', async () => {
    const { services } = registry;
    const server = await start({ services: services.filter(({ name }) => name === 'Echo') });
    expect(await server.post('/conf.v1.NotServed/Do', '{}')).toBe(
      json('404 Not Found', '{"code":5,"message":"Not Found","details":[]}'),
    );
    expect(server.calls).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'toString', '%5f%5fproto%5f%5f'])('has no route called %s', async (name) => {
    const server = await start();
    expect(await server.post(`/${name}`, '{}')).toContain('404 Not Found');
  });

  it('waits for an identity that takes its time', async () => {
    const server = await start({
      identify: identifyRequestsBy(async ({ authorization }) => identityOf(`${authorization}`)),
    });
    await server.post(path, '{}', 'Authorization: Bearer me\r\nAuthorization: Bearer you\r\n');
    expect(server.calls[0]?.identity.subject).toBe('Bearer me');
  });

  it('answers bad credentials as plain text, before anything else is looked at', async () => {
    const server = await start({
      identify: () => {
        throw new GatewayError('UNAUTHENTICATED', 'token is expired', { origin: 'credentials' });
      },
    });
    expect(await server.post('/nope', '{', 'Grpc-Timeout: x\r\n')).toBe(
      'HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n' +
        'Date: $DATE\r\nContent-Length: 17\r\n\r\ntoken is expired\n',
    );
  });

  it('answers an identity that cannot be had as the error it is', async () => {
    const server = await start({
      identify: () =>
        Promise.reject(new GatewayError('UNAVAILABLE', 'keys cannot be fetched', { retryAfterSeconds: 2.1 })),
    });
    expect(await server.post(path, '{}')).toBe(
      json(
        '503 Service Unavailable',
        '{"code":14,"message":"keys cannot be fetched","details":[]}',
        'Retry-After: 3\r\n',
      ),
    );
  });

  it('hides what went wrong unexpectedly', async () => {
    const server = await start({ invoke: () => Promise.reject(new Error('password is 1234')) });
    expect(await server.post(path, '{}')).toBe(
      json('500 Internal Server Error', '{"code":13,"message":"internal error","details":[]}'),
    );
  });

  it('makes no metadata of headers unless told to', async () => {
    const headers = 'Grpc-Metadata-A: 1\r\nGrpc-Metadata-B-Bin: ***\r\nGrpc-Metadata-: x\r\nCookie: c\r\n';
    const server = await start();
    expect(await server.post(path, '{}', headers)).toContain('200 OK');
    expect(server.calls[0]?.metadata).toEqual([]);
  });

  it('forwards headers when told to', async () => {
    const server = await start({ forwardMetadata: true });
    await server.post(path, '{}', 'Grpc-Metadata-A: 1\r\nAuthorization: t\r\n');
    expect(server.calls[0]?.metadata).toEqual([
      ['a', '1'],
      ['authorization', 't'],
      ['grpcgateway-authorization', 't'],
      ['x-forwarded-host', 'h'],
      ['x-forwarded-for', '127.0.0.1'],
    ]);
  });

  it('takes a sane request id over', async () => {
    const server = await start();
    await server.post(path, '{}', 'X-Request-Id: mine\r\n');
    await server.post(path, '{}', 'X-Request-Id: "no"\r\n');
    expect(server.calls[0]?.requestId).toBe('mine');
    expect(server.calls[1]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('passes on how long the caller will wait', async () => {
    const server = await start();
    await server.post(path, '{}', 'Grpc-Timeout: 1500m\r\n');
    await server.post(path, '{}', 'Grpc-Timeout: 0S\r\n');
    expect(server.calls.map(({ timeoutMs }) => timeoutMs)).toEqual([1_500, undefined]);
  });

  it('asks for the body of a client that waits to be asked', async () => {
    const server = await start();
    expect(await server.post(path, '', 'Expect: 100-continue\r\n')).toContain('200 OK');
    const request = `POST ${path} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`;
    const { response } = await replay({
      port: server.port,
      request,
      responses: 2,
      untilClosed: false,
      patienceMs: 3_000,
    });
    expect(response).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });
});

describe('the body', () => {
  const tooLarge = '{"code":8,"message":"the request body is longer than 1000 bytes","details":[]}';

  it('may be as long as the limit', async () => {
    const server = await start();
    expect(await server.post(path, '{}'.padEnd(1_000))).toContain('200 OK');
  });

  it('is refused unread when it is announced too long', async () => {
    const server = await start();
    expect(await server.post(path, 'x'.repeat(1_001))).toBe(
      json('429 Too Many Requests', tooLarge).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    );
    expect(server.calls).toEqual([]);
  });

  it('is refused as soon as it gets too long', async () => {
    const server = await start();
    const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`;
    const request = `POST ${path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}${chunk}`;
    // The last chunk never comes: the answer does not wait for it.
    const { response } = await replay({
      port: server.port,
      request,
      responses: 1,
      untilClosed: true,
      patienceMs: 3_000,
    });
    expect(response).toContain('429 Too Many Requests');
    expect(response).toContain(tooLarge);
  });

  it('may come in many pieces', async () => {
    const server = await start();
    const socket = connect(server.port, '127.0.0.1');
    socket.setNoDelay(true);
    const response = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    const text = '{"s":"in pieces"}';
    socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${text.length}\r\n\r\n`);
    for (const character of text) {
      socket.write(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await response).toContain('{"s":"in pieces","i":0}');
    socket.destroy();
  });
});

describe('a client that goes away', () => {
  it('cancels its call', async () => {
    let invoked = () => {};
    const isInvoked = new Promise<void>((resolve) => {
      invoked = resolve;
    });
    const cancelled = new Promise<void>((resolve) => {
      void start({
        invoke: ({ signal }) => {
          invoked();
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              resolve();
              reject(new GatewayError('CANCELLED', 'context canceled'));
            });
          });
        },
      }).then((server) => {
        const socket = connect(server.port, '127.0.0.1');
        socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}`);
        void isInvoked.then(() => socket.destroy());
      });
    });
    await expect(cancelled).resolves.toBeUndefined();
  });

  it('in the middle of its body causes no call', async () => {
    const server = await start();
    const socket = connect(server.port, '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n{"s":`, () => resolve());
    });
    socket.destroy();
    // A whole exchange afterwards, so that the server has seen the end of the other.
    await server.post(path, '{}');
    expect(server.calls).toHaveLength(1);
  });
});

describe('a reply', () => {
  it('shows its metadata and, to those who want them, its trailers', async () => {
    const server = await start({
      invoke: async () =>
        replyWith(new Uint8Array(0), {
          header: [
            ['x-b', '2'],
            ['content-type', 'application/grpc'],
            ['x-a', '1'],
            ['x-b', '3'],
          ],
          trailer: [
            ['t-b', '2'],
            ['t-a', '1'],
          ],
        }),
    });
    const head =
      'Grpc-Metadata-Content-Type: application/grpc\r\nGrpc-Metadata-X-A: 1\r\n' +
      'Grpc-Metadata-X-B: 2\r\nGrpc-Metadata-X-B: 3\r\n';
    expect(await server.post(path, '{}')).toBe(json('200 OK', '{"s":"","i":0}', head));
    expect(await server.post(path, '{}', 'TE: Trailers\r\n')).toBe(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${head}Trailer: Grpc-Trailer-T-B\r\n` +
        'Trailer: Grpc-Trailer-T-A\r\nDate: $DATE\r\nTransfer-Encoding: chunked\r\n\r\n' +
        'e\r\n{"s":"","i":0}\r\n0\r\nGrpc-Trailer-T-A: 1\r\nGrpc-Trailer-T-B: 2\r\n\r\n',
    );
  });

  it.each([
    ['\n\x01\xff', 'string field contains invalid UTF-8'],
    ['\n\x05x', 'proto: cannot parse invalid wire-format data'],
  ])('that cannot be read (%j) is an error', async (wire, text) => {
    const server = await start({ invoke: async () => replyWith(Buffer.from(wire, 'latin1')) });
    const message = `grpc: failed to unmarshal the received message: ${text}`;
    expect(await server.post(path, '{}')).toBe(
      json('500 Internal Server Error', `{"code":13,"message":"${message}","details":[]}`),
    );
  });
});

describe('the memory that callers hold', () => {
  /** More than the kernel takes of an answer that is not read. */
  const length = 2 ** 24;
  const large = Buffer.concat([Buffer.from('\n\x80\x80\x80\x08', 'latin1'), Buffer.alloc(length, 'x')]);
  const largeReply = () => Promise.resolve(replyWith(large));

  /** A connection whose client sends a request and does not read the answer. */
  async function neverRead(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').pause();
    socket.on('error', () => {});
    socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}`);
    await once(socket, 'connect');
    return socket;
  }

  it('is bounded: who finds no room is answered 503 before the call, and 200 when there is room again', async () => {
    const refused: string[] = [];
    // Room for one large reply at a time.
    const budget = createByteBudget(4 * length);
    const server = await start({ invoke: largeReply, budget, onRefused: (reason) => refused.push(reason) });
    const socket = await neverRead(server.port);
    // Its reply has become JSON, and is not read.
    await vi.waitFor(() => expect(budget.heldBytes).toBe(length + 14), { timeout: 60_000 });
    expect(await server.post(path, '{}')).toBe(
      json(
        '503 Service Unavailable',
        '{"code":14,"message":"the gateway holds as many bytes as it may; try again in a moment","details":[]}',
        'Retry-After: 1\r\n',
      ),
    );
    expect(refused).toEqual(['BUFFERS_FULL']);
    expect(server.calls.length).toBe(1);
    socket.destroy();
    await vi.waitFor(() => expect(budget.heldBytes).toBe(0), { timeout: 60_000 });
    const again = await send(undefined, `http://127.0.0.1:${server.port}${path}`, 'POST', {}, '{}');
    expect([again.status, again.text.length]).toEqual([200, length + 14]);
  });

  it('is asked for by bodies: 413 when there is none', async () => {
    const refused: string[] = [];
    const budget = createByteBudget(1_000);
    const server = await start({ budget, onRefused: (reason) => refused.push(reason), maxBodyBytes: 10_000 });
    const socket = connect(server.port, '127.0.0.1').resume();
    socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 600\r\n\r\n${'x'.repeat(450)}`);
    await vi.waitFor(() => expect(budget.heldBytes).toBe(450));
    const answer = await server.post(path, 'x'.repeat(100));
    expect(answer).toMatch(/^HTTP\/1\.1 413 Request Entity Too Large\r\n.*Retry-After: 1\r\n.*Connection: close\r\n/s);
    expect(answer).toContain('{"code":8,"message":"the gateway holds as many bytes of bodies as it may;');
    expect(refused).toEqual(['BODY_BUFFERS_FULL']);
    socket.destroy();
  });

  it('is given to one large reply at a time, and to other work in between', async () => {
    const text = Buffer.concat([Buffer.from('\n\x80\x80\x80\x01', 'latin1'), Buffer.alloc(2 ** 21, 'x')]);
    let begun = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await start({
      invoke: async () => {
        begun++;
        await released;
        return replyWith(text);
      },
    });
    const order: string[] = [];
    const ask = (rpc: string) =>
      send(undefined, `http://127.0.0.1:${server.port}${rpc}`, 'POST', {}, '{}').then(
        ({ status, text: { length } }) => {
          order.push(`${status} ${length}`);
        },
      );
    const lists = Array.from({ length: 4 }, () => ask(path));
    await vi.waitFor(() => expect(begun).toBe(4), { timeout: 60_000 });
    // All four replies come in one turn, and a small request a moment later.
    release();
    await Promise.all([...lists, ask('/conf.v1.Echo/nope')]);
    expect(order.toSorted()).toEqual([...Array(4).fill(`200 ${2 ** 21 + 14}`), '404 45']);
    expect(order.at(-1)).not.toBe('404 45');
  });
});

describe('a method that streams', () => {
  it('is refused as long as nobody can send it', async () => {
    const server = await start();
    expect(await server.post('/conf.v1.Echo/Stream', '{}')).toBe(
      json(
        '501 Not Implemented',
        '{"code":12,"message":"conf.v1.Echo/Stream streams, which is not supported","details":[]}',
      ),
    );
    expect(server.calls).toEqual([]);
  });
});
