import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { recipeGateway, recipeServer } from './recipe.ts';

/** A Keycloak that runs for as long as the command does. */
export interface Keycloak {
  /** Without a slash at its end. */
  readonly url: string;
  /** Runs a shell block of the recipe against it. Rejects with what the block wrote when it fails. */
  readonly follow: (block: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** What to start it from. */
export interface StartKeycloakOptions {
  /** The unpacked distribution; it is not written to. */
  readonly home: string;
  /** Where the gateway will be. */
  readonly gatewayUrl: string;
  /** An empty folder for what Keycloak and its command line write. */
  readonly folder: string;
  readonly adminPassword: string;
  /** The password of the recipe's person. */
  readonly userPassword: string;
  readonly signal: AbortSignal;
}

/** Starts Keycloak on a free port of 127.0.0.1 and waits until it answers. */
export async function startKeycloak(options: StartKeycloakOptions): Promise<Keycloak> {
  const { home, folder, gatewayUrl, adminPassword, userPassword, signal } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // start-dev builds its configuration into the distribution and keeps its database there.
  const copy = join(folder, 'keycloak');
  cpSync(home, copy, { recursive: true });
  mkdirSync(join(folder, 'home'));
  // The command line keeps its session in the home folder of the system's user, whatever HOME says.
  const environment = {
    ...process.env,
    PATH: `${join(copy, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    KC_OPTS: `-Duser.home=${join(folder, 'home')}`,
    ADMIN_PASSWORD: adminPassword,
    ANN_PASSWORD: userPassword,
  };
  const server = spawn('bash', [join(copy, 'bin/kc.sh'), 'start-dev', '--http-host=127.0.0.1', `--http-port=${port}`], {
    env: { ...process.env, KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: adminPassword },
    // A group of its own, since the script starts Java beside it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const close = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    process.kill(-server.pid!, 'SIGKILL');
    await once(server, 'exit');
  };
  try {
    while (!(await answers(url))) {
      signal.throwIfAborted();
      if (server.exitCode !== null) throw new Error(`Keycloak ended before it answered:\n${output.slice(-2_000)}`);
      await pause(500);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    follow: async (block) => {
      const script = block.replaceAll(recipeServer, url).replaceAll(recipeGateway, gatewayUrl);
      const { stdout } = await promisify(execFile)('bash', ['-euc', script], { env: environment, signal });
      return stdout;
    },
    close,
  };
}

/**
 * A port that nobody listens on, for those who cannot be asked which one they took, or must be named before they run. Somebody
 * else may take it in between; then they say so.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('expected a port of 127.0.0.1');
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/realms/master`).then(
    ({ ok }) => ok,
    () => false,
  );
}
