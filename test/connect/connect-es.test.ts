import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { type ClientRequest, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import type { Interceptor, Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../app/running-gateway.ts';
import { bundleForBrowser, isBrowserMissing, launchBrowser } from '../browser.ts';
import { callByConnectEs, type Outcome } from './connect-es-client.ts';
import type { PageCall, PageGlobal } from './connect-es-page.ts';

/** The clients that people generate with protobuf-es, against a whole gateway in front of a demo Cuebot. */

const protos = readFileSync(new URL('../../schema/opencue.binpb', import.meta.url));
const find = 'show.ShowInterface/FindShow';
const setMinCores = 'show.ShowInterface/SetDefaultMinCores';
const slow = 'show.ShowInterface/GetActiveShows';

describe('connect-es in Node', () => {
  let farm: TestGateway;
  beforeAll(async () => {
    farm = await startGateway({
      settings: { GRPC_PORT: '0' },
      // Long after any deadline of these tests.
      cuebot: { latencyMs: (method) => (method === slow ? 60_000 : 0) },
    });
  });
  beforeEach(() => farm.cuebot.resetCalls());
  afterAll(() => farm.close());

  const httpVersion = '1.1';
  const useHttpGet = true;
  const transports: Readonly<Record<string, (interceptors: Interceptor[]) => Transport>> = {
    'Connect with JSON': (interceptors) =>
      createConnectTransport({ baseUrl: farm.url, httpVersion, useHttpGet, interceptors, useBinaryFormat: false }),
    'Connect with proto': (interceptors) =>
      createConnectTransport({ baseUrl: farm.url, httpVersion, useHttpGet, interceptors, useBinaryFormat: true }),
    'gRPC-Web': (interceptors) => createGrpcWebTransport({ baseUrl: farm.url, httpVersion, interceptors }),
    gRPC: (interceptors) => createGrpcTransport({ baseUrl: `http://127.0.0.1:${farm.gateway.grpcPort}`, interceptors }),
  };

  describe.each(Object.keys(transports))('by %s', (name) => {
    const call = (
      rpc: string,
      request: Readonly<Record<string, unknown>>,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Outcome> => {
      // Set past connect-es, which would end the call at its deadline by itself.
      const withHeaders: Interceptor = (next) => (request) => {
        for (const [key, value] of Object.entries(headers)) request.header.set(key, value);
        return next(request);
      };
      return callByConnectEs(transports[name]!([withHeaders]), protos, rpc, request, {
        headers: { authorization: `Bearer ${farm.token}` },
      });
    };

    it('reads and writes', async () => {
      const { reply } = (await call(find, { name: 'testing' })) as { reply: { show: { id: string } } };
      expect(reply).toMatchObject({ show: { name: 'testing', active: true } });
      const minCores = 2 + Object.keys(transports).indexOf(name);
      expect(await call(setMinCores, { show: { id: reply.show.id }, minCores })).toEqual({ reply: {} });
      expect(await call(find, { name: 'testing' })).toMatchObject({ reply: { show: { defaultMinCores: minCores } } });
      expect(farm.cuebot.calls.get(setMinCores)).toBe(1);
    });

    it('reaches what REST leaves out, as the Go gateway does', async () => {
      expect(await call('cue.CueInterface/GetSystemStats', {})).toMatchObject({
        reply: { stats: { manageThreads: 6 } },
      });
    });

    it('gets errors with their codes', async () => {
      expect(await call(find, { name: 'no-such-show' })).toMatchObject({ error: { code: 'NotFound' } });
      const anonymous = await call(find, { name: 'testing' }, { authorization: '' });
      expect(anonymous).toMatchObject({ error: { code: 'Unauthenticated' } });
      expect([...farm.cuebot.calls]).toEqual([[find, 1]]);
    });

    it('gets an answer when its deadline is over', async () => {
      const deadline: Readonly<Record<string, string>> = name.startsWith('Connect')
        ? { 'connect-timeout-ms': '50' }
        : { 'grpc-timeout': '50m' };
      expect(await call(slow, {}, deadline)).toMatchObject({ error: { code: 'DeadlineExceeded' } });
    });
  });

  it.each(['Connect with JSON', 'Connect with proto'])('reads by GET and writes by POST with %s', async (name) => {
    const sent = new Set<ClientRequest>();
    const note = (message: unknown) => void sent.add((message as { request: ClientRequest }).request);
    const headers = { authorization: `Bearer ${farm.token}` };
    const call = (rpc: string, request: Readonly<Record<string, unknown>>) =>
      callByConnectEs(transports[name]!([]), protos, rpc, request, { headers });
    subscribe('http.client.request.start', note);
    try {
      expect(await call(find, { name: 'testing' })).toMatchObject({ reply: { show: { name: 'testing' } } });
      expect(await call(setMinCores, { show: { id: 'no-such-show' } })).toHaveProperty('error');
    } finally {
      unsubscribe('http.client.request.start', note);
    }
    expect([...sent].map(({ method }) => method)).toEqual(['GET', 'POST']);
  });
});

// On CI this fails where there is no browser; elsewhere these tests need /usr/bin/chromium or google-chrome.
describe.skipIf(isBrowserMissing)('connect-es in a browser', () => {
  let browser: Browser;
  let site: Server;
  let sitePort: number;
  let farm: TestGateway;
  let page: Page;
  let script: string;

  beforeAll(async () => {
    browser = await launchBrowser({ flags: ['--host-resolver-rules=MAP *.example 127.0.0.1'] });
    site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<body>a farm’s page'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    sitePort = (site.address() as AddressInfo).port;
    farm = await startGateway({ settings: { CORS_ORIGINS: `http://friend.example:${sitePort}` } });
    script = await bundleForBrowser(fileURLToPath(new URL('connect-es-page.ts', import.meta.url)));
  });
  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
    farm.cuebot.resetCalls();
    return () => page.context().close();
  });
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
    await farm.close();
  });

  const open = async (origin: string) => {
    await page.goto(`http://${origin}:${sitePort}`);
    await page.addScriptTag({ content: script });
  };
  const call = (
    rpc: string,
    request: Readonly<Record<string, unknown>>,
    options: Pick<PageCall, 'protocol' | 'useBinaryFormat'>,
  ) =>
    page.evaluate((told: PageCall) => (globalThis as unknown as PageGlobal).callGateway(told), {
      ...options,
      useHttpGet: true,
      baseUrl: farm.url,
      token: farm.token,
      protos: protos.toString('base64'),
      rpc,
      request,
    });

  const forms = [
    { protocol: 'connect', useBinaryFormat: false, reads: 'GET' },
    { protocol: 'connect', useBinaryFormat: true, reads: 'GET' },
    { protocol: 'grpc-web', useBinaryFormat: true, reads: 'POST' },
  ] as const;

  it.each(forms)(
    'reads, writes and gets errors by $protocol (binary: $useBinaryFormat)',
    async ({ reads, ...form }) => {
      const methods: string[] = [];
      page.on('request', (request) => methods.push(request.method()));
      await open('friend.example');
      methods.length = 0;
      const { reply } = (await call(find, { name: 'testing' }, form)) as { reply: { show: { id: string } } };
      expect(reply).toMatchObject({ show: { name: 'testing' } });
      expect(await call(setMinCores, { show: { id: reply.show.id }, minCores: 3 }, form)).toEqual({ reply: {} });
      expect(await call(find, { name: 'no-such-show' }, form)).toMatchObject({ error: { code: 'NotFound' } });
      expect(methods.filter((method) => method !== 'OPTIONS')).toEqual([reads, 'POST', reads]);
    },
  );

  it.each(forms)('cannot call by $protocol (binary: $useBinaryFormat) from a site that is not listed', async (form) => {
    await open('evil.example');
    expect(await call(setMinCores, { show: { id: '1' } }, form)).toEqual({
      error: { code: 'Unknown', message: 'Failed to fetch' },
    });
    expect([...farm.cuebot.calls]).toEqual([]);
  });
});
