import type { Schedule } from '../clock/schedule.ts';
import { UserError } from '../errors/user-error.ts';
import type { Logger } from '../telemetry/logger.ts';

import { type Versions, watchFiles } from './watch-files.ts';

/** What reading files again needs. */
export interface ReloadOptions {
  /** The files whose change is noticed. */
  readonly files: () => readonly string[];
  /** What they were when they were read first. */
  readonly since: Versions;
  /**
   * Reads everything again and makes ready what follows from it, beside what is in force. Resolves to what puts it in force, which
   * must not fail. Rejects with a UserError that says what is wrong.
   */
  readonly prepare: () => Promise<() => void>;
  readonly schedule: Schedule;
  readonly logger: Logger;
  /** Counts how each reload ended; undefined: nobody does. */
  readonly onEnded?: ((outcome: ReloadOutcome) => void) | undefined;
}

/** How a reload can end. */
export const reloadOutcomes = ['done', 'refused'] as const;

/** One of them. */
export type ReloadOutcome = (typeof reloadOutcomes)[number];

/** Reading files again while the gateway runs. */
export interface Reload {
  /** Reads everything now. Resolves when it is in force, or refused; what is wrong is told in the log. Never rejects. */
  readonly run: () => Promise<void>;
  /** Whether what is in force is what was read last. */
  readonly isCurrent: () => boolean;
  readonly close: () => void;
}

/**
 * Reads files again whenever they change, and when somebody says so. What is wrong is refused as a whole, told with all its
 * mistakes, and what was in force before stays. One reload at a time: what comes meanwhile is done afterwards, once.
 */
export function createReload({ files, since, prepare, schedule, logger, onEnded }: ReloadOptions): Reload {
  let isCurrent = true;
  let isClosed = false;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const reload = async (changed: readonly string[] | undefined): Promise<void> => {
    const startedAt = performance.now();
    const fields = { event: 'RELOAD', ...(changed !== undefined && { files: changed }) };
    try {
      const putInForce = await prepare();
      if (isClosed) return;
      putInForce();
      isCurrent = true;
      onEnded?.('done');
      const durationMs = Math.round(performance.now() - startedAt);
      logger.info({ ...fields, durationMs }, 'the files were read again, and are in force');
    } catch (error) {
      isCurrent = false;
      onEnded?.('refused');
      if (error instanceof UserError) {
        logger.error(
          { ...fields, problems: error.mistakes },
          'the files cannot be used; what was in force before stays',
        );
      } else {
        logger.error({ ...fields, err: error }, 'reading the files again failed; what was in force before stays');
      }
    }
  };
  const start = (changed?: readonly string[]): Promise<void> => {
    if (isClosed) return Promise.resolve();
    if (running === undefined) {
      running = reload(changed).finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running.then(() => {
      next = undefined;
      return start(changed);
    });
    return next;
  };
  const endWatching = watchFiles({ list: files, since, schedule, onChange: (changed) => void start(changed) });
  return {
    run: () => start(),
    isCurrent: () => isCurrent,
    close: () => {
      isClosed = true;
      endWatching();
    },
  };
}
