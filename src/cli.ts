#!/usr/bin/env node
// Signals come first: nothing else is imported here, for all that a module imports is loaded before its own first line.
import { listenToSignals } from './commands/close-on-signal.ts';

listenToSignals();
const { runCommandLine } = await import('./commands/run-command-line.ts');
await runCommandLine(process.argv.slice(2));
