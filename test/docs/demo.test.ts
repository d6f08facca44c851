import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Every command of docs/demo.md that starts a demo is run, on free ports, until it has said where it listens. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const commands = [
  ...readFileSync(`${root}docs/demo.md`, 'utf8').matchAll(/^(?:[A-Z]+=\S+ )?node dist\/cli\.js demo.*$/gm),
];

test.each(commands.map(([line]) => line))('%s', async (line) => {
  const command = line.replace('--port 8443', '--port 0');
  const child = spawn('bash', ['-ec', `exec env ${command}`], {
    cwd: root,
    env: { ...process.env, REST_PORT: '0' },
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('Ctrl+C stops')) break;
  }
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(output).toMatch(/Cuebot {5}127\.0\.0\.1:\d+ /);
});

test('there are such commands', () => {
  expect(commands.length).toBe(3);
});
