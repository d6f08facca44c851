import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';

import { AuditFileError } from './audit-file-error.ts';

/** The right of this process to write to an audit file. */
export interface AuditLock {
  /** Takes the lock again if somebody removed it. Rejects with AuditFileError when another process has it by now. */
  readonly renew: () => Promise<void>;
  /** Removes the lock, if it is still ours. */
  readonly release: () => Promise<void>;
}

/** Which process writes, as the lock file says. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When that process started, RFC 3339. */
  readonly startedAt: string;
  /** The same as the kernel counts it, where it tells: process ids are used again, and a container's is always 1. */
  readonly startTicks?: string;
  /** Tells two locks of one process apart. */
  readonly id: string;
}

/**
 * Takes the lock of an audit file: the file `<path>.lock`, which is created by one process alone. A lock whose process is gone
 * is taken over. Rejects with AuditFileError when another process has it, or when nobody can tell, as with one of another host.
 */
export async function lockAuditFile(path: string): Promise<AuditLock> {
  const lockPath = `${path}.lock`;
  const startTicks = await startTicksOf(process.pid);
  const own: Holder = {
    host: hostname(),
    pid: process.pid,
    startedAt: new Date(performance.timeOrigin).toISOString(),
    ...(startTicks !== undefined && { startTicks }),
    id: randomUUID(),
  };
  const ownText = `${JSON.stringify(own)}\n`;
  const take = async (): Promise<void> => {
    // Twice: the lock of a process that is gone is moved out of the way first.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (await create(lockPath, ownText)) return;
      const found = await readIfThere(lockPath);
      if (found === ownText) return;
      if (found !== undefined) await takeAway(lockPath, found, own, path);
    }
    throw new AuditFileError(`${lockPath} changes hands all the time; one process writes to an audit file`);
  };
  await take();
  return {
    renew: take,
    release: async () => {
      if ((await readIfThere(lockPath)) === ownText) await rm(lockPath, { force: true });
    },
  };
}

/** Creates the lock file; false when there is one. */
async function create(lockPath: string, text: string): Promise<boolean> {
  try {
    const file = await open(lockPath, 'wx', 0o600);
    try {
      await file.writeFile(text);
      // After a power failure an empty lock would say nothing of its process.
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone. Throws AuditFileError for every other one. */
async function takeAway(lockPath: string, text: string, own: Holder, path: string): Promise<void> {
  const holder = parseHolder(text);
  if (holder === undefined) {
    throw new AuditFileError(
      `${lockPath} does not say which process writes to ${path}. If no cuegate does, remove ${lockPath} and start again`,
    );
  }
  const whose = `process ${holder.pid} on host ${holder.host}, which started at ${holder.startedAt}`;
  if (holder.host !== own.host) {
    throw new AuditFileError(
      `${path} is locked by ${whose}; from here (${own.host}) nobody can tell whether it still runs. If it does not, ` +
        `remove ${lockPath} and start again`,
    );
  }
  if (!(await isGone(holder, own))) {
    throw new AuditFileError(
      `${path} is locked by ${whose}, and one process writes to an audit file. Stop that one, or set AUDIT_FILE to another file`,
    );
  }
  // Renamed before it is removed: if another process was faster, this is its lock, and it gets it back.
  const aside = `${lockPath}.${own.id}`;
  await rename(lockPath, aside).catch(ignoreMissing);
  const moved = await readIfThere(aside);
  if (moved !== undefined && moved !== text) await rename(aside, lockPath);
  else await rm(aside, { force: true });
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { host, pid, startedAt, startTicks, id } = JSON.parse(text) as Partial<Holder>;
    if (typeof host !== 'string' || typeof startedAt !== 'string' || !Number.isSafeInteger(pid) || pid! <= 0)
      return undefined;
    return { host, pid: pid!, startedAt, id: String(id), ...(startTicks !== undefined && { startTicks }) };
  } catch {
    return undefined;
  }
}

async function isGone(holder: Holder, own: Holder): Promise<boolean> {
  const startTicks = await startTicksOf(holder.pid);
  if (startTicks !== undefined && holder.startTicks !== undefined) return startTicks !== holder.startTicks;
  if (holder.pid === own.pid) return holder.startedAt !== own.startedAt;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** When a process started, in the kernel's ticks since boot (proc_pid_stat(5), field 22); undefined where nobody tells. */
async function startTicksOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
