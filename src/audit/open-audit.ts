import type { Logger } from '../telemetry/logger.ts';

import { anchorAudit } from './audit-anchor.ts';
import { type FileDisturbance, openAuditFile } from './audit-file.ts';
import { AuditFileError } from './audit-file-error.ts';
import { readAuditKey } from './audit-key.ts';
import type { AuditTrail } from './audit-record.ts';
import { type Audit, type AuditOptions, createAudit } from './create-audit.ts';
import { nameAuditFile } from './name-audit-file.ts';

/** Where the audit is written, and how it is sealed. */
export interface AuditSettings {
  /** A path, in which `%h` and `%p` stand for the machine and the process; undefined: the log. */
  readonly file: string | undefined;
  /** When a file is put away, in bytes. */
  readonly maxBytes: number;
  /** The file with the key that seals records; undefined: a bare hash does. */
  readonly keyFile: string | undefined;
  /** How often the log is told where the chain ends, in milliseconds. */
  readonly anchorIntervalMs: number;
}

/** What opening the audit needs. */
export interface OpenAuditOptions extends Omit<AuditOptions, 'trail'> {
  readonly settings: AuditSettings;
}

/** The audit, and the file under it. */
export interface OpenedAudit extends Audit {
  /** How often somebody else took the file away or changed it, by what they did. */
  readonly disturbances: () => ReadonlyMap<FileDisturbance, number>;
  /** Writes down what is still to be written, and closes the file. Call it when no call is under way any more. */
  readonly close: () => Promise<void>;
}

/** Opens the audit where the settings say. Rejects with AuditFileError when it cannot be written there. */
export async function openAudit({ settings: given, ...options }: OpenAuditOptions): Promise<OpenedAudit> {
  const { logger, now, schedule } = options;
  const settings = { ...given, file: given.file === undefined ? undefined : nameAuditFile(given.file) };
  // What alert rules wait for has to be there before it happens.
  const disturbances = new Map<FileDisturbance, number>([
    ['FILE_GONE', 0],
    ['FILE_CUT', 0],
    ['FILE_GREW', 0],
  ]);
  const onDisturbance = (reason: FileDisturbance) => {
    disturbances.set(reason, disturbances.get(reason)! + 1);
    logger.warn({ reason, path: settings.file }, 'the audit file was changed by somebody else; the chain goes on');
  };
  const trail = await openTrail(settings, { now, onDisturbance, logger });
  const anchor = anchorAudit({
    trail,
    logger,
    intervalMs: settings.anchorIntervalMs,
    ...(schedule !== undefined && { schedule }),
  });
  const audit = createAudit({ ...options, trail });
  return {
    ...audit,
    disturbances: () => disturbances,
    close: async () => {
      await audit.flush();
      anchor.close();
      await trail.close();
    },
  };
}

/** Where the audit goes. */
async function openTrail(
  { file, maxBytes, keyFile }: AuditSettings,
  {
    logger,
    ...options
  }: Pick<OpenAuditOptions, 'logger' | 'now'> & {
    readonly onDisturbance: (reason: FileDisturbance) => void;
  },
): Promise<AuditTrail> {
  if (file === undefined && keyFile !== undefined) {
    throw new AuditFileError(
      'AUDIT_KEY_FILE seals the records of AUDIT_FILE, and that is not set; set both, or neither',
    );
  }
  if (file === undefined) return createLogTrail(logger);
  const key = keyFile === undefined ? undefined : await readAuditKey(keyFile, 'AUDIT_KEY_FILE');
  return openAuditFile({ ...options, path: file, maxBytes, key });
}

/** Writes records to the log, whatever its level, and unchained: whoever collects the log keeps them. */
function createLogTrail(logger: Logger): AuditTrail {
  const write = logger.record ?? logger.info;
  return {
    append: async (record) => write.call(logger, { audit: record }, 'audit'),
    end: () => undefined,
    close: async () => undefined,
  };
}
