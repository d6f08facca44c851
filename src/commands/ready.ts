import { readConfig } from '../config/config.ts';
import { UserError } from '../errors/user-error.ts';

import type { Command } from './command.ts';

/** How long an answer is waited for, in milliseconds. */
const patienceMs = 3_000;

/**
 * `cuegate ready`: asks the gateway that runs on this machine with the same settings whether it takes traffic. Ends with 0 when
 * it does, else with 1 and the reason: for health checks of containers, whose image need not have curl.
 */
export const ready: Command = async (input) => {
  const { config } = readConfig(input);
  const url = `http://${reachable(config.host)}:${config.port}/readyz`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs) }).catch((error: unknown) => {
    throw new UserError(`not ready: nothing answers at ${url} (${reasonOf(error)})`);
  });
  const text = (await answer.text()).trim();
  if (!answer.ok) throw new UserError(`not ready: ${url} answers ${answer.status}: ${text}`);
  process.stdout.write('ready\n');
};

/** Where to reach a server that listens at `host`: an address for all interfaces is none to connect to. */
function reachable(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function reasonOf(error: unknown): string {
  const cause = (error as { readonly cause?: { readonly code?: string } }).cause;
  return cause?.code ?? (error as Error).message;
}
