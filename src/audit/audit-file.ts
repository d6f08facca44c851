import { type FileHandle, open, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { type AuditKey, type ChainEnd, readChainEnd, sealRecord, startChain } from './audit-chain.ts';
import { AuditFileError } from './audit-file-error.ts';
import { type AuditLock, lockAuditFile } from './audit-lock.ts';
import type { AuditRecord, AuditTrail } from './audit-record.ts';

/** What an audit file needs. */
export interface AuditFileOptions {
  readonly path: string;
  /** A file that would grow beyond this is put away under a number, and a new one goes on, in bytes. */
  readonly maxBytes: number;
  /** Seals the records; undefined: a bare hash does. */
  readonly key?: AuditKey;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  /** Told when somebody else took the file away or changed it, once the chain goes on. */
  readonly onDisturbance?: (disturbance: FileDisturbance) => void;
}

/** What somebody else did to the file since the last batch. */
export type FileDisturbance =
  /** It is not at its path any more: removed, renamed, or replaced by another one. */
  | 'FILE_GONE'
  /** It is shorter than it was, as after logrotate's `copytruncate`. */
  | 'FILE_CUT'
  /** It is longer than what was written here. */
  | 'FILE_GREW';

/** Why a file goes on where another one ended. */
type Continuation = FileDisturbance | 'FILE_FULL' | 'HALF_LINE';

/** More than this waiting means that the disk is too slow; memory must not grow without end. */
const maxWaiting = 10_000;

interface Waiting {
  readonly record: AuditRecord;
  readonly isDurable: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens a file for records, one line of JSON each, and goes on with the chain that it holds. One process writes to a file: it
 * holds the lock `<path>.lock` until it closes. Rejects with AuditFileError when the file cannot be opened or written, holds
 * something else, or is written by another process.
 */
export async function openAuditFile(options: AuditFileOptions): Promise<AuditTrail> {
  try {
    const found = await statIfThere(options.path);
    if (found !== undefined && !found.isFile()) {
      throw new AuditFileError(
        `AUDIT_FILE: ${options.path} is no file to append to; for the audit on standard output, leave AUDIT_FILE unset`,
      );
    }
    const lock = await lockAuditFile(options.path);
    return await openTrail(options, lock).catch(async (error) => {
      await lock.release();
      throw error;
    });
  } catch (error) {
    if (error instanceof AuditFileError) throw error;
    throw new AuditFileError(`AUDIT_FILE: ${options.path} cannot be used: ${(error as Error).message}`, [], {
      cause: error,
    });
  }
}

async function openTrail(options: AuditFileOptions, lock: AuditLock): Promise<AuditTrail> {
  const { end = startChain(), isWhole } = await readChainEnd(options.path, options.key);
  const file = new AuditFile(options, lock, await openForAppend(options.path), end);
  // A file that ends in half a line stays as it is, for whoever wants to know why; the chain goes on in a new one.
  if (isWhole) await file.append({ time: timeOf(options.now()), event: 'start' }, true);
  else await file.goOn('HALF_LINE');
  return {
    append: (record, isDurable) => file.append(record, isDurable),
    end: () => file.end,
    close: () => file.close(),
  };
}

class AuditFile {
  readonly #options: AuditFileOptions;
  readonly #lock: AuditLock;
  #file: OpenFile;
  #end: ChainEnd;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** Why a new file has to be begun, when that was tried and failed. */
  #pending: Continuation | undefined;

  constructor(options: AuditFileOptions, lock: AuditLock, file: OpenFile, end: ChainEnd) {
    this.#options = options;
    this.#lock = lock;
    this.#file = file;
    this.#end = end;
  }

  get end(): ChainEnd {
    return this.#end;
  }

  append(record: AuditRecord, isDurable: boolean): Promise<void> {
    if (this.#waiting.length >= maxWaiting) {
      return Promise.reject(new Error(`${maxWaiting} records are waiting to be written`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, isDurable, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.handle.close();
    await this.#lock.release();
  }

  /** What comes in while a batch is being written is the next batch. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = undefined;
  }

  /** The chain moves on only when the lines are in the file: a record that was lost leaves no gap. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    const disturbance = this.#pending ?? (await this.#findDisturbance());
    if (disturbance === 'FILE_GONE' && (await this.#hasCopyInPlace())) await this.#reopen();
    else if (disturbance !== undefined) await this.goOn(disturbance);
    else if (this.#file.bytes >= BigInt(this.#options.maxBytes)) await this.goOn('FILE_FULL');
    const records = batch.map(({ record }) => record);
    this.#end = await appendRecords(this.#file, records, {
      end: this.#end,
      key: this.#options.key,
      isDurable: batch.some(({ isDurable }) => isDurable),
    });
  }

  /** Looked for before every batch: who takes a file away must not take away with it what comes after. */
  async #findDisturbance(): Promise<FileDisturbance | undefined> {
    const { dev, ino, bytes } = this.#file;
    const found = await statIfThere(this.#options.path);
    if (found === undefined || found.dev !== dev || found.ino !== ino) return 'FILE_GONE';
    if (found.size < bytes) return 'FILE_CUT';
    return found.size > bytes ? 'FILE_GREW' : undefined;
  }

  /**
   * Whether the file at the path ends as this one did. Some file systems number their files anew now and then, and some editors
   * put a copy in a file's place: the chain goes on there as if nothing had happened.
   */
  async #hasCopyInPlace(): Promise<boolean> {
    try {
      const { end, isWhole } = await readChainEnd(this.#options.path, this.#options.key);
      return isWhole && end?.seq === this.#end.seq && end.hash === this.#end.hash;
    } catch (error) {
      if (error instanceof AuditFileError) return false;
      throw error;
    }
  }

  async #reopen(): Promise<void> {
    await this.#lock.renew();
    const { handle } = this.#file;
    this.#file = await openForAppend(this.#options.path);
    this.#pending = undefined;
    await handle.close();
  }

  /** Puts away what is at the path, unless that is empty, and goes on with the chain in a new file. */
  async goOn(reason: Continuation): Promise<void> {
    const { path, key, now, onDisturbance } = this.#options;
    this.#pending = reason;
    await this.#lock.renew();
    if ((await statIfThere(path))?.size !== 0n) await putAway(path);
    const next = await openForAppend(path);
    try {
      const record: AuditRecord = { time: timeOf(now()), event: 'continue', reason };
      this.#end = await appendRecords(next, [record], { end: this.#end, key, isDurable: true });
    } catch (error) {
      await next.handle.close();
      throw error;
    }
    await syncFolder(dirname(path));
    const { handle } = this.#file;
    this.#file = next;
    this.#pending = undefined;
    await handle.close();
    if (reason !== 'FILE_FULL' && reason !== 'HALF_LINE') onDisturbance?.(reason);
  }
}

interface OpenFile {
  readonly handle: FileHandle;
  /** Which file that is, whatever it is called by now. */
  readonly dev: bigint;
  readonly ino: bigint;
  /** How long it is by what was written here. */
  bytes: bigint;
}

async function openForAppend(path: string): Promise<OpenFile> {
  // Records name people and what they work on: nobody but the gateway's user need read them.
  const handle = await open(path, 'a', 0o600);
  const { dev, ino, size } = await handle.stat({ bigint: true });
  return { handle, dev, ino, bytes: size };
}

/**
 * Writes all or nothing, and answers the chain's new end. What a full disk took of it is cut off again; never is the file made
 * longer by that, as if somebody else had cut it before.
 */
async function appendRecords(
  file: OpenFile,
  records: readonly AuditRecord[],
  { end, key, isDurable }: { readonly end: ChainEnd; readonly key: AuditKey; readonly isDurable: boolean },
): Promise<ChainEnd> {
  const lines: string[] = [];
  let last = end;
  for (const record of records) {
    const sealed = sealRecord(record, last, key);
    lines.push(`${sealed.line}\n`);
    last = sealed.end;
  }
  const bytes = Buffer.from(lines.join(''));
  try {
    let written = 0;
    while (written < bytes.length) written += (await file.handle.write(bytes, written)).bytesWritten;
    if (isDurable) await file.handle.datasync();
  } catch (error) {
    await cutBack(file).catch(() => undefined);
    throw error;
  }
  file.bytes += BigInt(bytes.length);
  return last;
}

/** Where that fails, the next batch finds the file longer than it should be, and leaves it as it is. */
async function cutBack({ handle, bytes }: OpenFile): Promise<void> {
  const { size } = await handle.stat({ bigint: true });
  if (size > bytes) await handle.truncate(Number(bytes));
}

async function statIfThere(path: string) {
  return stat(path, { bigint: true }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** So that a new file is still there after a power failure. Some systems cannot do that; their files are there anyway. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/**
 * Renames to `<path>.<n>`, one above the highest number there is. Nothing is ever deleted here. A file that is not there was
 * put away before, by a try that got no further.
 */
async function putAway(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const numbers = (await readdir(dirname(path)))
    .filter((name) => name.startsWith(prefix) && /^\d{1,9}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
  await rename(path, join(dirname(path), `${prefix}${Math.max(0, ...numbers) + 1}`)).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
