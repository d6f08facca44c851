import { once } from 'node:events';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { startGateway, type TestGateway } from '../app/running-gateway.ts';
import { createAuthority } from '../certificates.ts';
import { askHttp2, dialHttp2 } from '../http2-client.ts';
import { isMissing, type ProxyName, proxyNames, type RunningProxy, startProxy } from './start-proxy.ts';

// `npm run proxies`. Not among the usual tests: the programs are Debian packages that few machines have.
const isAsked = process.env['npm_lifecycle_event'] === 'proxies';

const name = 'cuegate.studio.example';
const authority = createAuthority();
const certificate = authority.issue(`DNS:${name}`);
afterAll(() => authority.remove());

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(proxy: ProxyName, change?: (recipe: string) => string) {
  const gateway = await startGateway({
    settings: {
      TRUSTED_PROXIES: '127.0.0.1',
      ALLOWED_HOSTS: name,
      LIVE_MIN_INTERVAL: '50ms',
      METRICS_PORT: '0',
    },
  });
  closers.push(gateway.close);
  const running = await startProxy(proxy, {
    gatewayPort: gateway.gateway.port,
    certificate,
    ...(change !== undefined && { change }),
  });
  closers.push(running.stop);
  return { gateway, running };
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request through the proxy from an address that is not the proxy's. */
async function send({ port }: RunningProxy, path: string, { method = 'POST', headers = {}, body }: Asking = {}) {
  const agent = new Agent({ ca: authority.cert, servername: name, localAddress: '127.0.0.2' });
  closers.push(() => agent.destroy());
  const request = httpsRequest({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent,
    headers: { host: `${name}:${port}`, ...headers },
  });
  request.on('error', () => undefined);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { request, response };
}

async function ask(running: RunningProxy, path: string, asking?: Asking) {
  const { response } = await send(running, path, asking);
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text };
}

const bearer = ({ token }: TestGateway) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
const find = 'show.ShowInterface/FindShow';
const body = '{"name":"testing"}';
const show = JSON.stringify({ query: '{ show(name: "testing") { name } }' });
const prefixes = ['', '/farm'];

describe.skipIf(!isAsked).each(proxyNames)('%s, by its recipe', (proxy) => {
  it('is installed', () => {
    expect(isMissing(proxy)).toBe(false);
  });

  it.each(prefixes)('passes REST, GraphQL, streams and WebSockets under "%s"', async (prefix) => {
    const { gateway, running } = await start(proxy);
    const headers = bearer(gateway);
    expect(await ask(running, `${prefix}/${find}`, { headers, body })).toMatchObject({ status: 200 });
    const answer = await ask(running, `${prefix}/graphql`, { headers, body: show });
    expect(JSON.parse(answer.text)).toEqual({ data: { show: { name: 'testing' } } });

    const live = JSON.stringify({ query: 'subscription { show(name: "testing") { name defaultMinCores } }' });
    const { request, response } = await send(running, `${prefix}/graphql`, {
      headers: { ...headers, accept: 'text/event-stream' },
      body: live,
    });
    let events = 0;
    for await (const chunk of response) {
      events += String(chunk).split('event: next').length - 1;
      // The second comes from what is done while the stream is open.
      if (events === 1) {
        const { json } = await gateway.rest('show.ShowInterface/GetShows', {}, { host: name });
        const change = {
          show: json.shows.shows.find(({ name: each }: { name: string }) => each === 'testing'),
          minCores: 9,
        };
        await gateway.rest('show.ShowInterface/SetDefaultMinCores', change, { host: name });
      }
      if (events >= 2) break;
    }
    request.destroy();

    const client = createClient({
      url: `wss://127.0.0.1:${running.port}${prefix}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocols: string[]) {
          const tls = { ca: authority.cert, servername: name };
          const address = `${name}:${running.port}`;
          super(url, protocols, { ...tls, headers: { host: address }, origin: `https://${address}` });
        }
      },
      connectionParams: { authorization: headers.authorization },
      retryAttempts: 0,
    });
    const results = client.iterate({ query: '{ show(name: "testing") { name } }' });
    expect((await results.next()).value).toEqual({ data: { show: { name: 'testing' } } });
    await client.dispose();
  });

  it('speaks HTTP/2, and keeps few connections to the gateway', async () => {
    const { gateway, running } = await start(proxy);
    const session = await dialHttp2(`https://127.0.0.1:${running.port}`, { ca: authority.cert, servername: name });
    closers.push(() => session.destroy());
    const headers = {
      ':method': 'POST',
      ':path': `/${find}`,
      ':authority': `${name}:${running.port}`,
      ...bearer(gateway),
    };
    for (let count = 0; count < 50; count++) expect((await askHttp2(session, headers, body)).status).toBe(200);
    const metrics = await (await fetch(`${gateway.gateway.metricsUrl}/metrics`)).text();
    expect(Number(/^cuegate_open_connections (\d+)$/m.exec(metrics)?.[1])).toBeLessThan(10);
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('passes health checks by %s', async (method) => {
    const { running } = await start(proxy);
    expect((await ask(running, '/readyz', { method })).status).toBe(200);
  });

  it('names the caller, whatever the caller says', async () => {
    const { gateway, running } = await start(proxy);
    const headers = { ...bearer(gateway), origin: 'https://evil.example', 'x-forwarded-for': '203.0.113.9' };
    const answer = await ask(running, `/${find}`, { headers, body });
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('comes from https://evil.example')]);
    expect(gateway.log.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ event: 'REQUEST_BLOCKED', remoteAddress: '127.0.0.2' }),
    );
  });

  it('passes pages of the gateway itself', async () => {
    const { gateway, running } = await start(proxy);
    const headers = { ...bearer(gateway), origin: `https://${name}:${running.port}` };
    expect((await ask(running, `/${find}`, { headers, body })).status).toBe(200);
  });
});

describe.skipIf(!isAsked)('nginx without the line for Host', () => {
  /** It sends the name of the upstream then. */
  const nameless = (upstream: string) => (recipe: string) =>
    recipe
      .replace(/^ *proxy_set_header Host .*\n/m, '')
      .replace('upstream cuegate', `upstream ${upstream}`)
      .replaceAll('http://cuegate', `http://${upstream}`);

  it('is told 421, with the name that it sends', async () => {
    const { gateway, running } = await start('nginx', nameless('farm-door.lan'));
    const answer = await ask(running, `/${find}`, { headers: bearer(gateway), body });
    expect([answer.status, answer.text]).toEqual([421, expect.stringContaining('is not \\"farm-door.lan\\"; if')]);
  });

  it('is told 403 where that name is allowed, and a page asks', async () => {
    const { gateway, running } = await start('nginx', nameless('localhost'));
    const headers = { ...bearer(gateway), origin: `https://${name}:${running.port}` };
    const answer = await ask(running, `/${find}`, { headers, body });
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('pages of other sites are refused')]);
  });
});
