import { createHash, createHmac, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

import { AuditFileError } from './audit-file-error.ts';
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

/** The secret of AUDIT_KEY_FILE; undefined: records are sealed by a bare hash, which anybody can make. */
export type AuditKey = Uint8Array | undefined;

/**
 * Ties a record to the one before: its hash covers its own text and, by the hash of the one before, the text of all before
 * it. A changed, removed or inserted line cannot be hidden without writing everything after it anew. With a key the hash is an
 * HMAC-SHA-256 (RFC 2104) called `hmac`, which nobody without the key can make at all.
 */
export function sealRecord(record: AuditRecord, { seq, hash: prev }: ChainEnd, key: AuditKey): SealedRecord {
  const json = JSON.stringify({ v: 1, seq: seq + 1, ...record, prev });
  const open = json.slice(0, -1).replace(otherLineBreaks, escapeCharacter);
  const hash = hashOf(open, key);
  return { line: `${open},"${key === undefined ? 'hash' : 'hmac'}":"${hash}"}`, end: { seq: seq + 1, hash } };
}

/** JSON lets them stand in strings, and some readers of lines take them for ends of lines. */
const otherLineBreaks = /[\u0085\u2028\u2029]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What a line says about its place in the chain. */
export interface OpenedSeal extends ChainEnd {
  readonly prev: string;
  /** Whether a key made the seal. */
  readonly isKeyed: boolean;
}

/**
 * Opens a line; a text instead, which says why, when it is no sealed record, or not as it was sealed. With a key, a line that
 * was sealed without one opens, too: a key may have been set later.
 */
export function openSeal(line: string, key: AuditKey): OpenedSeal | string {
  const [, open, kind, hash] = /^(.*),"(hash|hmac)":"([0-9a-f]{64})"\}$/s.exec(line) ?? [];
  if (open === undefined || hash === undefined) return 'it is not a whole record';
  const isKeyed = kind === 'hmac';
  if (isKeyed && key === undefined) return 'it is sealed with a key, and there is none to check it with';
  if (hashOf(open, isKeyed ? key : undefined) !== hash) {
    return `it is not what was written: its text does not fit its hash${isKeyed ? ', or the key is another one' : ''}`;
  }
  const { seq, prev } = JSON.parse(`${open}}`) as { readonly seq: number; readonly prev: string };
  return { seq, prev, hash, isKeyed };
}

/** The text holds the hash before (`prev`), so there is no need to hash that apart. */
function hashOf(open: string, key: AuditKey): string {
  return (key === undefined ? createHash('sha256') : createHmac('sha256', key)).update(open).digest('hex');
}

/** Where the chain of a file ends. */
export interface FileEnd {
  /** Undefined: the file is not there, or is empty. */
  readonly end: ChainEnd | undefined;
  /** Whether it ends with a whole record, so that more can be appended. A file that is not there does. */
  readonly isWhole: boolean;
}

/** Records have some hundred bytes, and at most some ten thousand. */
const maxTailBytes = 256 * 1024;

/**
 * Reads the last record of a file. Rejects with AuditFileError when the file holds something else: a slip in a setting must
 * not fill somebody's file with records. Also when its last record was sealed with another key, or with one where none is set:
 * its chain must not go on as if that were nothing.
 */
export async function readChainEnd(path: string, key: AuditKey): Promise<FileEnd> {
  const tail = await readTail(path);
  if (tail === '') return { end: undefined, isWhole: true };
  const lines = tail.split('\n');
  const isComplete = lines.pop() === '';
  let isSealedByKey = false;
  for (const [index, line] of lines.toReversed().entries()) {
    const sealed = openSeal(line, key);
    isSealedByKey ||= /,"hmac":"[0-9a-f]{64}"\}$/.test(line);
    if (typeof sealed !== 'string') {
      if (isSealedByKey && !sealed.isKeyed) break;
      return { end: { seq: sealed.seq, hash: sealed.hash }, isWhole: isComplete && index === 0 };
    }
  }
  if (isSealedByKey) {
    const found = key === undefined ? 'AUDIT_KEY_FILE is not set' : 'AUDIT_KEY_FILE names another key';
    throw new AuditFileError(
      `${path} is sealed with a key, and ${found}. Name that key, or move the file away to begin a new chain`,
    );
  }
  throw new AuditFileError(`${path} holds something that is no audit; name another file, or move this one away`);
}

async function readTail(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(size, maxTailBytes));
      await file.read(bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
