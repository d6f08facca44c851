import type { Browser } from 'playwright-core';

import { launchBrowser } from '../../test/browser.ts';
import { type BenchCase, median } from '../bench-case.ts';
import { startProgram } from '../load.ts';

const rounds = 7;
const sizes = [20, 200, 2_000];

/** The farm's page in a real browser, each time without anything in its cache. */
export const bench: BenchCase = {
  name: 'farm-page',
  question: 'How long until the page at /farm shows its first data, next to the page at / that has none?',
  run: async () => {
    const browser = await launchBrowser();
    const rows: string[][] = [];
    try {
      for (const jobs of sizes) rows.push([jobs.toLocaleString('en'), ...(await measure(browser, jobs))]);
    } finally {
      await browser.close();
    }
    return {
      columns: ['jobs', '/, ms', '/farm until its first data, ms', 'times /'],
      rows,
      notes: [
        `Medians of ${rounds} visits in turns, in a new context each, by the browser’s own clock from the begin of the navigation on.`,
      ],
    };
  },
};

async function measure(browser: Browser, jobs: number): Promise<readonly string[]> {
  const cuebot = await startProgram(
    ['test/run-typescript.mjs', '--no-build', 'bench/programs/cuebot.ts'],
    { BENCH_JOBS: String(jobs) },
    /(127\.\S+)/,
  );
  const settings = { CUEBOT_ENDPOINT: cuebot.url, AUTH: 'none', HOST: '127.0.0.1', REST_PORT: '0' };
  const gateway = await startProgram(['dist/cli.js', 'serve'], settings, /"url":"([^"]+)"/);
  try {
    const homes: number[] = [];
    const farms: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      homes.push(await visit(browser, `${gateway.url}/`, 'main a', ''));
      farms.push(await visit(browser, `${gateway.url}/farm`, '.status', 'Live'));
    }
    const [home, farm] = [median(homes), median(farms)];
    return [home.toFixed(0), farm.toFixed(0), (farm / home).toFixed(1)];
  } finally {
    gateway.stop();
    cuebot.stop();
  }
}

/** Milliseconds until something is there that begins with these words. */
async function visit(browser: Browser, url: string, selector: string, words: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'commit' });
    const seen = await page.waitForFunction(
      ([place, begin]) => {
        const text = document.querySelector(place!)?.textContent;
        return text?.startsWith(begin!) === true ? performance.now() : false;
      },
      [selector, words],
    );
    return Number(await seen.jsonValue());
  } finally {
    await context.close();
  }
}
