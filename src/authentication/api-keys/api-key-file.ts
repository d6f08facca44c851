import { readFileSync, statSync } from 'node:fs';

import type { Logger } from '../../telemetry/logger.ts';

import type { Schedule } from '../../clock/schedule.ts';
import { type ApiKeyEntry, ApiKeysError, parseApiKeys } from './read-api-keys.ts';

/** What keeps the file of API keys. */
export interface ApiKeyFileOptions {
  readonly path: string;
  readonly schedule: Schedule;
  readonly logger: Logger;
}

/** How soon a change is seen. */
const watchMs = 2_000;

/**
 * The API keys of a file, read again whenever it changes. What cannot be read, or is wrong, changes nothing but the log: half
 * a file that is just being written must not lock the farm's scripts out.
 *
 * It looks at the file from time to time rather than be told by the system, which is silent about files that are mounted
 * from elsewhere or replaced through links, as Kubernetes does it with secrets.
 */
export class ApiKeyFile {
  readonly #options: ApiKeyFileOptions;
  #entries: ReadonlyMap<string, ApiKeyEntry>;
  #seen: string;
  #cancelNext: (() => void) | undefined;

  /** Reads the file. Throws ApiKeysError when it cannot, or when it is wrong. */
  constructor(options: ApiKeyFileOptions) {
    this.#options = options;
    this.#seen = versionOf(options.path);
    this.#entries = readApiKeys(options.path);
    this.#watch();
  }

  get entries(): ReadonlyMap<string, ApiKeyEntry> {
    return this.#entries;
  }

  /** Ends looking at the file. */
  close(): void {
    this.#cancelNext?.();
  }

  #watch(): void {
    this.#cancelNext = this.#options.schedule(() => {
      this.#reloadIfChanged();
      this.#watch();
    }, watchMs);
  }

  #reloadIfChanged(): void {
    const { path, logger } = this.#options;
    const version = versionOf(path);
    if (version === this.#seen) return;
    this.#seen = version;
    try {
      this.#entries = readApiKeys(path);
      logger.info({ path, keys: this.#entries.size }, 'the API keys were read again');
    } catch (error) {
      logger.error(
        { path, err: error, keys: this.#entries.size },
        'the API keys have changed and cannot be read; the old ones hold',
      );
    }
  }
}

/** Changes when the file does. The inode: a file may be replaced by one of the same size within the clock's grain. */
function versionOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? 'missing' : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

function readApiKeys(path: string): ReadonlyMap<string, ApiKeyEntry> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ApiKeysError(path, [`the file ${problem}`]);
  }
  return parseApiKeys(path, text);
}
