import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../app/running-gateway.ts';
import { isBrowserMissing, launchBrowser } from '../browser.ts';
import { lowContrasts } from './contrast.ts';

const jobWithDead = 'demo-sh030-ben_beauty_v012';

/** A node of the tree that a browser gives to screen readers. */
interface AxNode {
  readonly role: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What has to have a name, since people do something with it. */
const CONTROLS = [
  'button',
  'link',
  'textbox',
  'searchbox',
  'combobox',
  'listbox',
  'option',
  'checkbox',
  'dialog',
  'tab',
];

describe.skipIf(isBrowserMissing)('the farm’s page for people who do not see it, or use no mouse', () => {
  let browser: Browser;
  let served: TestGateway;
  let page: Page;
  let session: CDPSession;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    served = await startGateway({ settings: { AUTH: 'none', LIVE_MIN_INTERVAL: '50ms', LIVE_INTERVAL: '50ms' } });
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    session = await page.context().newCDPSession(page);
    await page.goto(`${served.url}/farm`);
    await expect.poll(() => page.locator('.status').textContent()).toContain('Live');
  });
  afterEach(async () => {
    await page.context().close();
    await served.close();
  });

  /** What a screen reader is given; ignored nodes are left out. */
  const tree = async (): Promise<AxNode[]> => {
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name, properties = [] }) => ({
        role: role?.value ?? '',
        name: name?.value ?? '',
        properties: Object.fromEntries(properties.map((property) => [property.name, property.value.value])),
      }));
  };
  const nameless = (nodes: readonly AxNode[]) =>
    nodes.filter(({ role, name }) => CONTROLS.includes(role) && name.trim() === '').map(({ role }) => role);
  const named = (nodes: readonly AxNode[], role: string) =>
    nodes.filter((node) => node.role === role).map(({ name }) => name);
  /** The element that has the focus, as a screen reader says it. */
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      const name = element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
      return `${element?.localName} ${name}`;
    });
  /** Presses Tab until the focus is on an element; gives where it was on the way. */
  const tabTo = async (target: RegExp): Promise<string[]> => {
    const way: string[] = [];
    for (let tabs = 0; tabs < 120; tabs++) {
      await page.keyboard.press('Tab');
      way.push(await focused());
      if (target.test(way.at(-1)!)) return way;
    }
    throw new Error(`the focus never came to ${target}, but to ${way.join(', ')}`);
  };

  it('names every control, the tables and their columns, and tells changes', async () => {
    const nodes = await tree();
    expect(nameless(nodes)).toEqual([]);
    expect(named(nodes, 'main').length).toBe(1);
    expect(named(nodes, 'heading')).toEqual(expect.arrayContaining(['Needs a look', 'Jobs', 'Hosts']));
    expect(named(nodes, 'table').filter((name) => name === '')).toEqual([]);
    expect(named(nodes, 'columnheader').length).toBeGreaterThan(2);
    expect(named(nodes, 'columnheader').filter((name) => name === '')).toEqual([]);
    expect(named(nodes, 'searchbox')).toContain('Filter jobs');
    const told = nodes.filter(({ properties }) => properties['live'] !== undefined);
    expect(told.map(({ role, properties }) => [role, properties['live']])).toEqual(
      expect.arrayContaining([['status', 'polite']]),
    );
  });

  it('names what is in the details of a job, of a frame and in the dialog of a kill', async () => {
    await page
      .getByRole('button', { name: jobWithDead })
      .or(page.getByRole('link', { name: jobWithDead }))
      .first()
      .click();
    await page.getByRole('button', { name: 'Kill …' }).waitFor();
    const details = await tree();
    expect(nameless(details)).toEqual([]);
    expect(named(details, 'button')).toEqual(expect.arrayContaining(['Pause', 'Retry dead frames', 'Kill …']));
    await page.getByRole('button', { name: 'Kill …' }).click();
    await page.getByRole('dialog').waitFor();
    const dialog = await tree();
    expect(nameless(dialog)).toEqual([]);
    expect(named(dialog, 'dialog')).toEqual([expect.stringContaining(jobWithDead)]);
    expect(named(dialog, 'textbox').some((name) => /reason/i.test(name))).toBe(true);
  });

  it('can be gone through by Tab, with the focus to be seen everywhere, and left again', async () => {
    const unseen: string[] = [];
    const visited: string[] = [];
    for (let tabs = 0; tabs < 200; tabs++) {
      await page.keyboard.press('Tab');
      const where = await focused();
      if (where.startsWith('body')) break;
      visited.push(where);
      const isSeen = await page.evaluate(() => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement!);
        return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
      });
      if (!isSeen) unseen.push(where);
    }
    expect(unseen).toEqual([]);
    expect(visited.length).toBeGreaterThan(20);
    expect(visited.length, 'the focus leaves the page in the end').toBeLessThan(200);
  });

  it('pauses a job, retries its dead frames and kills it with a reason, by the keyboard alone', async () => {
    await tabTo(new RegExp(jobWithDead));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Kill …' }).waitFor();
    await tabTo(/^button Pause$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await tabTo(/^button Retry dead frames$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('button', { name: 'Retry dead frames' }).count()).toBe(0);
    await tabTo(/^button Kill …$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('superseded');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.toast').textContent()).toContain('is being killed');
    const written = served.cuebot.callLog
      .map(({ method }) => method)
      .filter((method) => /Interface\/(?:Pause|RetryFrames|Kill)$/.test(method));
    expect(written).toEqual(['job.JobInterface/Pause', 'job.JobInterface/RetryFrames', 'job.JobInterface/Kill']);
  });

  it.each(['light', 'dark'] as const)('has text that stands out from its ground, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await lowContrasts(page)).toEqual([]);
    await page.goto(`${served.url}/farm#job/${jobWithDead}`);
    await page.getByRole('button', { name: 'Kill …' }).waitFor();
    expect(await lowContrasts(page)).toEqual([]);
  });
});
