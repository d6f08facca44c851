// A step of the image: starts the program once and stops it, by which V8's code is left in `dist/compile-cache`. To be run by the
// user that the image runs as, since node keeps one for each: node fill-compile-cache.mjs
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const fail = (reason) => {
  process.stderr.write(`the compile cache cannot be filled: ${reason}\n`);
  process.exit(1);
};

mkdirSync(path('dist/compile-cache'), { recursive: true });
const child = spawn(process.execPath, [path('dist/cli.js'), 'serve'], {
  env: { CUEBOT_ENDPOINT: '127.0.0.1:1', AUTH: 'none', HOST: '127.0.0.1', REST_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
let isReady = false;
child.stdout.on('data', (chunk) => {
  output += chunk;
  // Once: at the second signal it would end at once, and leave nothing.
  if (!isReady && output.includes('cuegate is serving')) isReady = child.kill('SIGTERM');
});
child.once('exit', (code) => {
  if (code !== 0 || !isReady) fail(`the program ended with ${code}: ${output}`);
  if (readdirSync(path('dist/compile-cache')).length === 0)
    fail(`node ${process.versions.node} has left nothing in it`);
});
