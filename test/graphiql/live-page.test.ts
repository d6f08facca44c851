import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { enterQuery, isBrowserMissing, launchBrowser } from '../browser.ts';
import { startGateway, type TestGateway } from '../app/running-gateway.ts';

describe.skipIf(isBrowserMissing)('the GraphiQL page before a gateway', () => {
  let browser: Browser;
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({ settings: { AUTH: 'none', LIVE_MIN_INTERVAL: '50ms', LIVE_INTERVAL: '50ms' } });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  /** A page with a query of this name in it. */
  const open = async (name: string, query: string): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${gateway.url}/graphql`);
    await enterQuery(page, name, query);
    return page;
  };
  const result = (page: Page) => page.locator('.result-window');
  const looks = () => gateway.cuebot.calls.get('show.ShowInterface/GetShows') ?? 0;

  it('follows a subscription until it is stopped', async () => {
    const page = await open('Watch', 'subscription Watch { showGetShows { shows { shows { defaultMinCores } } } }');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(() => result(page).textContent()).toContain('"defaultMinCores"');
    const { json } = await gateway.rest('show.ShowInterface/GetShows');
    const [show] = json.shows.shows;
    await gateway.rest('show.ShowInterface/SetDefaultMinCores', { show, minCores: 4_321 });
    await expect.poll(() => result(page).textContent()).toContain('4321');
    await page.getByRole('button', { name: /Stop query/ }).click();
    await expect
      .poll(async () => {
        const before = looks();
        await page.waitForTimeout(200);
        return looks() - before;
      })
      .toBe(0);
  });

  it('explains answers when it is switched on', async () => {
    const page = await open('Names', 'query Names { showGetShows { shows { shows { name } } } }');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(() => result(page).textContent()).toContain('"name"');
    expect(await result(page).textContent()).not.toContain('explain');
    await page.getByLabel('Explain').check();
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(() => result(page).textContent()).toContain('"rpc": "show.ShowInterface/GetShows"');
  });
});
