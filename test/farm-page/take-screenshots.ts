import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { startGateway } from '../app/running-gateway.ts';
import { launchBrowser } from '../browser.ts';

/**
 * Takes the pictures in docs/images anew: `npm run screenshots`. A command and no test, because a picture differs with every font
 * that a machine has. The farm is the demo's, a minute after it was started, so that there is something to see.
 */

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));

/** What is photographed: where on the page, how wide and high, and in which colours. */
const pictures = [
  { name: 'farm-light', hash: '', width: 1440, height: 900, colorScheme: 'light' },
  { name: 'farm-dark', hash: '', width: 1920, height: 1080, colorScheme: 'dark' },
  { name: 'farm-job', hash: '#job/demo-sh030-ben_beauty_v012', width: 1440, height: 900, colorScheme: 'dark' },
  { name: 'farm-phone', hash: '', width: 360, height: 800, colorScheme: 'light' },
] as const;

/** As long as the lines in the tiles need to show that the farm moves, in milliseconds. */
const watchMs = 20_000;

mkdirSync(folder, { recursive: true });
const gateway = await startGateway({ settings: { AUTH: 'none' }, cuebot: { tickMs: 1_000, speed: 20 } });
const browser = await launchBrowser();
try {
  await Promise.all(
    pictures.map(async ({ name, hash, width, height, colorScheme }) => {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      await page.goto(`${gateway.url}/farm${hash}`);
      await page.locator('.status-live').waitFor();
      await page.waitForTimeout(watchMs);
      const path = `${folder}${name}.png`;
      rmSync(path, { force: true });
      await page.screenshot({ path });
      process.stdout.write(`${path}\n`);
    }),
  );
} finally {
  await browser.close();
  await gateway.close();
}
process.exit(0);
