import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { bundleForBrowser, isBrowserMissing, launchBrowser } from '../browser.ts';
import { startGateway, type TestGateway } from './running-gateway.ts';
import type { LiveQueries, PageGlobal } from './web-sockets-page.ts';

const shows = 'subscription { showGetShows { shows { shows { name defaultMinCores } } } }';

let running: TestGateway | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

// On CI this fails where there is no browser; elsewhere these tests need /usr/bin/chromium or google-chrome.
describe.skipIf(isBrowserMissing)('pages that open WebSockets', () => {
  let browser: Browser;
  let site: Server;
  let sitePort: number;
  let script: string;
  beforeAll(async () => {
    browser = await launchBrowser({ flags: ['--host-resolver-rules=MAP *.example 127.0.0.1'] });
    site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<body>a farm’s page'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    sitePort = (site.address() as AddressInfo).port;
    script = await bundleForBrowser(fileURLToPath(new URL('web-sockets-page.ts', import.meta.url)));
  });
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });

  const visit = async (host: string): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`http://${host}:${sitePort}`);
    await page.addScriptTag({ content: script });
    return page;
  };
  const start = async () => {
    const live = { LIVE_MIN_INTERVAL: '25ms', LIVE_INTERVAL: '25ms', LIVE_MAX_STREAMS: '40' };
    running = await startGateway({ settings: { CORS_ORIGINS: `http://friend.example:${sitePort}`, ...live } });
    return running;
  };
  const watch = (page: Page, gateway: TestGateway, sockets: number, queriesPerSocket: number) =>
    page.evaluate((queries: LiveQueries) => (globalThis as unknown as PageGlobal).watch(queries), {
      sockets,
      queriesPerSocket,
      url: `${gateway.url}/graphql`,
      token: gateway.token,
      query: shows,
    });

  it('have twenty live queries on one socket and twenty more on twenty, and can still ask', async () => {
    const gateway = await start();
    const page = await visit('friend.example');
    expect(await watch(page, gateway, 1, 20)).toBe(20);
    expect(await watch(page, gateway, 20, 1)).toBe(20);
    const status = await page.evaluate(
      async ({ url, token }) => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{"query":"{ __typename }"}' })).status;
      },
      { url: gateway.url, token: gateway.token },
    );
    expect(status).toBe(200);
    const { json } = await gateway.rest('show.ShowInterface/GetShows');
    await gateway.rest('show.ShowInterface/SetDefaultMinCores', { show: json.shows.shows[0], minCores: 9 });
    await expect.poll(() => page.evaluate(() => (globalThis as unknown as PageGlobal).count())).toBe(80);
    await page.context().close();
  });

  it('of a site that is not listed get no socket', async () => {
    const gateway = await start();
    const page = await visit('evil.example');
    // What a page learns of a refused upgrade is that there is no connection.
    await expect(watch(page, gateway, 1, 1)).rejects.toThrow();
    const blocked = gateway.log.filter(({ fields }) => fields['event'] === 'REQUEST_BLOCKED');
    expect(blocked.map(({ fields }) => fields['reason'])).toEqual(['cross-site']);
    expect([...gateway.cuebot.calls]).toEqual([]);
    await page.context().close();
  });
});
