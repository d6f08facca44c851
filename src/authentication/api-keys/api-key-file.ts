import { readFileSync, statSync } from 'node:fs';

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
  /** The version that the keys are from; undefined: they are not those of the file as it is now. */
  #version: string | undefined;
  /** What was wrong at the last look, and for how many looks in a row it has been. */
  #trouble: Trouble | undefined;
  #cancelNext: (() => void) | undefined;

  /** Reads the file. Throws a UserError when it cannot be read, or is wrong. */
  constructor(options: ApiKeyFileOptions) {
    this.#options = options;
    const { path } = options;
    try {
      this.#version = versionOf(path);
      this.#entries = readApiKeys({ fileName: path, text: readFileSync(path, 'utf8') });
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
      const version = versionOf(path);
      if (version === this.#version && this.#trouble === undefined) return;
      const text = readFileSync(path, 'utf8');
      if (text.trim() === '') {
        this.#note('is empty', goneLooks);
      } else {
        this.#entries = readApiKeys({ fileName: path, text });
        this.#version = version;
        this.#trouble = undefined;
        logger.info({ path, keys: this.#entries.size }, 'the API keys were read again');
      }
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      this.#note(error instanceof UserError ? error.message : problemOf(error), isGone ? goneLooks : staleLooks);
    }
  }

  /** @param allowedLooks at how many looks in a row this is to be seen for the keys to end */
  #note(problem: string, allowedLooks: number): void {
    const { path, logger } = this.#options;
    const isNew = this.#trouble?.problem !== problem;
    const looks = (this.#trouble?.looks ?? 0) + 1;
    const sameLooks = isNew ? 1 : this.#trouble!.sameLooks + 1;
    this.#trouble = { problem, looks, sameLooks };
    this.#version = undefined;
    const fields = { path, problem, keys: this.#entries.size };
    if (this.#entries.size > 0 && (sameLooks >= allowedLooks || looks >= staleLooks)) {
      this.#entries = new Map();
      logger.error(fields, 'the file of API keys is gone, empty or unusable; its keys have ended');
    } else if (isNew && allowedLooks === staleLooks) {
      logger.error(fields, 'the file of API keys cannot be used; the old keys hold for an hour');
    }
  }
}

/** What is wrong with the file. */
interface Trouble {
  readonly problem: string;
  /** For how many looks something has been wrong. */
  readonly looks: number;
  /** For how many looks it has been this. */
  readonly sameLooks: number;
}

/** Changes when the file does. The inode: a file may be replaced by one of the same size within the clock's grain. */
function versionOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

function problemOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? (error as Error).message})`;
}
