import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { prepareSocket } from '../../src/agent/socket-folder.ts';

let folder: string;
let path: string;
let listener: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-socket-'));
  path = join(folder, 'cuebot.sock');
});
afterEach(async () => {
  if (listener !== undefined) await new Promise((resolve) => listener!.close(resolve));
  listener = undefined;
  rmSync(folder, { recursive: true });
});

describe('prepareSocket()', () => {
  it('makes a folder that nobody else can enter', async () => {
    await prepareSocket(join(folder, 'one', 'two', 'cuebot.sock'));
    expect(statSync(join(folder, 'one', 'two')).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that others can enter', async () => {
    chmodSync(folder, 0o750);
    await expect(prepareSocket(path)).rejects.toThrow(
      `others can enter ${folder}, and would speak in your name: its mode is 750; expected 700`,
    );
  });

  it('refuses to take away what is no socket', async () => {
    writeFileSync(path, 'precious');
    await expect(prepareSocket(path)).rejects.toThrow(`${path} is there already, and is no socket`);
    expect(existsSync(path)).toBe(true);
  });

  it('refuses while another agent listens', async () => {
    listener = createServer();
    await new Promise<void>((resolve) => listener!.listen(path, resolve));
    await expect(prepareSocket(path)).rejects.toThrow(`an agent is listening at ${path} already`);
  });

  it('refuses a path that is too long for a socket', async () => {
    await expect(prepareSocket(join(folder, 'x'.repeat(100)))).rejects.toThrow(
      'the path of the socket is longer than 103 bytes',
    );
  });
});
