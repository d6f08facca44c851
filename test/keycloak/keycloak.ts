// The command behind `npm run keycloak`: follows the recipe of docs/auth.md against a real Keycloak, starts a demo Cuebot and
// a gateway with the recipe's settings, and shows with real tokens that they do what the page says. Exits 0 when all of
// it holds, or when there is no Java or Maven to try it with; 1 otherwise. KEYCLOAK_HOME: a Keycloak that is there already.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkRecipe } from './check-recipe.ts';
import { findKeycloak, missingForKeycloak } from './distribution.ts';
import { readRecipe } from './recipe.ts';
import { freePort, startKeycloak } from './start-keycloak.ts';

/** Fetching 150 MB, starting Keycloak and some thirty runs of its command line, on a slow machine. */
const limitMs = 10 * 60_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

const missing = await missingForKeycloak();
if (missing === undefined) process.exitCode = (await followRecipe()) ? 0 : 1;
else say(`skipped: ${missing}`);

/** Whether all of it holds. */
async function followRecipe(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-keycloak-'));
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error(`not done after ${limitMs / 60_000} minutes`)), limitMs);
  // Keycloak is in a process group of its own, so Ctrl+C does not reach it.
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
  const { signal } = stop;
  const userPassword = randomBytes(16).toString('hex');
  const adminPassword = randomBytes(16).toString('hex');
  try {
    const recipe = readRecipe();
    say('fetching Keycloak');
    const home = await findKeycloak(folder, signal);
    say('starting it');
    const gatewayPort = await freePort();
    const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
    const keycloak = await startKeycloak({ home, folder, gatewayUrl, adminPassword, userPassword, signal });
    try {
      say('following the recipe');
      await keycloak.follow(recipe.setup);
      return await checkRecipe({ recipe, keycloak, gatewayPort, userPassword, folder, say });
    } finally {
      await keycloak.close();
    }
  } catch (error) {
    say(`failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}
