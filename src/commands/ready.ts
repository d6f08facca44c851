import { readConfig } from '../config/config.ts';
import { UserError } from '../errors/user-error.ts';

import { askOwnServer } from '../http/ask-own-server.ts';

import type { Command } from './command.ts';

/** How long an answer is waited for, in milliseconds. */
const patienceMs = 3_000;

/**
 * `cuegate ready`: asks the gateway that runs on this machine with the same settings whether it takes traffic. Ends with 0 when
 * it does, else with 1 and the reason: for health checks of containers, whose image need not have curl.
 */
export const ready: Command = async (input) => {
  const { config } = readConfig(input);
  const url = `${config.tls === undefined ? 'http' : 'https'}://${reachable(config.host)}:${config.port}/readyz`;
  const { status, text: body } = await askOwnServer(url, patienceMs).catch((error: unknown) => {
    throw new UserError(`not ready: nothing answers at ${url} (${reasonOf(error)})`);
  });
  if (status !== 200) throw new UserError(`not ready: ${url} answers ${status}: ${body.trim()}`);
  process.stdout.write('ready\n');
};

/** Where to reach a server that listens at `host`: an address for all interfaces is none to connect to. */
function reachable(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
