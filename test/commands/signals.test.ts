import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

/** Signals end a process, so these tests run little programs around closeOnSignal(). */

const source = fileURLToPath(new URL('../../src/commands/signals.ts', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
  const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source);
  writeFileSync(join(folder, 'signals.mjs'), code);
});
afterAll(() => rmSync(folder, { recursive: true }));

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** Starts a program whose `close` is the given expression; resolves when it listens to signals. */
function start(close: string, timeoutMs = 60_000) {
  return run(`closeOnSignal(${close}, ${timeoutMs}, { debug: say, info: say, warn: say, error: say });`);
}

/** Starts a program that does this and goes on for ever. */
async function run(statements: string) {
  const program = `
    import { closeOnSignal, listenToSignals } from './signals.mjs';
    const say = (_, message) => console.log(message);
    ${statements}
    setInterval(() => {}, 1_000);
    console.log('up');`;
  const path = join(folder, 'program.mjs');
  writeFileSync(path, program);
  const started = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  let output = '';
  const said = async (text: string) => {
    while (!output.includes(text)) output += String((await once(started.stdout, 'data'))[0]);
  };
  await said('up\n');
  return { started, said };
}

describe('closeOnSignal()', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('closes at %s and ends with 0', async (signal) => {
    const { started, said } = await start(`async () => console.log('closed')`);
    started.kill(signal);
    await said('closed\n');
    expect(await once(started, 'exit')).toEqual([0, null]);
  });

  it('ends at the second signal, with 1', async () => {
    const { started, said } = await start('() => new Promise(() => {})');
    started.kill('SIGTERM');
    await said('stopping; once more to stop at once\n');
    started.kill('SIGTERM');
    expect(await once(started, 'exit')).toEqual([1, null]);
  });

  it('is not ended by SIGHUP', async () => {
    const { started, said } = await start(`async () => console.log('closed')`);
    started.kill('SIGHUP');
    await said('SIGHUP changes nothing; SIGTERM stops\n');
    started.kill('SIGTERM');
    expect(await once(started, 'exit')).toEqual([0, null]);
  });

  it('ends with 1 when closing never ends', async () => {
    const { started } = await start('() => new Promise(() => {})', 1);
    started.kill('SIGTERM');
    expect(await once(started, 'exit')).toEqual([1, null]);
  });

  it('says so and ends with 1 when closing fails', async () => {
    const { started, said } = await start(`() => Promise.reject(new Error('stuck'))`);
    started.kill('SIGTERM');
    await said('could not stop cleanly\n');
    expect(await once(started, 'exit')).toEqual([1, null]);
  });
});

describe('listenToSignals()', () => {
  it('ends a program that is still starting at once, with 0', async () => {
    const { started } = await run('listenToSignals();');
    started.kill('SIGTERM');
    expect(await once(started, 'exit')).toEqual([0, null]);
  });

  it('leaves the end to closeOnSignal() once that is known', async () => {
    const { started, said } = await run(
      `listenToSignals(); closeOnSignal(async () => say({}, 'closed'), 60_000, { info: say });`,
    );
    started.kill('SIGTERM');
    await said('closed\n');
    expect(await once(started, 'exit')).toEqual([0, null]);
  });
});
