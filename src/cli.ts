#!/usr/bin/env node
// Signals come first: nothing that takes its time is imported here, for all that a module imports is loaded before its own first line.
import { listenToSignals } from './commands/signals.ts';
import { readCompileCache } from './commands/compile-cache.ts';
import { tuneV8ToStart } from './commands/tune-v8.ts';

listenToSignals();
readCompileCache();
tuneV8ToStart();
const { runCommandLine } = await import('./commands/run-command-line.ts');
await runCommandLine(process.argv.slice(2));
