import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { GatewayError } from '../../src/call/gateway-error.ts';
import { createUpstream, type UpstreamOptions } from '../../src/upstream/create-upstream.ts';
import { callOf, method } from '../pipeline/calls.ts';

describe.each(['grpc-js', 'http2'] as const)('by %s', (transport) => {
  const get = method('GetShelf');
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  /** Waits for something to become true, for as long as a slow machine may need. */
  const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 });

  /** Listens on a free port of the loopback interface. */
  async function listen(onSocket: (socket: Socket) => void, port = 0): Promise<{ server: Server; port: number }> {
    const server = createServer(onSocket);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => server.close());
    return { server, port: (server.address() as { port: number }).port };
  }

  /** A gRPC server that answers GetShelf. */
  async function serveShelf(port = 0): Promise<{ server: GrpcServer; port: number }> {
    const server = new GrpcServer();
    const bytes = (value: Buffer) => value;
    const answer = (_: unknown, callback: (error: null, reply: Buffer) => void) => callback(null, Buffer.from('shelf'));
    server.register('/shop.Shelf/GetShelf', answer as never, bytes, bytes, 'unary');
    const bound = await new Promise<number>((resolve, reject) =>
      server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, found) =>
        error === null ? resolve(found) : reject(error),
      ),
    );
    open.push(() => server.forceShutdown());
    return { server, port: bound };
  }

  /** A way to the server on which nothing arrives any more once it is cut; new connections are as whole as ever. */
  async function wayTo(target: number) {
    const pairs: (readonly [Socket, Socket])[] = [];
    const { port } = await listen((socket) => {
      const further = connect(target, '127.0.0.1');
      pairs.push([socket, further]);
      socket.pipe(further).pipe(socket);
      for (const end of [socket, further]) end.on('error', () => {});
    });
    open.push(() => {
      for (const socket of pairs.flat()) socket.destroy();
    });
    const cut = () => {
      for (const [socket, further] of pairs) {
        socket.unpipe(further);
        further.unpipe(socket);
        socket.resume();
        further.resume();
      }
    };
    return { port, cut, connections: () => pairs.length };
  }

  function start(port: number, options: Partial<UpstreamOptions> = {}) {
    const log: string[] = [];
    const write = (level: string) => (fields: object, message: string) =>
      void log.push(`${level}: ${message} ${JSON.stringify(fields)}`);
    const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const upstream = createUpstream({
      transport,
      endpoint: `127.0.0.1:${port}`,
      maxReceiveBytes: 1_024,
      logger,
      silentAfterMs: 0,
      ...options,
    });
    open.push(upstream.close);
    const ask = (patienceMs = 60_000) => upstream.invoke(callOf(get, { deadlineAt: Date.now() + patienceMs }));
    const deadline = () => expect(ask(100)).rejects.toMatchObject({ status: { name: 'DEADLINE_EXCEEDED' } });
    return { upstream, log, ask, deadline, address: JSON.stringify({ address: `127.0.0.1:${port}` }) };
  }

  describe('a connection on which nothing comes any more', () => {
    it('is given up after three deadlines, for one that answers', async () => {
      const way = await wayTo((await serveShelf()).port);
      const { upstream, log, ask, deadline, address } = start(way.port);
      await ask();
      way.cut();
      await deadline();
      await deadline();
      expect([upstream.silences(), way.connections()]).toEqual([0, 1]);
      await deadline();
      expect([upstream.silences(), upstream.isConnected()]).toEqual([1, false]);
      await eventually(() => expect(upstream.isConnected()).toBe(true));
      expect(Buffer.from((await ask()).message).toString()).toBe('shelf');
      expect(way.connections()).toBe(2);
      expect(log).toEqual([
        `info: connected to Cuebot ${address}`,
        `warn: 3 calls in a row met their deadline without a byte from Cuebot; a new connection is dialled ${address}`,
        `info: Cuebot can be reached again ${address}`,
      ]);
    });

    it('is kept while anything comes', async () => {
      const { server, port } = await serveShelf();
      const bytes = (value: Buffer) => value;
      server.register('/shop.Shelf/FindShelf', (() => {}) as never, bytes, bytes, 'unary');
      const { upstream, ask } = start(port);
      const find = method('FindShelf');
      for (let round = 0; round < 5; round += 1) {
        const hanging = upstream.invoke(callOf(find, { deadlineAt: Date.now() + 200 }));
        await ask();
        await expect(hanging).rejects.toMatchObject({ status: { name: 'DEADLINE_EXCEEDED' } });
      }
      expect(upstream.silences()).toBe(0);
    });

    it('is kept when those who call are in a hurry, or ask what is never answered', async () => {
      const way = await wayTo((await serveShelf()).port);
      for (const options of [{ silentAfterMs: 60_000 }, { mayGoUnanswered: () => true }]) {
        const { upstream, ask, deadline } = start(way.port, options);
        await ask();
        way.cut();
        for (let round = 0; round < 4; round += 1) await deadline();
        expect(upstream.silences()).toBe(0);
      }
    });
  });

  describe('a port that accepts and says nothing', () => {
    it('is no connection, and is dialled anew after three deadlines', async () => {
      const accepted: Socket[] = [];
      const { port } = await listen((socket) => accepted.push(socket.resume()));
      open.push(() => {
        for (const socket of accepted) socket.destroy();
      });
      const { upstream, deadline } = start(port);
      for (let round = 0; round < 3; round += 1) await deadline();
      expect([upstream.silences(), upstream.isConnected()]).toEqual([1, false]);
      await eventually(() => expect(accepted.length).toBeGreaterThan(1));
      expect(upstream.isConnected()).toBe(false);
    });
  });

  describe('the log', () => {
    it('tells once that Cuebot is lost, and once that it is back', async () => {
      const { server, port } = await serveShelf();
      const { upstream, log, ask, address } = start(port);
      await ask();
      server.forceShutdown();
      await eventually(() => expect(log.at(-1)).toBe(`warn: Cuebot cannot be reached any more ${address}`));
      for (let round = 0; round < 3; round += 1) {
        const failure: GatewayError = await ask().then(
          () => expect.fail('nobody listens'),
          (error) => error,
        );
        // The words of the failure are for the log, address included.
        expect(failure.cause).toContain(`127.0.0.1:${port}`);
        expect(failure.message).not.toContain(String(port));
      }
      await serveShelf(port);
      await eventually(() => expect(upstream.isConnected()).toBe(true));
      await ask();
      expect(log).toEqual([
        `info: connected to Cuebot ${address}`,
        `warn: Cuebot cannot be reached any more ${address}`,
        `info: Cuebot can be reached again ${address}`,
      ]);
    });

    it('says that Cuebot is not there when the gateway starts', async () => {
      const { server, port } = await listen(() => {});
      server.close();
      const { upstream, log, address } = start(port);
      expect(upstream.isConnected()).toBe(false);
      await eventually(() => expect(log).toEqual([`warn: Cuebot cannot be reached ${address}`]));
    });
  });
});
