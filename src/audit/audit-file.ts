import { type FileHandle, open, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { type ChainEnd, sealRecord, startChain } from './audit-chain.ts';
import type { AuditRecord } from './audit-record.ts';
import type { AuditTrail } from './audit-trail.ts';
import { AuditFileError, readChainEnd } from './read-chain-end.ts';

/** What an audit file needs. */
export interface AuditFileOptions {
  readonly path: string;
  /** A file that would grow beyond this is put away under a number, and a new one goes on, in bytes. */
  readonly maxBytes: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** More than this waiting means that the disk does not follow; memory must not grow without end. */
const maxWaiting = 10_000;

interface Waiting {
  readonly record: AuditRecord;
  readonly isDurable: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens a file for records, one line of JSON each, and goes on with the chain that it holds. One process writes to a file.
 * Rejects with AuditFileError when the file cannot be opened or written, or holds something else.
 */
export async function openAuditFile(options: AuditFileOptions): Promise<AuditTrail> {
  try {
    return await openTrail(options);
  } catch (error) {
    if (error instanceof AuditFileError) throw error;
    throw new AuditFileError(`the audit file ${options.path} cannot be used: ${(error as Error).message}`, [], {
      cause: error,
    });
  }
}

async function openTrail(options: AuditFileOptions): Promise<AuditTrail> {
  const { end, isWhole } = await readChainEnd(options.path);
  // A file that ends in half a line stays as it is, for whoever wants to know why; the chain goes on in a new one.
  if (!isWhole) await putAway(options.path);
  const file = new AuditFile(options, await openForAppend(options.path), end ?? startChain());
  await file.append({ time: timeOf(options.now()), event: isWhole ? 'start' : 'continue' }, true);
  return {
    append: (record, isDurable) => file.append(record, isDurable),
    end: () => file.end,
    close: () => file.close(),
  };
}

class AuditFile {
  readonly #options: AuditFileOptions;
  #file: OpenFile;
  #end: ChainEnd;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: AuditFileOptions, file: OpenFile, end: ChainEnd) {
    this.#options = options;
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
    if (this.#file.bytes >= this.#options.maxBytes) await this.#rotate();
    const lines: string[] = [];
    let end = this.#end;
    for (const { record } of batch) {
      const sealed = sealRecord(record, end);
      lines.push(`${sealed.line}\n`);
      end = sealed.end;
    }
    await appendWhole(this.#file, Buffer.from(lines.join('')));
    if (batch.some(({ isDurable }) => isDurable)) await this.#file.handle.datasync();
    this.#end = end;
  }

  async #rotate(): Promise<void> {
    const { path, now } = this.#options;
    await putAway(path);
    const next = await openForAppend(path);
    const { line, end } = sealRecord({ time: timeOf(now()), event: 'continue' }, this.#end);
    await this.#file.handle.close();
    this.#file = next;
    await appendWhole(next, Buffer.from(`${line}\n`));
    this.#end = end;
  }
}

interface OpenFile {
  readonly handle: FileHandle;
  bytes: number;
}

async function openForAppend(path: string): Promise<OpenFile> {
  // Records name people and what they work on: nobody but the gateway's user need read them.
  const handle = await open(path, 'a', 0o600);
  return { handle, bytes: (await handle.stat()).size };
}

/** Writes all or nothing: what a full disk took of it is cut off again. */
async function appendWhole(file: OpenFile, bytes: Buffer): Promise<void> {
  try {
    let written = 0;
    while (written < bytes.length) written += (await file.handle.write(bytes, written)).bytesWritten;
    file.bytes += bytes.length;
  } catch (error) {
    await file.handle.truncate(file.bytes).catch(() => undefined);
    throw error;
  }
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
