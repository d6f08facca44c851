import { createHash } from 'node:crypto';

/** How much is hashed in one step: about a millisecond's worth. */
const hashedAtOnceBytes = 1024 * 1024;

/** The SHA-256 of some bytes (FIPS 180-4) in 64 hex digits, a megabyte at a time: a request may have a hundred. */
export function* hashBytes(bytes: Uint8Array): Generator<void, string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.length; start += hashedAtOnceBytes) {
    if (start > 0) yield;
    hash.update(bytes.subarray(start, start + hashedAtOnceBytes));
  }
  return hash.digest('hex');
}
