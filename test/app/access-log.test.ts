import { once } from 'node:events';

import { afterEach, describe, expect, it } from 'vitest';

import { WebSocket } from 'ws';

import { connectGrpc } from './grpc-client.ts';
import { startGateway, type TestGateway } from './running-gateway.ts';

let running: TestGateway | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const start = async (settings: Readonly<Record<string, string>>): Promise<TestGateway> => {
  running = await startGateway({ settings: { GRPC_PORT: '0', TRUSTED_PROXIES: '127.0.0.1', ...settings } });
  return running;
};

const findShow = 'show.ShowInterface/FindShow';
const accessesOf = ({ log }: TestGateway) =>
  log.flatMap(({ fields }) => (fields['event'] === 'ACCESS' ? [fields] : []));

/** The line about a request; it is written when the answer has gone. */
async function accessOf(gateway: TestGateway, requestId: unknown) {
  const find = () => accessesOf(gateway).find((fields) => fields['requestId'] === requestId);
  await expect.poll(find, { timeout: 30_000 }).toBeDefined();
  return find()!;
}

describe('ACCESS_LOG', () => {
  it('has a line for each request, however it ended', async () => {
    const gateway = await start({ ACCESS_LOG: 'true' });
    const headers = { 'x-request-id': 'mine', 'x-forwarded-for': '203.0.113.7' };
    await gateway.rest(`${findShow}?token=secret`, { name: 'testing' }, headers);
    expect(await accessOf(gateway, 'mine')).toEqual({
      event: 'ACCESS',
      method: 'POST',
      path: `/${findShow}`,
      status: 200,
      durationMs: expect.any(Number),
      remoteAddress: '203.0.113.7',
      requestId: 'mine',
    });
    await gateway.rest(findShow, {}, { authorization: '', 'x-request-id': 'nobody' });
    expect(await accessOf(gateway, 'nobody')).toMatchObject({ status: 401, path: `/${findShow}` });
    await fetch(`${gateway.url}/healthz`, { headers: { 'x-request-id': 'probe' } });
    expect(await accessOf(gateway, 'probe')).toMatchObject({ method: 'GET', path: '/healthz', status: 200 });
  });

  it('has the id that the answer tells, where the client has chosen none', async () => {
    const gateway = await start({ ACCESS_LOG: 'true' });
    const { headers } = await gateway.graphql('{ viewer { subject } }');
    expect(await accessOf(gateway, headers['x-request-id'])).toMatchObject({ path: '/graphql', status: 200 });
  });

  it('has the calls of gRPC, too', async () => {
    const gateway = await start({ ACCESS_LOG: 'true' });
    const client = connectGrpc(gateway.gateway.grpcPort!);
    await client.call(
      findShow,
      { name: 'testing' },
      { authorization: `Bearer ${gateway.token}`, 'x-request-id': 'one' },
    );
    await client.call(findShow, { name: 'testing' }, { 'x-request-id': 'two' });
    client.close();
    expect(await accessOf(gateway, 'one')).toMatchObject({
      method: 'gRPC',
      path: `/${findShow}`,
      status: 'OK',
      remoteAddress: '127.0.0.1',
    });
    expect(await accessOf(gateway, 'two')).toMatchObject({ status: 'UNAUTHENTICATED' });
  });

  it('has WebSockets when they close', async () => {
    const gateway = await start({ ACCESS_LOG: 'true' });
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-request-id': 'socket' },
    });
    await once(socket, 'open');
    socket.close();
    expect(await accessOf(gateway, 'socket')).toMatchObject({ method: 'GET', path: '/graphql', status: 101 });
  });

  it('is off by default', async () => {
    const gateway = await start({});
    await gateway.rest(findShow, { name: 'testing' });
    expect(accessesOf(gateway)).toEqual([]);
  });
});
