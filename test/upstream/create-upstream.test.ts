import { once } from 'node:events';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type handleUnaryCall, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { GatewayError } from '../../src/call/gateway-error.ts';
import { createUpstream, type Upstream } from '../../src/upstream/create-upstream.ts';
import { lostText } from '../../src/upstream/response-headers.ts';
import { callOf, method } from '../pipeline/calls.ts';

describe.each(['grpc-js', 'http2'] as const)('by %s', (transport) => {
  const get = method('GetShelf');
  const bytes = (value: Buffer) => value;
  const open: { close: () => void }[] = [];

  /** A gRPC server with one method, and a channel to it. */
  async function serve(handler: handleUnaryCall<Buffer, Buffer>, maxReceiveBytes = 1024) {
    const server = new Server();
    server.addService(
      {
        GetShelf: {
          path: '/shop.Shelf/GetShelf',
          requestStream: false,
          responseStream: false,
          requestSerialize: bytes,
          requestDeserialize: bytes,
          responseSerialize: bytes,
          responseDeserialize: bytes,
        },
      },
      { GetShelf: handler },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const upstream = createUpstream({ transport, endpoint: `127.0.0.1:${port}`, maxReceiveBytes });
    open.push(upstream, { close: () => server.forceShutdown() });
    return { upstream, server, port };
  }

  afterEach(() => {
    for (const { close } of open.splice(0)) close();
  });

  const failureOf = (upstream: Upstream, overrides = {}): Promise<GatewayError> =>
    upstream.invoke(callOf(get, { deadlineAt: Date.now() + 5_000, ...overrides })).then(
      () => Promise.reject(new Error('the call went well')),
      (error: GatewayError) => error,
    );

  describe('createUpstream()', () => {
    it('carries bytes and metadata both ways', async () => {
      const { upstream } = await serve((call, callback) => {
        const header = new Metadata();
        header.add('x-seen', String(call.metadata.get('x-user')[0]));
        header.add('x-raw-bin', Buffer.from([0, 255]));
        call.sendMetadata(header);
        const trailer = new Metadata();
        trailer.add('x-last', 'word');
        callback(null, Buffer.concat([call.request, Buffer.from('!')]), trailer);
      });
      const reply = await upstream.invoke(callOf(get, { request: Buffer.from('hi'), metadata: [['x-user', 'ann']] }));
      expect(Buffer.from(reply.message).toString()).toBe('hi!');
      expect(reply.header).toContainEqual(['content-type', 'application/grpc+proto']);
      expect(reply.header).toContainEqual(['x-seen', 'ann']);
      expect(reply.header).toContainEqual(['x-raw-bin', Buffer.from([0, 255])]);
      expect(reply.trailer).toContainEqual(['x-last', 'word']);
    });

    it('gives an error with its code, its text, its details and its trailer', async () => {
      const { upstream } = await serve((_, callback) => {
        const metadata = new Metadata();
        metadata.add('grpc-status-details-bin', Buffer.from([8, 5]));
        metadata.add('x-trace', 't1');
        callback({ code: status.NOT_FOUND, details: 'no such shelf', metadata });
      });
      const failure = await failureOf(upstream);
      expect(failure).toMatchObject({ message: 'no such shelf', status: { name: 'NOT_FOUND' }, origin: 'upstream' });
      expect(failure.statusDetails).toEqual(Buffer.from([8, 5]));
      expect(failure.trailer).toContainEqual(['x-trace', 't1']);
    });

    it('ends a call at its deadline', async () => {
      const { upstream } = await serve(() => {});
      expect(await failureOf(upstream, { deadlineAt: Date.now() + 50 })).toMatchObject({
        status: { name: 'DEADLINE_EXCEEDED' },
        message: 'context deadline exceeded',
      });
    });

    it('cancels a call whose caller has gone, so that the server knows', async () => {
      let cancelled = () => {};
      const wasCancelled = new Promise<void>((resolve) => {
        cancelled = resolve;
      });
      let arrived = () => {};
      const hasArrived = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const { upstream } = await serve((call) => {
        call.on('cancelled', cancelled);
        arrived();
      });
      const caller = new AbortController();
      const failure = failureOf(upstream, { signal: caller.signal });
      await hasArrived;
      caller.abort();
      expect(await failure).toMatchObject({ status: { name: 'CANCELLED' }, message: 'context canceled' });
      await wasCancelled;
    });

    it('refuses a reply above the limit and takes one of exactly the limit', async () => {
      const { upstream } = await serve(
        (call, callback) => callback(null, Buffer.alloc(Number(call.request.toString()))),
        100,
      );
      const call = (size: string) => ({ request: Buffer.from(size) });
      expect((await upstream.invoke(callOf(get, call('100')))).message).toHaveLength(100);
      expect(await failureOf(upstream, call('101'))).toMatchObject({
        status: { name: 'RESOURCE_EXHAUSTED' },
        message: 'grpc: received message larger than max (101 vs. 100)',
        mayHaveHappened: true,
      });
    });

    it('says in the Go gateway’s words that nobody listens, without the address', async () => {
      const { upstream, server, port } = await serve((_, callback) => callback(null, Buffer.alloc(0)));
      server.forceShutdown();
      const failure = await failureOf(upstream);
      expect(failure).toMatchObject({
        status: { name: 'UNAVAILABLE' },
        message: 'connection error: desc = "transport: Error while dialing: connect: connection refused"',
        mayHaveHappened: false,
      });
      expect(failure.message).not.toContain(String(port));
    });

    it('tells a connection that breaks during a call', async () => {
      const { upstream, server } = await serve(() => setImmediate(() => server.forceShutdown()));
      const failure = await failureOf(upstream);
      expect(failure.status.name).toMatch(/^(?:UNAVAILABLE|CANCELLED)$/);
      expect(failure.message).toMatch(
        /^(?:error reading from server: EOF|stream terminated by RST_STREAM with error code: CANCEL)$/,
      );
      expect(failure.mayHaveHappened).toBe(true);
    });

    it('finds the server again when it is back', async () => {
      const { upstream, server, port } = await serve((_, callback) => callback(null, Buffer.from('first')));
      await upstream.invoke(callOf(get));
      server.forceShutdown();
      await failureOf(upstream);
      const second = new Server();
      second.register(
        '/shop.Shelf/GetShelf',
        ((_: unknown, callback: (error: null, reply: Buffer) => void) =>
          callback(null, Buffer.from('second'))) as never,
        bytes,
        bytes,
        'unary',
      );
      open.push({ close: () => second.forceShutdown() });
      await new Promise((resolve) =>
        second.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), resolve),
      );
      await vi.waitFor(() => expect(upstream.isConnected()).toBe(true), { timeout: 120_000 });
      expect(Buffer.from((await upstream.invoke(callOf(get))).message).toString()).toBe('second');
    });
  });

  /** An HTTP/2 server that does with each stream what it is told, and a channel to it. */
  async function serveStreams(onStream: (stream: ServerHttp2Stream) => void) {
    const server = createHttp2Server();
    server.on('stream', onStream);
    server.on('sessionError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const upstream = createUpstream({ transport, endpoint: `127.0.0.1:${port}`, maxReceiveBytes: 1024 });
    open.push(upstream, { close: () => server.close() });
    return upstream;
  }

  describe('a call whose connection drops', () => {
    it('may have been carried out', async () => {
      const upstream = await serveStreams((stream) => {
        stream.on('error', () => {});
        stream.resume().once('end', () => stream.session?.destroy());
      });
      expect(await failureOf(upstream)).toMatchObject({
        status: { name: 'UNAVAILABLE' },
        message: 'error reading from server: EOF',
        mayHaveHappened: true,
      });
    });

    it('may have been carried out when its answer had begun', async () => {
      const upstream = await serveStreams((stream) => {
        stream.on('error', () => {});
        stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' });
        stream.resume().once('end', () => setImmediate(() => stream.session?.destroy()));
      });
      expect((await failureOf(upstream)).mayHaveHappened).toBe(true);
    });
  });

  describe('an error text', () => {
    const failing = (message: string | undefined) =>
      serveStreams((stream) => {
        stream.on('error', () => {});
        const text = message === undefined ? {} : { 'grpc-message': message };
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc+proto', 'grpc-status': '5', ...text },
          { endStream: true },
        );
      });

    it('arrives as it was sent', async () => {
      expect((await failureOf(await failing('no such shelf'))).message).toBe('no such shelf');
    });

    it('may be empty', async () => {
      expect((await failureOf(await failing(''))).message).toBe('');
    });

    it.each([['no such shelf '], [undefined]])('that is lost on the way is said to be: %j', async (message) => {
      expect(await failureOf(await failing(message))).toMatchObject({
        status: { name: 'NOT_FOUND' },
        message: lostText,
      });
    });
  });
});
