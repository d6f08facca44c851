import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createGraphiqlPage } from '../../src/graphiql/create-graphiql-page.ts';

import { isBrowserMissing, launchBrowser } from '../browser.ts';
import { goodToken, servePage } from './serve-page.ts';

describe.skipIf(isBrowserMissing)('the GraphiQL page in a browser', () => {
  let browser: Browser;
  let served: Awaited<ReturnType<typeof servePage>>;
  let context: BrowserContext;
  /** Addresses that the pages asked for. */
  let addresses: string[];
  /** Console errors, uncaught errors and violations of the content security policy. */
  let problems: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    served = await servePage(createGraphiqlPage({ path: '/graphql', needsToken: true }));
    [context, addresses, problems] = [await browser.newContext(), [], []];
    context.on('request', (request) => addresses.push(request.url()));
    context.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    context.on('weberror', (error) => problems.push(error.error().message));
  });
  afterEach(async () => {
    await context.close();
    await served.close();
  });

  const open = async (from = context): Promise<Page> => {
    const page = await from.newPage();
    await page.goto(`${served.address}/graphql`);
    await page.getByRole('button', { name: /Execute query/ }).waitFor();
    return page;
  };
  const enter = async (page: Page, token: string) => {
    await page.getByLabel('Token').fill(token);
    await page.getByLabel('Token').press('Enter');
  };
  const hint = (page: Page) => page.getByRole('status');
  const result = (page: Page) => page.locator('.result-window');

  it('loads without an error, and from here alone', async () => {
    const page = await open();
    await expect.poll(() => page.locator('.graphiql-query-editor').textContent()).toContain('FarmOverview');
    await page.waitForLoadState('networkidle');
    expect(addresses.length).toBeGreaterThan(3);
    expect(addresses.filter((address) => !address.startsWith(`${served.address}/graphql`))).toEqual([]);
    expect(problems).toEqual([]);
    expect(served.requests).toEqual([]);
    expect(await page.getByRole('tab').allInnerTexts()).toEqual([
      'FarmOverview',
      'OneJob',
      'StuckFrames',
      'MyJobs',
      'Hosts',
      'RetryDeadFrames',
    ]);
    expect(await hint(page).textContent()).toBe('Paste your token to load the schema; it stays in this tab');
  });

  it('runs a query with the token, and shows the schema', async () => {
    const page = await open();
    await enter(page, goodToken);
    await expect.poll(() => hint(page).textContent()).toBe('Token accepted; it stays in this tab');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(() => result(page).textContent()).toContain('"amberfall"');
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query' }).click();
    await expect.poll(() => page.locator('.graphiql-doc-explorer').textContent()).toContain('Every show of the farm.');
    expect(served.requests).toEqual(
      served.requests.map(() => ({ url: '/graphql', authorization: `Bearer ${goodToken}` })),
    );
    expect(problems).toEqual([]);
  });

  it('keeps its policy while dialogs, menus and the search are open', async () => {
    const page = await open();
    await enter(page, goodToken);
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Open short keys dialog' }).click();
    await page.keyboard.press('Escape');
    await page.locator('.graphiql-query-editor .CodeMirror').click();
    await page.keyboard.press('Control+f');
    await page.locator('.CodeMirror-search-field').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+g');
    await page.locator('.CodeMirror-search-field').waitFor();
    expect(problems).toEqual([]);
  });

  it('keeps the token over a reload, in this tab only', async () => {
    const page = await open();
    await enter(page, goodToken);
    await expect.poll(() => hint(page).textContent()).toContain('accepted');
    await page.reload();
    await expect.poll(() => page.getByLabel('Token').inputValue()).toBe(goodToken);
    await expect.poll(() => hint(page).textContent()).toContain('accepted');

    const stored = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)) + document.cookie);
    expect(stored).not.toContain(goodToken);
    expect(addresses.filter((address) => address.includes(goodToken))).toEqual([]);
    expect(await (await open()).getByLabel('Token').inputValue()).toBe('');
    const other = await browser.newContext();
    expect(await (await open(other)).getByLabel('Token').inputValue()).toBe('');
    await other.close();
  });

  it('forgets the token when told to', async () => {
    const page = await open();
    await enter(page, goodToken);
    await expect.poll(() => hint(page).textContent()).toContain('accepted');
    await page.getByRole('button', { name: 'Forget' }).click();
    expect(await page.getByLabel('Token').inputValue()).toBe('');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.reload();
    expect(await page.getByLabel('Token').inputValue()).toBe('');
  });

  it.each([
    ['token has invalid claims: token is expired', 'This token is expired: paste a new one'],
    [
      'token is malformed: token contains an invalid number of segments',
      'This is not a whole token: copy it once more',
    ],
    ['token signature is invalid: signature is invalid', 'This token is signed with another secret than the gateway’s'],
    ['token is unverifiable', 'The gateway does not accept this token: token is unverifiable'],
  ])('explains beside the field: %s', async (refusal, expected) => {
    served.refuse(`Token validation error: ${refusal}`);
    const page = await open();
    await enter(page, 'old.token.here');
    await expect.poll(() => hint(page).textContent()).toBe(expected);
    expect(await page.getByLabel('Token').getAttribute('aria-invalid')).toBe('true');
    await enter(page, goodToken);
    await expect.poll(() => hint(page).textContent()).toContain('accepted');
    expect(await page.getByLabel('Token').getAttribute('aria-invalid')).toBe('false');
  });

  it.each([429, 502, 503])('says nothing about a token that nobody could look at: %d', async (status) => {
    served.refuse('come again later', status);
    const page = await open();
    await enter(page, 'some.token.here');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(() => result(page).textContent()).toContain('come again later');
    expect(await hint(page).textContent()).toBe('');
    expect(await page.getByLabel('Token').getAttribute('aria-invalid')).toBe('false');
  });

  it.each([
    ['a whole header line', `Authorization: Bearer ${goodToken}\n`],
    ['a scheme', `bearer ${goodToken}`],
    ['line breaks', `  ${goodToken.slice(0, 8)}\n${goodToken.slice(8)} `],
  ])('takes a token that comes with %s', async (_, pasted) => {
    const page = await open();
    await page.evaluate((text) => {
      const field = document.querySelector('.token-field')!;
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, pasted);
    await expect.poll(() => page.getByLabel('Token').inputValue()).toBe(goodToken);
    await expect.poll(() => hint(page).textContent()).toContain('accepted');
  });

  it('asks for no token where the gateway does not', async () => {
    await served.close();
    served = await servePage(createGraphiqlPage({ path: '/graphql', needsToken: false }), { needsToken: false });
    const page = await open();
    expect(await page.getByLabel('Token').count()).toBe(0);
    await page.getByRole('button', { name: /Execute query/ }).click();
    await expect.poll(() => result(page).textContent()).toContain('"amberfall"');
    expect(problems).toEqual([]);
  });

  it('works below a prefix that a proxy puts in front', async () => {
    const page = await context.newPage();
    await page.goto(`${served.address}/farm/graphql`);
    await enter(page, goodToken);
    await expect.poll(() => hint(page).textContent()).toContain('accepted');
    expect(addresses.filter((address) => !address.startsWith(`${served.address}/farm/graphql`))).toEqual([]);
  });
});
