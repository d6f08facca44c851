import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Such a promise ends a process, so these tests run little programs. */

const source = fileURLToPath(new URL('../../src/commands/survive-rejections.ts', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
  const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source);
  writeFileSync(join(folder, 'survive-rejections.mjs'), code);
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (name: string, program: string) => {
  const path = join(folder, name);
  writeFileSync(path, program);
  return promisify(execFile)(process.execPath, [path]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout }),
  );
};

const forget = `
  void Promise.reject(new Error('forgotten'));
  setImmediate(() => console.log('alive'));`;

describe('surviveRejections()', () => {
  it('goes on, and tells the defect, where Node would end', async () => {
    expect(await run('without.mjs', forget)).toMatchObject({ code: 1 });
    const program = `
      import { surviveRejections } from './survive-rejections.mjs';
      surviveRejections({ error: ({ err }) => console.log(err.message) });
      ${forget}`;
    expect(await run('with.mjs', program)).toEqual({ code: 0, stdout: 'forgotten\nalive\n' });
  });
});
