#!/usr/bin/env node
import { listenToSignals } from './commands/close-on-signal.ts';
import { UserError } from './errors/user-error.ts';
import type { Command } from './commands/command.ts';
import { type CommandName, parseCommandLine } from './commands/command-line.ts';

/** Each command is loaded only when it is called, so that `cuegate operations` does not load the demo, nor `serve` either. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  demo: async () => (await import('./commands/demo.ts')).demo,
  operations: async () => (await import('./commands/operations.ts')).operations,
  token: async () => (await import('./commands/token.ts')).token,
  'api-key': async () => (await import('./commands/api-key.ts')).apiKey,
  policy: async () => (await import('./commands/policy.ts')).policy,
  audit: async () => (await import('./commands/audit.ts')).audit,
  help: async () => (await import('./commands/help.ts')).help,
};

/** Those that go on until a signal ends them. */
const servers: ReadonlySet<CommandName> = new Set(['serve', 'demo']);

// `cuegate operations | head`: the reader has seen enough, which is no mistake.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const { command: name, ...rest } = parseCommandLine(process.argv.slice(2));
  if (servers.has(name)) listenToSignals();
  const command = await commands[name]();
  await command({ environment: process.env, ...rest });
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

/** Mistakes of people are told in their words; ours show where they come from. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof UserError ? error.message : (error.stack ?? error.message);
}
