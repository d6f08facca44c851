// Builds dist/, which is what runs and what ships: node build.mjs [--if-stale]
//
// With --if-stale only where a source is newer than what was built from it: `npm run demo` follows `npm ci`, which has built already.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

if (!process.argv.includes('--if-stale') || isStale()) build();

function build() {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
  // What is no TypeScript.
  cpSync(join(root, 'src/coordination/scripts'), join(root, 'dist/coordination/scripts'), { recursive: true });
  for (const page of ['graphiql', 'farm-page', 'swagger-ui']) run(`dist/${page}/build/build-page.js`);
  // Last: dist/cli.js is the bundle's only then, and says that all of it is there.
  run('bundle.mjs');
}

function run(program, ...options) {
  const { status } = spawnSync(process.execPath, [join(root, program), ...options], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether nothing is built, or something that it was built from has been changed since. */
function isStale() {
  const builtAt = statSync(join(root, 'dist/bundle'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((path) => join(root, 'src', path));
  const others = ['build.mjs', 'bundle.mjs', 'package-lock.json', 'tsconfig.build.json', 'tsconfig.json'];
  return [...sources, ...others.map((path) => join(root, path))].some((path) => statSync(path).mtimeMs > builtAt);
}
