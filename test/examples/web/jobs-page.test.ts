import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Browser, Locator, Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createGateway, type Gateway } from '../../../src/app/gateway.ts';
import { signToken } from '../../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot, type DemoCuebot } from '../../../src/demo/demo-cuebot.ts';

import { logTo, secret, testConfig } from '../../app/running-gateway.ts';
import { isBrowserMissing, launchBrowser } from '../../browser.ts';

const root = fileURLToPath(new URL('../../../examples/web', import.meta.url));
const readPackage = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const wedge = 'testing-shot01-kim_wedge_v001';

it('examples/web names the versions that it is tested with', () => {
  const example = readPackage('../../../examples/web/package.json');
  const own = readPackage('../../../package.json');
  const tested = { ...own.dependencies, ...own.devDependencies };
  const named: Record<string, string> = { ...example.dependencies, ...example.devDependencies };
  const untested = Object.keys(named).filter((name) => !(name in tested));
  // What it calls is tested; the command line itself brings a hundred packages.
  expect(untested).toEqual(['@graphql-codegen/cli']);
  for (const [name, version] of Object.entries(named)) {
    if (!untested.includes(name)) expect({ name, version }).toEqual({ name, version: tested[name] });
  }
});

describe.skipIf(isBrowserMissing)('the jobs page of examples/web', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'cuegate-web-'));
  let cuebot: DemoCuebot;
  let gateway: Gateway;
  let site: PreviewServer;
  let browser: Browser;
  let page: Page;
  let stalls = 0;
  let nowMs = Date.now();
  const warnings: string[] = [];

  const startGateway = (port: string) => {
    const settings = { CUEBOT_ENDPOINT: cuebot.endpoint, REST_PORT: port, CORS_ORIGINS: originOf(site) };
    const short = { GRPC_TIMEOUT: '2s', LIVE_MIN_INTERVAL: '50ms', LIVE_INTERVAL: '50ms' };
    return createGateway(testConfig({ ...settings, ...short }), logTo([]), { now: () => nowMs });
  };
  const newToken = () => signToken({ secret, claims: { sub: 'ann', exp: Math.floor(nowMs / 1000) + 3_600 } });
  const giveToken = async () => {
    await page.getByRole('textbox', { name: 'Token' }).fill(newToken());
    await page.getByRole('button', { name: 'Go on' }).click();
  };
  const row = (name: string): Locator => page.getByRole('row').filter({ hasText: name });
  const jobOf = (name: string) => [...cuebot.farm.jobs.values()].find((job) => job.name === name)!;

  beforeAll(async () => {
    const latencyMs = (method: string) => {
      if (stalls === 0 || method !== 'job.JobInterface/GetJobs') return 0;
      stalls -= 1;
      return 60_000;
    };
    cuebot = await createDemoCuebot({ latencyMs });
    site = await preview({
      root,
      configFile: false,
      logLevel: 'silent',
      build: { outDir },
      preview: { host: '127.0.0.1', port: 0 },
    });
    gateway = await startGateway('0');
    await build({
      root,
      logLevel: 'warn',
      define: { 'import.meta.env.VITE_CUEGATE_URL': JSON.stringify(gateway.url) },
      build: { outDir, emptyOutDir: true },
    });
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    page.on('pageerror', (error) => warnings.push(error.message));
    await page.goto(originOf(site));
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await site.close();
    await cuebot.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  it('asks for a token, and shows the jobs', async () => {
    await giveToken();
    await row(wedge).waitFor();
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  });

  it('changes a row when its job changes', async () => {
    jobOf(wedge).priority = 4_321;
    cuebot.farm.touch();
    await row(wedge).getByText('4321').waitFor();
  });

  it('pauses a job, and shows it as it was read again', async () => {
    await page.getByRole('button', { name: `Pause ${wedge}` }).click();
    await row(wedge).getByText('Paused').waitFor();
    await page.getByRole('button', { name: `Resume ${wedge}` }).click();
    await page.getByRole('button', { name: `Pause ${wedge}` }).waitFor();
  });

  it('tells of a Cuebot that stalls at the first deadline, keeps the rows, and goes on', async () => {
    // The page’s own record, since the next look is answered and takes the alert away.
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seenAlerts: seen });
      new MutationObserver(() => {
        const alert = document.querySelector('[role=alert]');
        if (alert !== null) seen.push(`${alert.textContent} ${document.querySelectorAll('tbody tr').length > 0}`);
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    // One call alone is never answered: there is no second deadline that could be missed.
    stalls = 1;
    await page.waitForFunction(() =>
      (window as unknown as { seenAlerts: string[] }).seenAlerts.some(
        (text) => text.includes('Cuebot did not answer in time.') && text.endsWith('true'),
      ),
    );
    expect(stalls).toBe(0);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await row(wedge).count()).toBe(1);
  });

  it('asks for a new token when the old one has expired, and keeps the page', async () => {
    nowMs += 2 * 3_600_000;
    await page.getByText('Your token is no longer accepted.').waitFor();
    expect(await row(wedge).count()).toBe(1);
    await giveToken();
    jobOf(wedge).priority = 1_234;
    cuebot.farm.touch();
    await row(wedge).getByText('1234').waitFor();
  });

  it('comes back by itself when the gateway is started anew', async () => {
    const { port } = new URL(gateway.url);
    await gateway.close();
    await page.getByRole('status').filter({ hasText: 'Gateway away' }).waitFor();
    gateway = await startGateway(port);
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    jobOf(wedge).priority = 2_222;
    cuebot.farm.touch();
    await row(wedge).getByText('2222').waitFor();
  });

  it('kills a job for a reason', async () => {
    await page.getByRole('button', { name: `Kill ${wedge}` }).click();
    await page.getByLabel('Reason').fill('superseded by v002');
    await page.getByRole('button', { name: 'Kill the job' }).click();
    await row(wedge).waitFor({ state: 'detached' });
  });

  it('is warned of nothing by React or its cache', () => {
    expect(warnings).toEqual([]);
  });
});

function originOf(site: PreviewServer): string {
  const address = site.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the site listens at no port');
  return `http://127.0.0.1:${address.port}`;
}
