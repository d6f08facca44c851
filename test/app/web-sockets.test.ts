import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';

import { type Client, createClient } from 'graphql-ws';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { createGateway } from '../../src/app/gateway.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import type { Json } from '../json.ts';
import { secret, startGateway, type TestGateway, testConfig } from './running-gateway.ts';

/** GraphQL over WebSocket, end to end: the stock client, a gateway that looks often, and a demo Cuebot. */

let running: TestGateway | undefined;
const clients: Client[] = [];
const sockets: WebSocket[] = [];

afterEach(async () => {
  // One that is just trying to come back says that it could not.
  await Promise.allSettled(clients.splice(0).map((client) => client.dispose()));
  for (const socket of sockets.splice(0)) socket.terminate();
  await running?.close();
  running = undefined;
});

const intervals = { LIVE_MIN_INTERVAL: '25ms', LIVE_INTERVAL: '25ms' };

async function start(settings: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  running = await startGateway({ settings: { ...intervals, ...settings } });
  return running;
}

const addressOf = ({ url }: TestGateway) => `${url.replace('http', 'ws')}/graphql`;

/** A client as its users make it, that tells how its sockets closed. */
function connect(gateway: TestGateway, tokenOf: () => string = () => gateway.token) {
  const closes: { readonly code: number; readonly reason: string }[] = [];
  let connections = 0;
  const client = createClient({
    url: addressOf(gateway),
    webSocketImpl: WebSocket,
    connectionParams: () => ({ authorization: `Bearer ${tokenOf()}` }),
    retryAttempts: 100,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 20)),
    on: {
      connected: () => {
        connections += 1;
      },
      closed: (event) => {
        const { code, reason } = event as { code: number; reason: string };
        closes.push({ code, reason });
      },
    },
  });
  clients.push(client);
  return { client, closes, connections: () => connections };
}

