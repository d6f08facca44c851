import type { Browser, Locator, Page } from 'playwright-core';
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

  it('shows beside the answer which calls it took', async () => {
    const page = await open('Names', 'query Names { showGetShows { shows { shows { name } } } }');
    await page.getByLabel('Explain').check();
    await page.getByRole('button', { name: /Execute query/ }).click();
    const rows = page.getByRole('table', { name: 'One call to Cuebot' }).getByRole('row');
    await expect.poll(() => rows.allInnerTexts()).toHaveLength(2);
    expect((await rows.allInnerTexts())[1]).toMatch(/^showGetShows\s+Show\.GetShows\s+1\s+1\s+\d+ ms$/);
    await page.getByLabel('Explain').uncheck();
    await expect.poll(() => page.locator('.explanation').count()).toBe(0);
  });

  it('puts a job of the farm into the tab about one job, and nothing over what somebody has typed', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${gateway.url}/graphql`);
    await page.getByRole('tab', { name: 'OneJob' }).click();
    const variables = page.locator('.graphiql-editor-tool .CodeMirror').first();
    const names = [...gateway.cuebot.farm.jobs.values()].map(({ name }) => name);
    const read = async () => JSON.parse((await textOf(variables)) || '{}').name;
    await expect.poll(async () => names.includes(await read())).toBe(true);
    const found = await read();
    // GraphiQL finds out which operation a tab has a moment after it is opened, and would run none.
    const tabs = () => page.evaluate(() => localStorage.getItem('graphiql:tabState'));
    await expect.poll(tabs).toMatch(/"operationName":"OneJob"/);
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(() => result(page).textContent()).toContain('"progress"');
    await variables.evaluate((element) => (element as unknown as Editor).CodeMirror.setValue('{ "name": "mine" }'));
    // GraphiQL keeps what is typed a moment later.
    await expect.poll(tabs).toContain('mine');
    await page.getByRole('tab', { name: 'Hosts' }).click();
    await page.getByRole('tab', { name: 'OneJob' }).click();
    await expect.poll(read).toBe('mine');
    expect(found).not.toBe('mine');
  });

  it('has room for all of it in a window of 900 pixels', async () => {
    const page = await (await browser.newContext({ viewport: { width: 900, height: 700 } })).newPage();
    await page.goto(`${gateway.url}/graphql`);
    await page.getByRole('tab', { name: 'RetryDeadFrames' }).waitFor();
    const overflow = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(await overflow('html')).toBe(0);
    expect(await overflow('.bar')).toBe(0);
    expect(await overflow('.graphiql-query-editor .CodeMirror-scroll')).toBe(0);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await expect.poll(() => page.locator('.graphiql-doc-explorer-content').textContent()).toContain('FrameSeq');
    expect(await overflow('.graphiql-doc-explorer-content')).toBe(0);
  });
});

interface Editor {
  readonly CodeMirror: { readonly getValue: () => string; readonly setValue: (text: string) => void };
}

function textOf(editor: Locator): Promise<string> {
  return editor.evaluate((element) => (element as unknown as Editor).CodeMirror.getValue());
}
