import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';

import type { GatewayError } from '../../src/call/gateway-error.ts';
import { createUpstream } from '../../src/upstream/create-upstream.ts';
import { callOf, method } from '../pipeline/calls.ts';

describe.each(['grpc-js', 'http2'] as const)('by %s', (transport) => {
  const get = method('GetShelf');
  const open: { close: () => void }[] = [];

  afterEach(() => {
    for (const { close } of open.splice(0)) close();
  });

  /** How one call ends whose stream is answered so. It has no deadline: what never ends fails by the test's own time. */
  async function endOf(answer: (stream: ServerHttp2Stream) => void) {
    const server = createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.resume().once('end', () => answer(stream));
    });
    server.on('sessionError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const upstream = createUpstream({ transport, endpoint: `127.0.0.1:${port}`, maxReceiveBytes: 1_024 });
    open.push(upstream, { close: () => server.close() });
    return upstream.invoke(callOf(get)).then(
      ({ message }) => Buffer.from(message).toString(),
      ({ status: { code, httpStatus }, message, mayHaveHappened }: GatewayError) => ({
        code,
        httpStatus,
        message,
        ...(mayHaveHappened && { mayHaveHappened }),
      }),
    );
  }

  function frame(message: Uint8Array | string, flag = 0): Buffer {
    const head = Buffer.alloc(5);
    head[0] = flag;
    head.writeUInt32BE(message.length, 1);
    return Buffer.concat([head, Buffer.from(message as string)]);
  }

  const ok = { ':status': 200, 'content-type': 'application/grpc' };

  /** Messages and a status behind them. */
  function answer(messages: readonly Buffer[], trailers: OutgoingHttpHeaders, headers: OutgoingHttpHeaders = {}) {
    return (stream: ServerHttp2Stream) => {
      stream.respond({ ...ok, ...headers }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers(trailers));
      for (const message of messages) stream.write(message);
      stream.end();
    };
  }

  describe('a status that is no number', () => {
    it.each(['abc', '', '1.5', '0x5', 'NaN'])('is UNKNOWN with its text: %j', async (status) => {
      const end = await endOf(answer([frame('a')], { 'grpc-status': status, 'grpc-message': 'odd' }));
      expect(end).toEqual({ code: 2, httpStatus: 500, message: 'odd' });
    });

    it('is itself when it is a number that nobody knows', async () => {
      const end = await endOf(answer([], { 'grpc-status': '17', 'grpc-message': 'odd' }));
      expect(end).toEqual({ code: 17, httpStatus: 500, message: 'odd' });
    });
  });

  describe('a compressed message', () => {
    const done = { 'grpc-status': '0' };
    const compressed = (encoding?: string) =>
      answer([frame('abc', 1)], done, encoding === undefined ? {} : { 'grpc-encoding': encoding });

    it.each([undefined, 'identity', 'br', 'snappy'])('is an error where the encoding is %s', async (encoding) => {
      expect(await endOf(compressed(encoding))).toEqual({
        code: 13,
        httpStatus: 500,
        message: 'grpc: compressed flag set with identity or empty encoding, or one that is not known here',
        mayHaveHappened: true,
      });
    });

    it('is an error where it is not what the encoding says', async () => {
      expect(await endOf(compressed('gzip'))).toMatchObject({ code: 13, message: expect.stringContaining('gzip') });
    });

    it('is read where the encoding is known', async () => {
      const packed = frame(gzipSync('abc'), 1);
      expect(await endOf(answer([packed], done, { 'grpc-encoding': 'gzip' }))).toBe('abc');
    });
  });

  describe('an answer that is no gRPC', () => {
    const page = (headers: OutgoingHttpHeaders) => (stream: ServerHttp2Stream) => {
      stream.respond(headers);
      stream.end('<h1>hello</h1>');
    };

    it('is UNKNOWN, and told by its content type, however well its status is', async () => {
      expect(await endOf(page({ ':status': 200, 'content-type': 'text/html' }))).toEqual({
        code: 2,
        httpStatus: 500,
        message: 'transport: received unexpected content-type "text/html"',
        mayHaveHappened: true,
      });
      expect(await endOf(page({ ':status': 200 }))).toMatchObject({
        code: 2,
        message: 'malformed header: missing HTTP content-type',
      });
    });

    it('is told by its status where that is none of success', async () => {
      const end = await endOf(page({ ':status': 502, 'content-type': 'text/html' }));
      expect(end).toMatchObject({ code: 14, message: expect.stringContaining('502') });
    });
  });

  describe('two messages where there is one', () => {
    const refusal = {
      code: 13,
      httpStatus: 500,
      message: 'cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message',
      mayHaveHappened: true,
    };

    it('are an error at once', async () => {
      expect(await endOf(answer([frame('a'), frame('b')], { 'grpc-status': '0' }))).toEqual(refusal);
    });

    it('are one, too, when the second comes later and no status does', async () => {
      const end = await endOf((stream) => {
        stream.respond(ok);
        stream.write(frame('a'), () => stream.write(frame('b')));
      });
      expect(end).toEqual(refusal);
    });
  });

  describe('escapes in an error text', () => {
    it.each([
      ['a%2Fb %3B%23%3F', 'a/b ;#?'],
      ['no %C3%BC job %F0%9F%90%B1 100%25', 'no ü job 🐱 100%'],
      ['no %C3%BC job 100%25 %zz %2', 'no ü job 100% %zz %2'],
      ['%252F', '%2F'],
      ['%C3', '\ufffd'],
      ['100% plain', '100% plain'],
    ])('%s are decoded as far as they are some', async (sent, message) => {
      expect(await endOf(answer([], { 'grpc-status': '5', 'grpc-message': sent }))).toMatchObject({ code: 5, message });
    });
  });
});
