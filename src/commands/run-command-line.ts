import { UserError } from '../errors/user-error.ts';

import { leaveSignals } from './signals.ts';
import type { Command } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import type { CommandName } from './command-table.ts';

/** Each command is loaded only when it is called, so that `cuegate operations` does not load the demo, nor `serve` either. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  demo: async () => (await import('./demo.ts')).demo,
  agent: async () => (await import('./agent.ts')).agent,
  operations: async () => (await import('./operations.ts')).operations,
  token: async () => (await import('./token.ts')).token,
  'api-key': async () => (await import('./api-key.ts')).apiKey,
  policy: async () => (await import('./policy.ts')).policy,
  audit: async () => (await import('./audit.ts')).audit,
  doctor: async () => (await import('./doctor.ts')).doctor,
  ready: async () => (await import('./ready.ts')).ready,
  help: async () => (await import('./help.ts')).help,
};

/** Those that go on until a signal ends them. */
const servers: ReadonlySet<CommandName> = new Set(['serve', 'demo', 'agent']);

/**
 * Does what the arguments after the program's name say. Never rejects: what went wrong is written to standard error, and the
 * process will end with 1.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  // `cuegate operations | head`: the reader has seen enough, which is no mistake.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    const { command: name, ...rest } = parseCommandLine(args);
    if (!servers.has(name)) leaveSignals();
    const command = await commands[name]();
    await command({ environment: process.env, ...rest });
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}

/** Mistakes of people are told in their words; ours show where they come from. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof UserError ? error.message : (error.stack ?? error.message);
}
