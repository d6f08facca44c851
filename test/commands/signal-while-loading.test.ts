import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const hooks = new URL('./signal-while-loading.mjs', import.meta.url).href;

/** Makes a program the first process of a container's kind; the kernel drops what such a process does not listen to. */
const asProcess1 = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child'];

/** Runs the built program, which gets a signal while a module is loaded. A signal that nobody listens to shows in `endedBy`. */
async function run(command: string, signal: string, module: string, within: readonly string[] = []) {
  const [program = '', ...args] = [...within, process.execPath, '--import', hooks, cli, command];
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], SIGNAL: signal, MODULE: module },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code, endedBy] = await once(child, 'close');
  return { code, endedBy, stdout, stderr };
}

describe('the program, while it is loaded', () => {
  it.each([
    ['SIGTERM', '/bundle/run-command-line.js'],
    ['SIGTERM', '/bundle/command-line.js'],
    ['SIGTERM', '/bundle/serve.js'],
    ['SIGTERM', '/bundle/config.js'],
    ['SIGINT', '/bundle/run-command-line.js'],
    ['SIGINT', '/bundle/config.js'],
  ])('ends at %s with 0 and without a word, whichever module is next: %s', async (signal, module) => {
    expect(await run('serve', signal, module)).toEqual({ code: 0, endedBy: null, stdout: '', stderr: '' });
  });

  // Many systems, macOS and most containers among them, let nobody make a process 1.
  it.skipIf(spawnSync(asProcess1[0]!, [...asProcess1.slice(1), 'true']).status !== 0)(
    'ends at SIGTERM as process 1, too',
    async () => {
      expect(await run('serve', 'SIGTERM', '/bundle/config.js', asProcess1)).toMatchObject({ code: 0, endedBy: null });
    },
  );

  it('is not ended by SIGHUP', async () => {
    expect(await run('help', 'SIGHUP', '/bundle/run-command-line.js')).toEqual({
      code: 0,
      endedBy: null,
      stdout: expect.stringContaining('cuegate'),
      stderr: '',
    });
  });
});

describe('a command that ends by itself', () => {
  it('is ended by signals as any program is', async () => {
    expect(await run('help', 'SIGTERM', '/bundle/help.js')).toMatchObject({ code: null, endedBy: 'SIGTERM' });
  });
});
