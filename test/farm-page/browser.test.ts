import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import { secret, startGateway, type TestGateway } from '../app/running-gateway.ts';
import { graphiqlClientId, startLoginProvider } from '../authentication/oidc/login-provider.ts';
import { audience } from '../authentication/oidc/test-issuer.ts';
import { isBrowserMissing, launchBrowser } from '../browser.ts';

/** Looks often, which the page does not ask for: it takes the gateway's interval where its own is out of bounds. */
const live = { LIVE_MIN_INTERVAL: '50ms', LIVE_INTERVAL: '50ms', LIVE_MAX_INTERVAL: '1s' };
const jobWithDead = 'demo-sh030-ben_beauty_v012';

/** A token of ann's that is good for so long. */
const tokenFor = (seconds: number, claims: object = {}) =>
  signToken({ secret, claims: { sub: 'ann', exp: Math.floor(Date.now() / 1000) + seconds, ...claims } });

describe.skipIf(isBrowserMissing)('the farm’s page in a browser', () => {
  let browser: Browser;
  let served: TestGateway;
  let context: BrowserContext | undefined;
  /** Console errors, uncaught errors and violations of the content security policy. */
  let problems: string[];
  let addresses: string[];

  beforeAll(async () => {
    [browser, served] = await Promise.all([launchBrowser(), startGateway({ settings: live })]);
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
  });
  afterEach(async () => {
    await context?.close();
  });

  const open = async (
    options: Parameters<Browser['newContext']>[0] & { readonly token?: string; readonly hash?: string } = {},
    gateway = served,
  ): Promise<Page> => {
    const { token = gateway.token, hash = '', ...contextOptions } = options;
    context = await browser.newContext(contextOptions);
    [problems, addresses] = [[], []];
    context.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    context.on('weberror', (error) => problems.push(error.error().message));
    context.on('request', (request) => addresses.push(request.url()));
    const page = await context.newPage();
    await page.goto(`${gateway.url}/farm${hash}`);
    if (token !== '') {
      await page.getByLabel('Token').fill(token);
      await page.getByLabel('Token').press('Enter');
    }
    return page;
  };
  const tile = (page: Page, name: string) => page.locator('.tile', { hasText: name }).locator('strong');
  const status = (page: Page) => page.locator('.status').textContent();
  const alarm = (page: Page) => page.getByRole('alert').first().textContent();
  const width = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

  it('shows shows, jobs, hosts and what is stuck, from here alone and without an error', async () => {
    const page = await open();
    await expect.poll(() => status(page)).toMatch(/^Live · \d\d:\d\d:\d\d$/);
    expect(await tile(page, 'Jobs pending').textContent()).toBe('14');
    expect(await tile(page, 'Hosts up').textContent()).toBe('31');
    const jobs = page.getByRole('table').getByRole('row');
    expect(await jobs.count()).toBe(15);
    expect(await page.getByRole('button', { name: 'aurora' }).count()).toBe(1);
    const bar = page.getByRole('row', { name: /demo-sh030-ben/ }).getByRole('img');
    expect(await bar.getAttribute('aria-label')).toMatch(/^194 frames: 34 done, .* 5 dead$/);
    expect(await page.locator('.host-grid').getByRole('option').count()).toBe(40);
    expect(await page.getByRole('link', { name: `Dead frames ${jobWithDead}` }).count()).toBe(1);
    expect(addresses.filter((address) => !address.startsWith(served.url))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('weighs less than 60 kB, compressed and with everything that the log-in takes', async () => {
    const page = await fetch(`${served.url}/farm`, { headers: { accept: 'text/html' } });
    const html = await page.text();
    const seen = new Map<string, number>([['farm', html.length]]);
    const visit = async (name: string): Promise<void> => {
      if (seen.has(name)) return;
      seen.set(name, 0);
      const answer = await fetch(`${served.url}/farm/assets/${name}`, { headers: { 'accept-encoding': 'gzip' } });
      expect(answer.status).toBe(200);
      seen.set(name, Number(answer.headers.get('content-length')));
      const text = await answer.text();
      for (const [, part] of text.matchAll(/["'`]\.\/(part-[\w-]{8}\.js)["'`]/g)) await visit(part!);
    };
    for (const [, name] of html.matchAll(/farm\/assets\/([\w.-]+)/g)) await visit(name!);
    expect(seen.size).toBeGreaterThan(4);
    expect([...seen.values()].reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(60_000);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'",
    );
  });

  it('fits screens from 360 to 2560 pixels, light and dark', async () => {
    const page = await open({ viewport: { width: 360, height: 800 } });
    await expect.poll(() => status(page)).toContain('Live');
    for (const pixels of [2560, 1440, 900, 360]) {
      await page.setViewportSize({ width: pixels, height: 900 });
      await expect.poll(() => width(page)).toBe(pixels);
    }
    await page.locator('.job-name').first().click();
    await page.getByRole('button', { name: 'Kill …' }).waitFor();
    expect(await width(page)).toBe(360);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await ground()).toBe('rgb(238, 242, 244)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).toBe('rgb(15, 20, 24)');
    expect(problems).toEqual([]);
  });

  it('kills a job with a reason, by the keyboard alone, and shows what became of it', async () => {
    const name = 'testing-shot03-lou_checkpoint_v004';
    const page = await open();
    await expect.poll(() => status(page)).toContain('Live');
    await page.getByLabel('Filter jobs').focus();
    await page.keyboard.type('lou');
    await expect.poll(() => page.locator('.job-name').count()).toBe(1);
    // Past the order of the list, to the only job.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const kill = page.getByRole('button', { name: 'Kill …' });
    await kill.waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
    for (let tabs = 0; tabs < 8 && !(await kill.evaluate((button) => button === document.activeElement)); tabs++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    // Without a reason, nothing happens.
    await page.keyboard.press('Enter');
    await page.keyboard.type('superseded by v005');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.toast').textContent()).toContain(`${name} is being killed.`);
    const kills = served.cuebot.callLog.filter(({ method }) => method === 'job.JobInterface/Kill');
    expect(kills.map(({ request }) => request)).toEqual([
      expect.objectContaining({ reason: 'superseded by v005', username: 'ann' }),
    ]);
    await expect.poll(() => tile(page, 'Jobs pending').textContent()).toBe('13');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.details').isHidden()).toBe(true);
    expect(problems).toEqual([]);
  });

  it('pauses and resumes a job, and retries its dead frames', async () => {
    const page = await open({ hash: `#job/${jobWithDead}` });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('row', { name: jobWithDead }).getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Retry dead frames' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Retry dead frames' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('leads from a host to a frame on it, and tells the way of that frame', async () => {
    const page = await open();
    await expect.poll(() => status(page)).toContain('Live');
    await page.getByRole('listbox', { name: 'local.general' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#details-title').textContent()).toBe('rqd001');
    await page.locator('.details .frame-row').first().click();
    const way = page.locator('.way-step');
    await expect.poll(() => way.count()).toBe(5);
    expect(await way.locator('h3').allTextContents()).toEqual(['Frame', 'Layer', 'Job', 'Host', 'Log']);
    await expect.poll(() => way.nth(0).textContent()).toContain('running');
    expect(await way.nth(3).textContent()).toContain('rqd001');
    expect(await way.nth(4).textContent()).toMatch(/File\/.*\.rqlog/);
    // Back, as the browser's button does.
    await page.goBack();
    await expect.poll(() => page.locator('#details-title').textContent()).toBe('rqd001');
    expect(problems).toEqual([]);
  });

  it('offers no change to whoever may but read', async () => {
    const page = await open({ token: tokenFor(600, { scope: 'cue:read' }), hash: `#job/${jobWithDead}` });
    await page.locator('.layers li').first().waitFor();
    expect(await page.locator('.actions button').count()).toBe(0);
  });

  it('tells that a token has expired, keeps what it has shown, and goes on with a new one', async () => {
    const page = await open({ token: tokenFor(4) });
    await expect.poll(() => status(page)).toContain('Live');
    await expect
      .poll(() => alarm(page))
      .toMatch(/^The gateway does not know you any more\. What you see is from [\d:]+\.$/);
    expect(await page.locator('#hint').textContent()).toBe('This token is expired: paste a new one');
    expect(await page.getByRole('row').count()).toBeGreaterThan(10);
    await page.getByLabel('Token').fill(served.token);
    await page.getByLabel('Token').press('Enter');
    await expect.poll(() => status(page)).toContain('Live');
    expect(await page.getByRole('alert').first().isHidden()).toBe(true);
  });

  it('shows one show’s jobs where one is chosen, and finds others by a filter', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'aurora' }).click();
    const names = page.locator('.job-name');
    await expect
      .poll(async () => (await names.allTextContents()).every((name) => name.startsWith('aurora-')))
      .toBe(true);
    expect(await names.count()).toBe(5);
    await page.getByLabel('Filter jobs').fill('nothing has this name');
    await page.getByText('No job fits the filter.').waitFor();
  });
});

describe.skipIf(isBrowserMissing)('the farm’s page, when something goes wrong', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it('shows the first deadline that Cuebot misses, and that it is over', async () => {
    let latencyMs = 0;
    const gateway = await startGateway({
      settings: { ...live, AUTH: 'none', GRPC_TIMEOUT: '1s' },
      cuebot: { latencyMs: () => latencyMs },
    });
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${gateway.url}/farm`);
    await expect.poll(() => page.locator('.status').textContent()).toContain('Live');
    latencyMs = 3_600_000;
    const alarm = page.getByRole('alert').first();
    await expect.poll(() => alarm.textContent()).toMatch(/What you see is from [\d:]+\.$/);
    // What was seen stays.
    expect(await page.getByRole('row').count()).toBe(15);
    latencyMs = 0;
    await expect.poll(() => alarm.isHidden()).toBe(true);
    await page.context().close();
    await gateway.close();
  });

  it('connects again by itself when the gateway is started anew', async () => {
    const first = await startGateway({ settings: { ...live, AUTH: 'none' } });
    const port = String(first.gateway.port);
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${first.url}/farm`);
    await expect.poll(() => page.locator('.status').textContent()).toContain('Live');
    await first.close();
    await expect.poll(() => page.getByRole('alert').first().textContent()).toContain('The gateway is gone');
    const second = await startGateway({ settings: { ...live, AUTH: 'none', REST_PORT: port } });
    await expect.poll(() => page.locator('.status').textContent()).toContain('Live');
    expect(await page.getByRole('alert').first().isHidden()).toBe(true);
    await page.context().close();
    await second.close();
  });

  it('is seen by whoever logs in, and offers to log in with what a change takes', async () => {
    const provider = await startLoginProvider();
    const gateway = await startGateway({
      settings: {
        ...live,
        OIDC_ISSUERS: provider.url,
        OIDC_AUDIENCE: audience,
        GRAPHIQL_CLIENT_ID: graphiqlClientId,
        GRAPHIQL_LOGIN_PARAMETERS: `resource=${audience}`,
      },
    });
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${gateway.url}/farm`);
    const logIn = async () => {
      await page.getByLabel('User').fill('ann');
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await page.getByRole('button', { name: 'Log in' }).click();
    await logIn();
    await expect.poll(() => page.locator('#hint').textContent()).toBe('Logged in as ann');
    await expect.poll(() => page.locator('.status').textContent()).toContain('Live');
    await page.getByRole('link', { name: jobWithDead }).first().click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Log in with cue:operate' }).click();
    await expect.poll(() => page.locator('.status').textContent()).toContain('Live');
    await page.getByRole('link', { name: jobWithDead }).first().click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.context().close();
    await gateway.close();
    await provider.stop();
  });
});
