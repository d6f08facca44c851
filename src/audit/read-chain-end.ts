import { UserError } from '../errors/user-error.ts';
import { open } from 'node:fs/promises';

import { type ChainEnd, openSeal } from './audit-chain.ts';

/** Records have some hundred bytes, and at most some ten thousand. */
const maxTailBytes = 256 * 1024;

/** The audit cannot be written where the settings say. */
export class AuditFileError extends UserError {
  override readonly name = 'AuditFileError';
}

/** Where the chain of a file ends. */
export interface FileEnd {
  /** Undefined: the file is not there, or is empty. */
  readonly end: ChainEnd | undefined;
  /** Whether it ends with a whole record, so that more can be appended. A file that is not there does. */
  readonly isWhole: boolean;
}

/**
 * Reads the last record of a file. Rejects with AuditFileError when the file holds something else: a slip in a setting must
 * not fill somebody's file with records.
 */
export async function readChainEnd(path: string): Promise<FileEnd> {
  const tail = await readTail(path);
  if (tail === '') return { end: undefined, isWhole: true };
  const lines = tail.split('\n');
  const isComplete = lines.pop() === '';
  for (const [index, line] of lines.toReversed().entries()) {
    const sealed = openSeal(line);
    if (typeof sealed !== 'string') {
      return { end: { seq: sealed.seq, hash: sealed.hash }, isWhole: isComplete && index === 0 };
    }
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
