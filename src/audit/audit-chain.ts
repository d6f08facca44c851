import { createHash, randomBytes } from 'node:crypto';

import type { AuditRecord } from './audit-record.ts';

/** The end of a chain of records: what the next one is tied to. */
export interface ChainEnd {
  /** The number of the last record; 0: none yet. */
  readonly seq: number;
  /** The hash of the last record, 64 hex digits; a random number when there is none yet. */
  readonly hash: string;
}

/** A chain that nothing is tied to yet. It begins at random, so that two of them cannot be swapped. */
export function startChain(): ChainEnd {
  return { seq: 0, hash: randomBytes(32).toString('hex') };
}

/** A record as a line, and the chain's new end. */
export interface SealedRecord {
  /** JSON, without a line break of any kind. */
  readonly line: string;
  readonly end: ChainEnd;
}

/**
 * Ties a record to the one before: its hash covers its own text and, by the hash of the one before, the text of all before
 * it. A changed, removed or inserted line cannot be hidden without writing everything after it anew.
 */
export function sealRecord(record: AuditRecord, { seq, hash: prev }: ChainEnd): SealedRecord {
  const json = JSON.stringify({ v: 1, seq: seq + 1, ...record, prev });
  const open = json.slice(0, -1).replace(otherLineBreaks, escapeCharacter);
  const hash = hashOf(open);
  return { line: `${open},"hash":"${hash}"}`, end: { seq: seq + 1, hash } };
}

/** JSON lets them stand in strings, and some readers of lines take them for ends of lines. */
const otherLineBreaks = /[\u0085\u2028\u2029]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What a line says about its place in the chain; a text instead when it is no sealed record, or not as it was sealed. */
export function openSeal(line: string): (ChainEnd & { readonly prev: string }) | string {
  const [, open, hash] = /^(.*),"hash":"([0-9a-f]{64})"\}$/s.exec(line) ?? [];
  if (open === undefined || hash === undefined) return 'it is not a whole record';
  if (hashOf(open) !== hash) return 'it is not what was written: its text does not fit its hash';
  const { seq, prev } = JSON.parse(`${open}}`) as { readonly seq: number; readonly prev: string };
  return { seq, prev, hash };
}

/** The text holds the hash before (`prev`), so there is no need to hash that apart. */
function hashOf(open: string): string {
  return createHash('sha256').update(open).digest('hex');
}