/** Follows an operation, and waits for its results by their number. */
function follow(client: Client, query: string) {
  const results: Json[] = [];
  let arrived = () => {};
  let failure: unknown;
  let isComplete = false;
  const stop = client.subscribe(
    { query },
    {
      next: (result) => {
        results.push(result);
        arrived();
      },
      error: (error) => {
        failure = error;
        arrived();
      },
      complete: () => {
        isComplete = true;
        arrived();
      },
    },
  );
  const until = async (isReached: () => boolean) => {
    while (!isReached()) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  return {
    results,
    stop,
    isComplete: () => isComplete,
    next: (count: number) =>
      until(() => {
        if (failure !== undefined) throw failure;
        return results.length >= count;
      }),
    completed: () =>
      until(() => {
        if (failure !== undefined) throw failure;
        return isComplete;
      }),
  };
}

const ignore = () => {};
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const shows = 'subscription { showGetShows { shows { shows { name defaultMinCores } } } }';
const getShows = 'show.ShowInterface/GetShows';

async function changeShow({ rest }: TestGateway, minCores: number): Promise<void> {
  const { json } = await rest(getShows);
  await rest('show.ShowInterface/SetDefaultMinCores', { show: json.shows.shows[0], minCores });
}

/** A bare socket, for what no client does. */
async function openSocket(gateway: TestGateway, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(addressOf(gateway), 'graphql-transport-ws', { headers: { ...headers } });
  sockets.push(socket);
  const messages: { readonly type: string }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  await once(socket, 'open');
  return { socket, messages, closed, send: (message: object) => socket.send(JSON.stringify(message)) };
}

describe('a socket', () => {
  it('carries subscriptions, queries and mutations', async () => {
    const gateway = await start();
    const { client, connections } = connect(gateway);
    const live = follow(client, shows);
    await live.next(1);
    const query = follow(client, '{ showFindShow(name: "testing") { show { id name } } }');
    await query.completed();
    const { id } = query.results[0].data.showFindShow.show;
    const write = `mutation { showSetDefaultMinCores(show: { id: "${id}" }, minCores: 7) { ok } }`;
    const mutation = follow(client, write);
    await mutation.completed();
    expect(mutation.results).toEqual([{ data: { showSetDefaultMinCores: { ok: true } } }]);
    await live.next(2);
    const minCores = live.results.map(({ data }) => data.showGetShows.shows.shows[0].defaultMinCores);
    expect([minCores[0] === 7, minCores[1]]).toEqual([false, 7]);
    expect(connections()).toBe(1);
  });

  it.each([
    ['a mistake', '{ nothing }'],
    ['what is no GraphQL', '{'],
    ['an interval out of bounds', 'subscription { shows(everyMs: 1) { name } }'],
    ['too much at once', `{ ${Array.from({ length: 3_000 }, (_, index) => `a${index}: __typename`).join(' ')} }`],
    ['an error of Cuebot', '{ showFindShow(name: "no-such-show") { show { name } } }'],
    ['the schema', '{ __schema { queryType { name } } }'],
  ])('answers %s as HTTP does', async (_, query) => {
    const gateway = await start();
    const { client } = connect(gateway);
    const asked = follow(client, query);
    // What cannot be executed at all is an error message of the protocol; all else is a result.
    const result = await asked.completed().then(
      () => asked.results[0],
      (errors) => ({ errors }),
    );
    const isLive = query.startsWith('subscription');
    const { json } = await gateway.graphql(isLive ? query.replace('subscription', 'query') : query);
    const plain = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replace(/"requestId":"[^"]*"/g, '"requestId":"…"'));
    if (isLive) expect(result.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    else expect(plain(result)).toEqual(plain(json));
  });

  it('takes the credentials of its upgrade', async () => {
    const gateway = await start();
    const { send, messages, socket } = await openSocket(gateway, { authorization: `Bearer ${gateway.token}` });
    send({ type: 'connection_init' });
    await once(socket, 'message');
    expect(messages).toEqual([{ type: 'connection_ack' }]);
  });

  it.each([
    ['none', {}, {}, 'Authorization header required'],
    ['a bad token', {}, { Authorization: 'Bearer nonsense' }, 'Token validation error'],
    ['two tokens', { authorization: 'Bearer a' }, { authorization: 'Bearer b' }, 'send exactly one'],
  ])(
    'with %s for credentials is closed by the code after which clients bring new ones',
    async (_, headers, payload, reason) => {
      const gateway = await start();
      const { send, closed, messages } = await openSocket(gateway, headers);
      send({ type: 'connection_init', payload });
      expect(await closed).toEqual({ code: 4403, reason: expect.stringContaining(reason) });
      expect(messages).toEqual([]);
      expect([...gateway.cuebot.calls]).toEqual([]);
    },
  );

  it('is closed when its token expires, and its client comes back with another one', async () => {
    const gateway = await start();
    const tokens: string[] = [];
    const { client, closes, connections } = connect(gateway, () => {
      const exp = Math.floor(Date.now() / 1_000) + (tokens.length === 0 ? 2 : 60);
      tokens.push(signToken({ secret, claims: { sub: 'ann', exp } }));
      return tokens.at(-1)!;
    });
    const live = follow(client, shows);
    await live.next(2);
    expect(closes).toEqual([{ code: 4403, reason: expect.stringContaining('token is expired') }]);
    expect([connections(), live.isComplete()]).toEqual([2, false]);
    // What was shown is an answer each time, never the refusal.
    expect(live.results.every(({ data }) => data.showGetShows !== undefined)).toBe(true);
  });

  it('is closed when its token expires while it is silent', async () => {
    const gateway = await start();
    const exp = Math.floor(Date.now() / 1_000) + 2;
    const { send, closed } = await openSocket(gateway);
    send({
      type: 'connection_init',
      payload: { authorization: `Bearer ${signToken({ secret, claims: { sub: 'ann', exp } })}` },
    });
    expect(await closed).toEqual({ code: 4403, reason: expect.stringContaining('token is expired') });
  });

  it('counts each of its subscriptions, and gives the place of one that its client ends to the next', async () => {
    const gateway = await start({ LIVE_MAX_STREAMS: '1' });
    const { client } = connect(gateway);
    const first = follow(client, shows);
    await first.next(1);
    const second = follow(client, shows);
    await second.next(1);
    expect(second.results[0].errors[0]).toMatchObject({
      message: expect.stringContaining('LIVE_MAX_STREAMS'),
      extensions: { code: 'RESOURCE_EXHAUSTED' },
    });
    first.stop();
    const isOpen = async () => {
      const next = follow(client, 'subscription { limitGetAll { limits { name } } }');
      await next.next(1);
      return next.results[0].errors === undefined;
    };
    await expect.poll(isOpen).toBe(true);
  });

  it('leaves nothing behind when its client vanishes', async () => {
    const gateway = await start({ LIVE_MAX_STREAMS: '1' });
    const { send, socket, messages } = await openSocket(gateway);
    send({ type: 'connection_init', payload: { authorization: `Bearer ${gateway.token}` } });
    await once(socket, 'message');
    send({ id: '1', type: 'subscribe', payload: { query: shows } });
    await once(socket, 'message');
    expect(messages.map(({ type }) => type)).toEqual(['connection_ack', 'next']);
    socket.terminate();
    const { client } = connect(gateway);
    const isOpen = async () => {
      const next = follow(client, shows);
      await next.next(1);
      return next.results[0].errors === undefined;
    };
    await expect.poll(isOpen).toBe(true);
  });

  it('shares what its subscriptions look at', async () => {
    // The next tick is midnight's. How many calls later ticks cost is counted where the clock is a fake: create-live.test.ts.
    const daily = { LIVE_MIN_INTERVAL: '1440m', LIVE_INTERVAL: '1440m', LIVE_MAX_INTERVAL: '1440m' };
    const gateway = await start(daily);
    const { client, connections } = connect(gateway);
    const lives = Array.from({ length: 20 }, () => follow(client, shows));
    await Promise.all(lives.map((live) => live.next(1)));
    expect(gateway.cuebot.calls.get(getShows)).toBe(1);
    expect(connections()).toBe(1);
  });

  it('tells all subscriptions of one connection of a change', async () => {
    const gateway = await start();
    const { client, connections } = connect(gateway);
    const lives = Array.from({ length: 20 }, () => follow(client, shows));
    await Promise.all(lives.map((live) => live.next(1)));
    await expect.poll(() => gateway.cuebot.calls.get(getShows)).toBeGreaterThan(5);
    await changeShow(gateway, 9);
    await Promise.all(lives.map((live) => live.next(2)));
    expect(connections()).toBe(1);
  });

  it('answers more at once than it takes at once', async () => {
    const gateway = await start();
    const { client } = connect(gateway);
    const asked = Array.from({ length: 300 }, (_, index) =>
      follow(client, `{ a${index}: showGetShows { shows { shows { name } } } }`),
    );
    await Promise.all(asked.map((query) => query.completed()));
    expect(asked.every(({ results }) => results[0].errors === undefined)).toBe(true);
  });

  it.each([
    ['asks before it says who it is', 4401, [{ id: '1', type: 'subscribe', payload: { query: shows } }]],
    ['says too much at once', 1009, [{ type: 'ping', payload: { text: 'x'.repeat(1024 * 1024) } }]],
    ['says what is no message', 4400, [{ type: 'nonsense' }]],
    ['says nothing', 4408, []],
  ])('whose client %s, is closed with %i', async (_, code, messages) => {
    const gateway = await start();
    const { send, closed } = await openSocket(gateway);
    for (const message of messages) send(message);
    expect(await closed).toMatchObject({ code });
  });

  it('is closed when the gateway restarts, and its client goes on where it was', async () => {
    const gateway = await start();
    const { client, closes } = connect(gateway);
    const live = follow(client, shows);
    await live.next(1);
    await gateway.gateway.close();
    expect(closes[0]).toEqual({ code: 1001, reason: 'the gateway is shutting down' });
    const { port } = gateway.gateway;
    const settings = { CUEBOT_ENDPOINT: gateway.cuebot.endpoint, REST_PORT: String(port), ...intervals };
    const next = await createGateway(testConfig(settings), silent);
    try {
      await live.next(2);
      expect(live.isComplete()).toBe(false);
    } finally {
      await client.dispose();
      await next.close();
    }
  });

  it('is not closed before its writes are answered', async () => {
    running = await startGateway({
      settings: intervals,
      cuebot: { latencyMs: (method) => (method === 'show.ShowInterface/SetDefaultMinCores' ? 500 : 0) },
    });
    const { json } = await running.rest('show.ShowInterface/FindShow', { name: 'testing' });
    const { client } = connect(running);
    const live = follow(client, shows);
    await live.next(1);
    const write = follow(
      client,
      `mutation { showSetDefaultMinCores(show: { id: "${json.show.id}" }, minCores: 5) { ok } }`,
    );
    await expect.poll(() => running!.cuebot.calls.get('show.ShowInterface/SetDefaultMinCores')).toBe(1);
    await running.gateway.close();
    await write.completed();
    expect(write.results).toEqual([{ data: { showSetDefaultMinCores: { ok: true } } }]);
    expect(live.isComplete()).toBe(false);
  });
});

describe('the gate', () => {
  const refusedWith = (gateway: TestGateway, headers: Readonly<Record<string, string>>) =>
    new Promise<number | undefined>((resolve) => {
      const socket = new WebSocket(addressOf(gateway), 'graphql-transport-ws', { headers: { ...headers } });
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('open', () => resolve(undefined));
      socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode));
    });

  it.each([
    ['its own pages', (host: string) => ({ origin: `http://${host}` }), undefined],
    ['a listed origin', () => ({ origin: 'https://friend.example' }), undefined],
    ['another origin', () => ({ origin: 'https://evil.example' }), 403],
    ['another site, as browsers say', () => ({ 'sec-fetch-site': 'cross-site', origin: 'null' }), 403],
    ['a rebound name', () => ({ host: 'evil.example' }), 421],
  ])('judges sockets from %s', async (_, headersOf, status) => {
    const gateway = await start({ CORS_ORIGINS: 'https://friend.example' });
    const headers = headersOf(`127.0.0.1:${gateway.gateway.port}`) as unknown as Record<string, string>;
    expect(await refusedWith(gateway, headers)).toBe(status);
    const blocked = gateway.log.filter(({ fields }) => fields['event'] === 'REQUEST_BLOCKED');
    expect(blocked).toHaveLength(status === undefined ? 0 : 1);
  });
});

describe('a request that offers another protocol', () => {
  it.each([
    [
      'h2c to a route',
      { upgrade: 'h2c', connection: 'Upgrade, HTTP2-Settings' },
      'POST',
      '/show.ShowInterface/FindShow',
      200,
    ],
    ['h2c to GraphQL', { upgrade: 'h2c', connection: 'Upgrade' }, 'POST', '/graphql', 200],
    [
      'a WebSocket to a route',
      { upgrade: 'websocket', connection: 'Upgrade' },
      'GET',
      '/show.ShowInterface/FindShow',
      501,
    ],
    ['a WebSocket with POST', { upgrade: 'websocket', connection: 'Upgrade' }, 'POST', '/graphql', 200],
  ])('(%s) is answered as without the offer', async (_, offer, method, path, status) => {
    const gateway = await start();
    const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json', ...offer };
    const body = JSON.stringify(path === '/graphql' ? { query: '{ __typename }' } : { name: 'testing' });
    const request = httpRequest(`${gateway.url}${path}`, { method, headers });
    request.end(method === 'POST' ? body : undefined);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(status);
    await once(response, 'end');
  });
});
