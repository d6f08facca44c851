import { existsSync } from 'node:fs';

import { type Browser, chromium, type Page } from 'playwright-core';
import { rolldown } from 'rolldown';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Whether to skip tests of pages. A machine of a developer may have no browser, the one that judges pull requests must. */
export const isBrowserMissing = executablePath === undefined && process.env['CI'] !== 'true';

/** Without the network that a browser would use for itself. */
const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync';

/** How a browser is started. */
export interface LaunchOptions {
  readonly flags?: readonly string[];
  /** Whether it keeps pages as they were left, for who comes back by its button. Off, as the driver wants it, when not given. */
  readonly keepsPages?: boolean;
}

/** Starts a real browser. */
export function launchBrowser({ flags: more = [], keepsPages = false }: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath ?? 'chromium',
    args: [...flags.split(' '), ...more],
    ...(keepsPages && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  });
}

/** Bundles a script and what it imports for browsers, as the build does GraphiQL's. @param input the path of the script */
export async function bundleForBrowser(input: string): Promise<string> {
  const bundle = await rolldown({ input, platform: 'browser' });
  try {
    const { output } = await bundle.generate({ format: 'iife' });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

/** Puts a query of this name into GraphiQL's editor. */
export async function enterQuery(page: Page, name: string, query: string): Promise<void> {
  const editor = page.locator('.graphiql-query-editor .CodeMirror');
  await editor.waitFor();
  await editor.evaluate((element, text) => {
    (element as unknown as { CodeMirror: { setValue: (text: string) => void } }).CodeMirror.setValue(text);
  }, query);
  // GraphiQL has understood the query when its tab is named after it.
  await page.getByRole('tab', { name }).waitFor();
}
