import type { Logger } from '../telemetry/logger.ts';

import type { AuditRecord } from './audit-record.ts';

/** Where records go. */
export interface AuditTrail {
  /**
   * Writes a record; resolves when it is written. Rejects when it could not be.
   *
   * @param isDurable whether to wait until the storage has it, so that it outlives a power failure
   */
  readonly append: (record: AuditRecord, isDurable: boolean) => Promise<void>;
  /** Where the chain ends, to compare with what lies elsewhere; undefined when there is no chain. */
  readonly end: () => { readonly seq: number; readonly hash: string } | undefined;
  /** Waits for what is under way. */
  readonly close: () => Promise<void>;
}

/** Writes records to the log, at info and unchained: whoever collects the log keeps it. */
export function createLogTrail(logger: Logger): AuditTrail {
  return {
    append: async (record) => logger.info({ audit: record }, 'audit'),
    end: () => undefined,
    close: async () => undefined,
  };
}
