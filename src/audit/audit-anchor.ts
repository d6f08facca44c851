import { readFile } from 'node:fs/promises';

import { type Schedule, scheduleByTimer } from '../clock/schedule.ts';
import type { Logger } from '../telemetry/logger.ts';

import { AuditFileError } from './audit-file-error.ts';
import type { AuditTrail } from './audit-record.ts';

/** An end of the chain that is kept where nobody who can write the audit file can change it. */
export interface AuditAnchor {
  /** The number of the record. */
  readonly seq: number;
  /** Its hash, 64 hex digits. */
  readonly hash: string;
}

/** What anchoring needs. */
export interface AnchorOptions {
  readonly trail: AuditTrail;
  readonly logger: Logger;
  /** How often the end of the chain is told, in milliseconds. */
  readonly intervalMs: number;
  /** The system's timers where not given. */
  readonly schedule?: Schedule;
}

/**
 * Tells the log where the chain ends, at once, then at every interval in which records were added, and when it is closed:
 * whoever collects the log keeps what the audit file can be compared with. At info, as `auditAnchor`.
 */
export function anchorAudit(options: AnchorOptions): { readonly close: () => void } {
  const { trail, logger, intervalMs, schedule = scheduleByTimer } = options;
  let told: string | undefined;
  const tell = () => {
    const end = trail.end();
    if (end === undefined || end.hash === told) return;
    told = end.hash;
    logger.info({ auditAnchor: { seq: end.seq, hash: end.hash } satisfies AuditAnchor }, 'audit anchor');
  };
  let cancel: () => void;
  const tellAgain = () => {
    tell();
    cancel = schedule(tellAgain, intervalMs);
  };
  tellAgain();
  return {
    close: () => {
      cancel();
      tell();
    },
  };
}

/**
 * Reads anchors from one word of a command line: `NUMBER:HASH`, or a file that holds cuegate's log, of which the lines with
 * `auditAnchor` count. Rejects with AuditFileError when there is none.
 */
export async function readAnchors(word: string): Promise<readonly AuditAnchor[]> {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(word) ?? [];
  if (seq !== undefined && hash !== undefined) return [{ seq: Number(seq), hash }];
  const text = await readFile(word, 'utf8').catch((error: Error) => {
    throw new AuditFileError(
      `--anchor takes NUMBER:HASH or a file with cuegate's log; ${word} cannot be read: ${error.message}`,
    );
  });
  const anchors = text.split('\n').flatMap(anchorIn);
  if (anchors.length > 0) return anchors;
  throw new AuditFileError(
    `--anchor: ${word} holds no line with "auditAnchor"; cuegate logs them at info every AUDIT_ANCHOR_INTERVAL`,
  );
}

/** Collectors put something before or around a line, so the anchor is looked for inside. */
function anchorIn(line: string): readonly AuditAnchor[] {
  const [, seq, hash] =
    /"auditAnchor":\{"seq":(\d{1,15}),"hash":"([0-9a-f]{64})"\}/.exec(line.replaceAll('\\"', '"')) ?? [];
  return seq === undefined || hash === undefined ? [] : [{ seq: Number(seq), hash }];
}
