import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { forwardCalls } from '../../src/agent/forward-calls.ts';
import type { Call } from '../../src/call/call.ts';
import { Departure } from '../../src/call/call-signal.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { identityOf } from '../authentication/identity.ts';

const method = loadProtoFiles(['proto']).methods.get('job.JobInterface/LaunchSpec')!;

let server: Server;
let gateway: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let refused: string[];
beforeEach(async () => {
  refused = [];
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}/farm/`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

let tokens = 0;
const login = {
  token: async () => {
    tokens += 1;
    return `token-${tokens}`;
  },
  refused: (token: string) => void refused.push(token),
};
const send = (more: Partial<Call> = {}) =>
  forwardCalls({ gateway, login })(method)({
    method,
    request: Buffer.from([1, 2]),
    identity: identityOf('ann'),
    surface: 'grpc',
    metadata: [],
    timeoutMs: undefined,
    signal: new Departure(),
    requestId: 'r-1',
    ...more,
  });

describe('forwardCalls()', () => {
  it('sends bytes by Connect, below the path of the gateway, and answers with the reply’s', async () => {
    let seen: IncomingMessage | undefined;
    const chunks: Buffer[] = [];
    answer = async (request, response) => {
      seen = request;
      for await (const chunk of request) chunks.push(chunk);
      response.writeHead(200, { 'content-type': 'application/proto' }).end(Buffer.from([9]));
    };
    // As pycue does, which asks for 10,000 s.
    expect((await send({ timeoutMs: 10_000_000 })).message).toEqual(Buffer.from([9]));
    expect(seen!.url).toBe('/farm/job.JobInterface/LaunchSpec');
    expect(seen!.headers).toMatchObject({
      authorization: `Bearer token-${tokens}`,
      'connect-protocol-version': '1',
      'connect-timeout-ms': '10000000',
      'content-type': 'application/proto',
      'x-request-id': 'r-1',
    });
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([1, 2]));
  });

  it.each([
    [409, '{"code":"already_exists","message":"there"}', 'ALREADY_EXISTS', 'there', false],
    [503, '{"code":"unavailable","message":"full"}', 'UNAVAILABLE', 'full', false],
    [500, '{"code":"unknown","message":"lost"}', 'UNKNOWN', 'lost', false],
    [503, '<html>', 'UNAVAILABLE', 'the gateway, or a proxy in front of it, answered with HTTP status 503', false],
    [502, '<html>', 'UNAVAILABLE', 'the gateway, or a proxy in front of it, answered with HTTP status 502', true],
    [404, 'null', 'UNIMPLEMENTED', 'the gateway, or a proxy in front of it, answered with HTTP status 404', false],
  ])('reads the error of %d %s', async (httpStatus, body, name, message, mayHaveHappened) => {
    answer = (_, response) => response.writeHead(httpStatus).end(body);
    await expect(send()).rejects.toMatchObject({ status: { name }, message, mayHaveHappened });
  });

  it('sends once more with another token where one was not taken', async () => {
    const asked: unknown[] = [];
    answer = ({ headers }, response) => {
      asked.push(headers.authorization);
      response.writeHead(401).end('{"code":"unauthenticated","message":"expired"}');
    };
    await expect(send()).rejects.toMatchObject({ status: { name: 'UNAUTHENTICATED' }, message: 'expired' });
    expect(asked).toEqual([`Bearer token-${tokens - 1}`, `Bearer token-${tokens}`]);
    expect(refused).toEqual([`token-${tokens - 1}`]);
  });

  it('says that a call may have happened when its connection breaks, and that it was not sent when there is none', async () => {
    answer = ({ socket }) => void socket.destroy();
    await expect(send()).rejects.toMatchObject({ status: { name: 'UNAVAILABLE' }, mayHaveHappened: true });
    const free = createNetServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    gateway = `http://127.0.0.1:${(free.address() as AddressInfo).port}`;
    await new Promise((resolve) => free.close(resolve));
    await expect(send()).rejects.toMatchObject({
      status: { name: 'UNAVAILABLE' },
      message: 'the gateway cannot be reached (ECONNREFUSED)',
      mayHaveHappened: false,
    });
  });

  it('takes its token nowhere else', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    await expect(send()).rejects.toMatchObject({ status: { name: 'UNAVAILABLE' } });
  });

  it('ends with its caller', async () => {
    const signal = new Departure();
    const arrived = new Promise<IncomingMessage>((resolve) => {
      answer = (request) => resolve(request);
    });
    const sent = send({ signal });
    const { socket } = await arrived;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    signal.abort();
    await expect(sent).rejects.toMatchObject({ status: { name: 'CANCELLED' } });
    await closed;
  });
});
