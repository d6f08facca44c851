// Runs a TypeScript file that is not part of the build (a bench, the conformance runner) on any Node that cuegate
// supports: node test/run-typescript.mjs [--no-build] FILE [ARGUMENT...]
//
// src/ is built first, where it has changed, and taken from dist/, so what runs, and what a bench measures, is what
// ships. Everything else has its types stripped on the way in, since Node 20 cannot do that by itself.
import { spawnSync } from 'node:child_process';
import { register } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const isBuilt = words[0] === '--no-build' && words.shift() !== undefined;
const [file, ...rest] = words;
if (file === undefined) {
  process.stderr.write('usage: node test/run-typescript.mjs [--no-build] FILE [ARGUMENT...]\n');
  process.exit(2);
}
if (!isBuilt) {
  const { status } = spawnSync(process.execPath, [`${root}build.mjs`, '--if-stale'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
register('./typescript-loader.mjs', import.meta.url);
process.argv = [process.execPath, resolve(file), ...rest];
await import(pathToFileURL(resolve(file)).href);
