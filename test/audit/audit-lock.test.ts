import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AuditFileError } from '../../src/audit/audit-file-error.ts';
import { lockAuditFile } from '../../src/audit/audit-lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuegate-audit-'));
  path = join(folder, 'audit.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const startedAt = '2026-11-23T11:00:00.000Z';
const leave = (holder: object | string) =>
  writeFile(`${path}.lock`, typeof holder === 'string' ? holder : JSON.stringify(holder));

/** The id of a process that is gone. */
async function formerProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid!;
}

describe('lockAuditFile()', () => {
  it('says who has the lock, and removes it in the end', async () => {
    const lock = await lockAuditFile(path);
    expect(JSON.parse(await readFile(`${path}.lock`, 'utf8'))).toMatchObject({ host: hostname(), pid: process.pid });
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is had by one at a time, in one process too', async () => {
    const lock = await lockAuditFile(path);
    await expect(lockAuditFile(path)).rejects.toThrow(AuditFileError);
    await lock.release();
    await (await lockAuditFile(path)).release();
  });

  it('refuses a file that another process writes to', async () => {
    await leave({ host: hostname(), pid: process.ppid, startedAt });
    await expect(lockAuditFile(path)).rejects.toThrow(
      `${path} is locked by process ${process.ppid} on host ${hostname()}, which started at ${startedAt}, and one process ` +
        'writes to an audit file. Stop that one, or set AUDIT_FILE to another file',
    );
  });

  it('takes the lock of a process that is gone', async () => {
    await leave({ host: hostname(), pid: await formerProcess(), startedAt });
    await (await lockAuditFile(path)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes the lock of a process whose id another one has by now, as in a container that was started again', async () => {
    await leave({ host: hostname(), pid: process.pid, startedAt, startTicks: '1' });
    await (await lockAuditFile(path)).release();
  });

  it('says how to remove the lock of another host, since nobody here can tell whether that process runs', async () => {
    await leave({ host: 'farm-2', pid: 7, startedAt });
    await expect(lockAuditFile(path)).rejects.toThrow(
      `${path} is locked by process 7 on host farm-2, which started at ${startedAt}; from here (${hostname()}) nobody can ` +
        `tell whether it still runs. If it does not, remove ${path}.lock and start again`,
    );
    expect(await readdir(folder)).toEqual(['audit.jsonl.lock']);
  });

  it.each(['', '{', 'null', '{"host":"h","pid":"1"}', '{"host":"h","pid":-1,"startedAt":""}'])(
    'does not guess what a lock of %j means',
    async (text) => {
      await leave(text);
      await expect(lockAuditFile(path)).rejects.toThrow(
        `${path}.lock does not say which process writes to ${path}. If no cuegate does, remove ${path}.lock and start again`,
      );
    },
  );

  it('is taken again when somebody removed it, and kept when nobody did', async () => {
    const lock = await lockAuditFile(path);
    await lock.renew();
    await rm(`${path}.lock`);
    await lock.renew();
    expect(await readdir(folder)).toEqual(['audit.jsonl.lock']);
    await lock.release();
  });

  it('leaves alone a lock that another process has by now', async () => {
    const lock = await lockAuditFile(path);
    await leave({ host: 'farm-2', pid: 7, startedAt });
    await expect(lock.renew()).rejects.toThrow('farm-2');
    await lock.release();
    expect(await readdir(folder)).toEqual(['audit.jsonl.lock']);
  });
});
