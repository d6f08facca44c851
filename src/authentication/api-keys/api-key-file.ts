import { type BigIntStats, closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

import { DocumentError } from '../../documents/read-document.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Schedule } from '../../clock/schedule.ts';

import { type ApiKeyEntry, readApiKeys } from './read-api-keys.ts';

/** What keeps the file of API keys. */
export interface ApiKeyFileOptions {
  readonly path: string;
  readonly schedule: Schedule;
  readonly logger: Logger;
}

/** What is known about the file of API keys, for metrics. */
export interface ApiKeyFileState {
  /** How many keys are in force. */
  readonly keys: number;
  /** Whether they are those of the file as it is now. */
  readonly isCurrent: boolean;
}

/** How soon a change is seen, at the latest. */
const lookMs = 1_000;

/** How long the old keys hold while the file cannot be read or is wrong: long enough to mend it, in looks. */
const staleLooks = (60 * 60_000) / lookMs;

/** At how many looks in a row a file must be gone or empty: who replaces it may take the old one away first. */
const goneLooks = 2;

/**
 * The API keys of a file, read again whenever it changes. A file that is gone or empty at two looks in a row ends its keys; at
 * one look it may be about to be replaced. A file that cannot be read, or is wrong, leaves the old keys in force for an hour:
 * one that is half written must not lock the farm's scripts out.
 *
 * The file is looked at from time to time, since the system does not tell about files that are mounted from elsewhere, or
 * replaced through links as Kubernetes does it. Looks are counted and no clock is read, so that a clock that jumps ends no keys.
 */
export class ApiKeyFile {
  readonly #options: ApiKeyFileOptions;
  #entries: ReadonlyMap<string, ApiKeyEntry>;
  /** The version that was read last; undefined: the file could not be read. */
  #version: string | undefined;
  /** What was wrong at the last look, and for how many looks in a row it has been. */
  #trouble: Trouble | undefined;
  #cancelNext: (() => void) | undefined;

  /** Reads the file. Throws a UserError when it cannot be read, or is wrong. */
  constructor(options: ApiKeyFileOptions) {
    this.#options = options;
    const { path } = options;
    try {
      const { version, text = '' } = readIfOther(path, undefined);
      this.#version = version;
      this.#entries = readApiKeys({ fileName: path, text });
    } catch (cause) {
      throw cause instanceof UserError ? cause : new UserError(`the file ${path} ${problemOf(cause)}`, [], { cause });
    }
    this.#lookLater();
  }

  get entries(): ReadonlyMap<string, ApiKeyEntry> {
    return this.#entries;
  }

  get state(): ApiKeyFileState {
    return { keys: this.#entries.size, isCurrent: this.#trouble === undefined };
  }

  /** Ends looking at the file. */
  close(): void {
    this.#cancelNext?.();
  }

  #lookLater(): void {
    this.#cancelNext = this.#options.schedule(() => {
      this.#look();
      this.#lookLater();
    }, lookMs);
  }

  /** Never throws: nothing that a file system says may end the process. */
  #look(): void {
    const { path, logger } = this.#options;
    try {
      const { version, text } = readIfOther(path, this.#version);
      if (text === undefined) {
        if (this.#trouble !== undefined) this.#note(this.#trouble);
        return;
      }
      this.#version = version;
      if (text.trim() === '') {
        this.#note({ problem: 'is empty', endsAfter: goneLooks });
        return;
      }
      this.#entries = readApiKeys({ fileName: path, text });
      this.#trouble = undefined;
      logger.info({ path, keys: this.#entries.size }, 'the API keys were read again');
    } catch (error) {
      // What is written wrong stays so until the file changes; everything else is looked at again.
      if (!(error instanceof DocumentError)) this.#version = undefined;
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const problem = error instanceof UserError ? error.message : problemOf(error);
      this.#note({ problem, endsAfter: isGone ? goneLooks : staleLooks });
    }
  }

  #note({ problem, endsAfter }: Pick<Trouble, 'problem' | 'endsAfter'>): void {
    const { path, logger } = this.#options;
    const isNew = this.#trouble?.problem !== problem;
    const looks = (this.#trouble?.looks ?? 0) + 1;
    const sameLooks = isNew ? 1 : this.#trouble!.sameLooks + 1;
    this.#trouble = { problem, endsAfter, looks, sameLooks };
    const fields = { path, problem, keys: this.#entries.size };
    if (this.#entries.size > 0 && (sameLooks >= endsAfter || looks >= staleLooks)) {
      this.#entries = new Map();
      logger.error(fields, 'the file of API keys is gone, empty or unusable; its keys have ended');
    } else if (isNew && endsAfter === staleLooks) {
      logger.error(fields, 'the file of API keys cannot be used; the old keys hold for an hour');
    }
  }
}

/** What is wrong with the file. */
interface Trouble {
  readonly problem: string;
  /** At how many looks in a row this must be seen for the keys to end. */
  readonly endsAfter: number;
  /** For how many looks something has been wrong. */
  readonly looks: number;
  /** For how many looks it has been this. */
  readonly sameLooks: number;
}

/** Some 20,000 keys. A file is parsed in one turn, and nothing else is answered meanwhile. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Reads a file unless it is of a known version. What is no regular file is an error: reading a pipe could wait for ever, and a
 * device has no end. Throws what the file system says, or a UserError.
 */
function readIfOther(path: string, known: string | undefined): { readonly version: string; readonly text?: string } {
  // Without O_NONBLOCK, opening a pipe waits for somebody who writes to it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file, { bigint: true });
    if (!stats.isFile()) throw new UserError(`${path} is no regular file`);
    if (stats.size > maxBytes) throw new UserError(`${path} has ${stats.size} bytes; at most ${maxBytes} are read`);
    const version = versionOf(stats);
    return version === known ? { version } : { version, text: readFileSync(file, 'utf8') };
  } finally {
    closeSync(file);
  }
}

/** Changes when the file does. The inode: a file may be replaced by one of the same size within the clock's grain. */
function versionOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs}`;
}

function problemOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? (error as Error).message})`;
}
