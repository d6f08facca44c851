import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../app/running-gateway.ts';
import { isBrowserMissing, launchBrowser } from '../browser.ts';

// On CI this fails where there is no browser; elsewhere these tests need /usr/bin/chromium or google-chrome.
describe.skipIf(isBrowserMissing)('Swagger UI in a browser', () => {
  let browser: Browser;
  let gateway: TestGateway;
  let context: BrowserContext;
  /** Addresses that the pages asked for. */
  let addresses: string[];
  /** Console errors, uncaught errors and violations of the content security policy. */
  let problems: string[];

  beforeAll(async () => {
    // Callers reach it by another name than this browser does.
    const settings = { PUBLIC_URL: 'https://cuegate.studio.example', ALLOWED_HOSTS: '127.0.0.1' };
    [gateway, browser] = await Promise.all([startGateway({ settings }), launchBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  beforeEach(async () => {
    [context, addresses, problems] = [await browser.newContext(), [], []];
    context.on('request', (request) => addresses.push(request.url()));
    context.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    context.on('weberror', (error) => problems.push(error.error().message));
  });
  afterEach(() => context.close());

  const open = async (hash = ''): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${gateway.url}/docs${hash}`);
    await page.getByRole('button', { name: 'Authorize' }).waitFor();
    return page;
  };
  const findShow = '#/show.ShowInterface/show.ShowInterface.FindShow';
  const openDialog = async (page: Page) => {
    await page.getByRole('button', { name: 'Authorize' }).click();
    return page.locator('.auth-container', { hasText: '(http, Bearer)' });
  };
  const answerIn = async (page: Page) => {
    await page.locator('.opblock.is-open').getByRole('button', { name: 'Execute' }).click();
    return page.locator('.live-responses-table .response').textContent();
  };

  it('shows every service and what a request may say, from here alone', async () => {
    const page = await open(findShow);
    await expect.poll(() => page.locator('.opblock-tag').count()).toBe(22);
    const parameters = page.locator('.opblock.is-open .parameter__name');
    await expect.poll(() => parameters.allTextContents()).toEqual(['Grpc-Timeout', 'X-Request-Id', 'Request body']);
    expect(await page.locator('.opblock.is-open textarea').inputValue()).toBe('{\n  "name": "testing"\n}');
    expect(addresses.length).toBeGreaterThan(4);
    expect(addresses.filter((address) => !address.startsWith(gateway.url))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('sends requests with the token of the tab, over a reload, until it is told to forget it', async () => {
    const page = await open(findShow);
    const dialog = await openDialog(page);
    await dialog.locator('input').fill(`Authorization: Bearer ${gateway.token}`);
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.btn-done').first().click();
    expect(await answerIn(page)).toContain('"testing"');
    const kept = () => page.evaluate(() => sessionStorage.getItem('cuegate:token'));
    expect(await kept()).toBe(gateway.token);
    expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))).not.toContain(gateway.token);

    await page.reload();
    expect(await answerIn(page)).toContain('"testing"');
    await (await openDialog(page)).getByRole('button', { name: 'Remove authorization' }).click();
    expect(await kept()).toBeNull();
    expect(addresses.filter((address) => !address.startsWith(gateway.url))).toEqual([]);
    expect(problems).toEqual([]);
  });
});
