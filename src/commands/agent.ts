import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { pino } from 'pino';

import { createAgent } from '../agent/create-agent.ts';
import { createDeviceLogin, type LoginPrompt } from '../agent/device-login.ts';
import { findIssuer } from '../agent/find-issuer.ts';
import { requestIdOf } from '../http/request-id.ts';
import { writeFileDescriptors } from '../registry/sources/descriptors/write-descriptor-set.ts';
import { loadDescriptorSet } from '../registry/sources/load-descriptor-set.ts';
import { compileRpcTable } from '../rpc-table/rpc-table.ts';

import { readAgentOptions } from './agent-options.ts';
import { closeOnSignal } from './signals.ts';
import type { Command } from './command.ts';
import { surviveRejections } from './survive-rejections.ts';

/** How long a signal waits for calls under way, in milliseconds. */
const closeMs = 6_000;

/**
 * `cuegate agent --gateway URL --client-id ID`: lets programs on this machine that can show no token use a gateway elsewhere, as
 * whoever logs in. It goes on until it is told to stop; the log-in ends with it.
 */
export const agent: Command = async ({ environment, values }) => {
  const { gateway, clientId, scopes, resource, port, ...options } = readAgentOptions(values, environment);
  const socketPath = resolve(options.socketPath);
  const logger = pino({ level: 'warn' }, pino.destination(2));
  surviveRejections(logger);
  const issuer = options.issuer ?? (await findIssuer(gateway));
  const login = createDeviceLogin({
    issuer,
    clientId,
    scopes,
    resource,
    onPrompt: (prompt) => say(describePrompt(prompt)),
    onLoggedIn: () => say('Logged in.'),
    wait: (ms) => wait(ms, undefined, { ref: false }),
  });
  const set = readOwn('schema/opencue.binpb');
  const registry = loadDescriptorSet(set, 'schema/opencue.binpb');
  const rpcs = { fileName: 'schema/rpcs.yaml', text: readOwn('schema/rpcs.yaml').toString() };
  const table = compileRpcTable(registry, { ...rpcs, mustMatch: true });
  const running = await createAgent({
    gateway,
    login,
    services: registry.services,
    fileDescriptors: () => writeFileDescriptors(registry.files()),
    isRead: (method) => table.factsOf(method).kind === 'read',
    requestIdOf,
    socketPath,
    port,
  });
  closeOnSignal(running.close, closeMs, logger);
  say(`cuegate agent for ${gateway}\n\n  CUEBOT_HOSTS=unix:${socketPath}`);
  if (running.port !== undefined) {
    say(`  CUEBOT_HOSTS=127.0.0.1:${running.port}, where every user of this machine speaks in your name`);
  }
  await login.begin();
};

function describePrompt({ url, code, urlWithCode }: LoginPrompt): string {
  return `\nLog in: open ${urlWithCode ?? url} in a browser${urlWithCode === undefined ? ' and enter' : '; it shows'} the code ${code}\n`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A file that cuegate brings along, beside `src/` and `dist/` alike. */
function readOwn(path: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
}
