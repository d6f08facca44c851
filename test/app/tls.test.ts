import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { credentials, status } from '@grpc/grpc-js';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { createAuthority, loopbackNames } from '../certificates.ts';
import { askHttp2 as ask, dialHttp2 } from '../http2-client.ts';
import { isBrowserMissing, launchBrowser } from '../browser.ts';
import { connectGrpc } from './grpc-client.ts';
import { secret, startGateway, type TestGateway } from './running-gateway.ts';
import { parseConfig } from '../../src/config/config.ts';

const authority = createAuthority();
const own = authority.issue(loopbackNames);
const folder = mkdtempSync(join(tmpdir(), 'cuegate-tls-app-'));
afterAll(() => {
  authority.remove();
  rmSync(folder, { recursive: true });
});

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ownFiles = { TLS_CERT_FILE: own.certFile, TLS_KEY_FILE: own.keyFile };

async function start(settings: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const running = await startGateway({ settings: { ...ownFiles, ...settings } });
  closers.push(running.close);
  return running;
}

async function dial({ url }: TestGateway): Promise<ClientHttp2Session> {
  const session = await dialHttp2(url, { ca: authority.cert });
  closers.push(() => session.destroy());
  return session;
}

const post = ({ token }: TestGateway, path: string, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders => ({
  ':method': 'POST',
  ':path': path,
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  ...more,
});

const findShow = '/show.ShowInterface/FindShow';
const testing = '{"name":"testing"}';
/** `name: "testing"` as protobuf writes it. */
const testingBytes = Buffer.from([10, 7, ...Buffer.from('testing')]);

describe('a gateway with a certificate', () => {
  it('serves REST by HTTP/2', async () => {
    const running = await start();
    const answer = await ask(await dial(running), post(running, findShow), testing);
    expect(JSON.parse(answer.text)).toMatchObject({ show: { name: 'testing' } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': `${answer.body.length}`,
    });
    expect(answer.headers['date']).toBeDefined();
  });

  it('answers errors of REST as by HTTP/1.1', async () => {
    const running = await start({ MAX_REQUEST_MB: '1' });
    const session = await dial(running);
    const statusOf = async (headers: OutgoingHttpHeaders, body?: string) => (await ask(session, headers, body)).status;
    expect(await statusOf(post(running, findShow, { authorization: 'Bearer no' }), testing)).toBe(401);
    expect(await statusOf(post(running, '/nowhere'), testing)).toBe(404);
    expect(await statusOf(post(running, findShow), '{"name":')).toBe(400);
    expect(await statusOf(post(running, findShow), `{"name":"${'x'.repeat(2 ** 21)}"}`)).toBe(429);
    expect(await statusOf(post(running, findShow, { ':authority': 'evil.example' }), testing)).toBe(421);
    expect(await statusOf(post(running, findShow, { origin: 'https://evil.example' }), testing)).toBe(403);
    expect(await statusOf(post(running, `/${findShow}`), testing)).toBe(307);
    expect(await statusOf({ ':path': `/${findShow}`, ':method': 'HEAD' })).toBe(307);
    expect(await statusOf(post(running, findShow), testing)).toBe(200);
  });

  it('serves long answers whole', async () => {
    const running = await start();
    const get = post(running, '/job.JobInterface/GetJobs');
    const answer = await ask(await dial(running), get, '{"r":{"include_finished":true}}');
    const plain = await running.cuebot.farm.jobs.size;
    expect(JSON.parse(answer.text).jobs.jobs.length).toBeGreaterThan(0);
    expect(JSON.parse(answer.text).jobs.jobs.length).toBeLessThanOrEqual(plain);
  });

  it('serves GraphQL, its page and its streams by HTTP/2', async () => {
    const running = await start({ LIVE_MIN_INTERVAL: '25ms' });
    const session = await dial(running);
    const query = JSON.stringify({ query: '{ show(name: "testing") { name } }' });
    const answer = await ask(session, post(running, '/graphql'), query);
    expect(JSON.parse(answer.text)).toEqual({ data: { show: { name: 'testing' } } });
    const page = await ask(session, { ':path': '/graphql', accept: 'text/html' });
    expect([page.status, page.text.startsWith('<!doctype html>')]).toEqual([200, true]);
    const stream = session.request(post(running, '/graphql', { accept: 'text/event-stream' }));
    stream.end(JSON.stringify({ query: 'subscription { show(name: "testing") { name } }' }));
    let text = '';
    for await (const chunk of stream) {
      text += chunk;
      if (text.includes('event: next')) break;
    }
    expect(text).toContain('data: {"data":{"show":{"name":"testing"}}}');
  });

  it('ends streams by themselves when it stops, for their clients to come back', async () => {
    const running = await start({ LIVE_MIN_INTERVAL: '25ms' });
    const session = await dial(running);
    const stream = session.request(post(running, '/graphql', { accept: 'text/event-stream' }));
    stream.end(JSON.stringify({ query: 'subscription { show(name: "testing") { name } }' }));
    let text = '';
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
      if (text.includes('event: next')) begin();
    });
    await begun;
    const ended = new Promise((resolve) => stream.once('close', resolve));
    await running.gateway.close();
    await ended;
    expect(text).not.toContain('event: complete');
  });

  it('serves Connect and gRPC-Web by HTTP/2', async () => {
    const running = await start();
    const session = await dial(running);
    const connect = await ask(session, post(running, findShow, { 'content-type': 'application/proto' }), testingBytes);
    expect([connect.status, connect.headers['content-type']]).toEqual([200, 'application/proto']);
    expect(connect.text).toContain('testing');
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, testingBytes.length]), testingBytes]);
    const web = await ask(session, post(running, findShow, { 'content-type': 'application/grpc-web+proto' }), frame);
    expect([web.status, web.headers['content-type']]).toEqual([200, 'application/grpc-web+proto']);
    expect(web.text).toContain('grpc-status: 0');
  });

  it('opens WebSockets by HTTP/1.1', async () => {
    const running = await start();
    const client = createClient({
      url: `${running.url.replace('https', 'wss')}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols, { ca: authority.cert });
        }
      },
      connectionParams: { authorization: `Bearer ${running.token}` },
      retryAttempts: 0,
    });
    const results = client.iterate({ query: '{ show(name: "testing") { name } }' });
    expect((await results.next()).value).toEqual({ data: { show: { name: 'testing' } } });
    await client.dispose();
  });

  it('says in metrics until when its certificate is good', async () => {
    const running = await start({ METRICS_PORT: '0' });
    const text = await (await fetch(`${running.gateway.metricsUrl}/metrics`)).text();
    expect(text).toContain('cuegate_tls_certificate_usable 1\n');
    const end = Number(/^cuegate_tls_certificate_end_timestamp_seconds (\S+)$/m.exec(text)?.[1]);
    expect(end * 1000).toBeGreaterThan(Date.now());
  });
});

describe('a certificate that is replaced', () => {
  const [certFile, keyFile] = [join(folder, 'live.pem'), join(folder, 'live.key')];
  /** As tools do that renew certificates: at once, each file by itself. */
  const put = ({ certFile: cert, keyFile: key }: { certFile: string; keyFile: string }) => {
    for (const [from, to] of [
      [cert, certFile],
      [key, keyFile],
    ] as const) {
      copyFileSync(from, `${to}.new`);
      renameSync(`${to}.new`, to);
    }
  };
  const serialOf = (port: number) =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('is shown without a restart; one that cannot be used is told, and the old one stays', async () => {
    put(own);
    const running = await start({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, METRICS_PORT: '0' });
    const { port, metricsUrl } = running.gateway;
    const usable = async () =>
      /^cuegate_tls_certificate_usable (\d)$/m.exec(await (await fetch(`${metricsUrl}/metrics`)).text())?.[1];
    const session = await dial(running);
    const first = await serialOf(port);
    put(authority.issue(loopbackNames));
    await expect.poll(() => serialOf(port), { timeout: 20_000 }).not.toBe(first);
    const second = await serialOf(port);
    // Who is connected goes on.
    expect((await ask(session, { ':path': '/healthz' })).status).toBe(200);

    writeFileSync(certFile, 'half a cert');
    await expect.poll(usable, { timeout: 20_000 }).toBe('0');
    expect(await serialOf(port)).toBe(second);
    expect(running.log.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ message: 'the new certificate cannot be used; the old one stays in force' }),
    ]);
    put(own);
    await expect.poll(usable, { timeout: 20_000 }).toBe('1');
    expect(await serialOf(port)).toBe(first);
  });
});

describe('GRPC_TLS', () => {
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, 'certificates: [{ san: "DNS:nightly.studio.example", subject: nightly, scopes: cue:read }]\n');
  const find = { name: 'testing' };
  const client = (port: number, names?: string, by = authority) => {
    const shown = names === undefined ? undefined : by.issue(names);
    const made = connectGrpc(port, credentials.createSsl(authority.cert, shown?.key ?? null, shown?.cert ?? null));
    closers.push(made.close);
    return made;
  };
  const settings = { GRPC_PORT: '0', GRPC_TLS: 'on', TLS_CLIENT_CA_FILE: authority.certFile, POLICY_FILE: policy };

  it('gives a certificate the rights that the policy says', async () => {
    const running = await start(settings);
    const port = running.gateway.grpcPort!;
    const known = client(port, 'DNS:other.example,DNS:nightly.studio.example');
    expect((await known.call('show.ShowInterface/FindShow', find)).reply).toMatchObject({ show: { name: 'testing' } });
    const refused = await known.call('show.ShowInterface/CreateShow', { name: 'new' });
    expect(refused.error?.code).toBe(status.PERMISSION_DENIED);
  });

  it('gives none to a certificate without such a name, or to nobody’s', async () => {
    const running = await start(settings);
    const port = running.gateway.grpcPort!;
    const unknown = await client(port, 'DNS:other.example').call('show.ShowInterface/FindShow', find);
    expect(unknown.error?.code).toBe(status.UNAUTHENTICATED);
    const nobody = client(port);
    expect((await nobody.call('show.ShowInterface/FindShow', find)).error?.code).toBe(status.UNAUTHENTICATED);
    const token = { authorization: `Bearer ${running.token}` };
    expect((await nobody.call('show.ShowInterface/FindShow', find, token)).reply).toBeDefined();
  });

  it('turns away certificates of other authorities', async () => {
    const other = createAuthority('another authority');
    closers.push(other.remove);
    const running = await start(settings);
    const forged = client(running.gateway.grpcPort!, 'DNS:nightly.studio.example', other);
    const token = { authorization: `Bearer ${running.token}` };
    const { error } = await forged.call('show.ShowInterface/FindShow', find, token);
    expect(error?.code).toBe(status.UNAVAILABLE);
  });

  it('turns everybody away who has none, where one is required', async () => {
    const running = await start({ ...settings, TLS_CLIENT_AUTH: 'required' });
    const token = { authorization: `Bearer ${running.token}` };
    const { error } = await client(running.gateway.grpcPort!).call('show.ShowInterface/FindShow', find, token);
    expect(error?.code).toBe(status.UNAVAILABLE);
    const known = client(running.gateway.grpcPort!, 'DNS:nightly.studio.example');
    expect((await known.call('show.ShowInterface/FindShow', find)).reply).toBeDefined();
  });

  it('is off unless it is set, since pycue speaks plain text', async () => {
    const running = await start({ GRPC_PORT: '0' });
    const plain = connectGrpc(running.gateway.grpcPort!);
    closers.push(plain.close);
    const token = { authorization: `Bearer ${running.token}` };
    expect((await plain.call('show.ShowInterface/FindShow', find, token)).reply).toBeDefined();
  });

  it('gives certificates no rights by HTTP', async () => {
    const running = await start({ ...settings, TLS_CLIENT_AUTH: 'required' });
    const { cert, key } = authority.issue('DNS:nightly.studio.example');
    const session = await dialHttp2(running.url, { ca: authority.cert, cert, key });
    closers.push(() => session.destroy());
    const { authorization: _, ...without } = post(running, findShow);
    expect((await ask(session, without, testing)).status).toBe(401);
  });
});

describe('settings of TLS', () => {
  const parse = (environment: Readonly<Record<string, string>>) => () =>
    parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', JWT_SECRET: secret, ...environment }, flags: {} });

  it.each([
    [{ TLS_CERT_FILE: 'a' }, 'TLS_CERT_FILE is set, but TLS_KEY_FILE is not'],
    [{ TLS_KEY_FILE: 'a' }, 'TLS_KEY_FILE is set, but TLS_CERT_FILE is not'],
    [{ GRPC_TLS: 'on' }, 'GRPC_TLS needs a certificate of the gateway'],
    [{ TLS_CLIENT_CA_FILE: 'a' }, 'TLS_CLIENT_CA_FILE needs a certificate of the gateway'],
    [{ ...ownFiles, TLS_CLIENT_AUTH: 'required' }, 'TLS_CLIENT_CA_FILE does not say whose certificates are believed'],
  ])('%j is told', (environment, problem) => {
    expect(parse(environment as never)).toThrow(problem);
  });
});

// On CI this fails where there is no browser; elsewhere these tests need /usr/bin/chromium or google-chrome.
describe.skipIf(isBrowserMissing)('a page', () => {
  it('has twenty live queries over one connection, and can still ask', async () => {
    const running = await start({ LIVE_MIN_INTERVAL: '25ms', LIVE_MAX_STREAMS: '40', METRICS_PORT: '0' });
    // The browser does not know the authority.
    const browser = await launchBrowser({ flags: ['--ignore-certificate-errors'] });
    closers.push(() => browser.close());
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(`${running.url}/healthz`);
    const seen = await page.evaluate(async (token) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const query = (text: string, accept: string) =>
        fetch('/graphql', { method: 'POST', headers: { ...headers, accept }, body: JSON.stringify({ query: text }) });
      const live = async () => {
        const response = await query('subscription { show(name: "testing") { name } }', 'text/event-stream');
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        for (let text = ''; !text.includes('event: next'); ) text += (await reader.read()).value;
        return response.status;
      };
      const statuses = await Promise.all(Array.from({ length: 20 }, live));
      const asked = await query('{ show(name: "testing") { name } }', 'application/json');
      const protocols = performance
        .getEntriesByType('resource')
        .map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol);
      return { statuses, asked: await asked.json(), protocols: [...new Set(protocols)] };
    }, running.token);
    expect(seen.statuses).toEqual(new Array(20).fill(200));
    expect(seen.asked).toEqual({ data: { show: { name: 'testing' } } });
    expect(seen.protocols).toEqual(['h2']);
    const text = await (await fetch(`${running.gateway.metricsUrl}/metrics`)).text();
    // A browser may have dialled a second one before it knew that one is enough.
    expect(Number(/^cuegate_open_connections (\d+)$/m.exec(text)?.[1])).toBeLessThanOrEqual(2);
  });
});
