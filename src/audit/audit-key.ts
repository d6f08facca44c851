import { readFile } from 'node:fs/promises';

import { trimSpace } from '../errors/trim-space.ts';

import { AuditFileError } from './audit-file-error.ts';

/** As for JWT_SECRET: what is shorter, or has fewer different bytes, was typed and can be guessed. */
const minBytes = 32;
const minDifferentBytes = 8;

/**
 * Reads the key of a file, without white space at its ends. Rejects with AuditFileError when it cannot be read or can be guessed.
 *
 * @param setting what names the file, for errors
 */
export async function readAuditKey(path: string, setting: string): Promise<Uint8Array> {
  const text = await readFile(path, 'latin1').catch((error: Error) => {
    throw new AuditFileError(`${setting} names a file that cannot be read: ${error.message}`);
  });
  const key = Buffer.from(trimSpace(text), 'latin1');
  const generate = `make one by: openssl rand -hex 32 > ${path}`;
  if (key.length < minBytes) {
    throw new AuditFileError(
      `${setting}: ${path} has ${key.length} bytes; at least ${minBytes} are required; ${generate}`,
    );
  }
  const different = new Set(key).size;
  if (different < minDifferentBytes) {
    throw new AuditFileError(`${setting}: ${path} has ${different} different bytes, so it can be guessed; ${generate}`);
  }
  return key;
}
