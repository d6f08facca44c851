import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** An API key, taken apart. */
export interface ApiKey {
  /** Names the key in files and records; not secret. */
  readonly id: string;
  readonly secret: string;
}

/** What every key begins with, so that scanners for secrets find those that were published by mistake. */
export const apiKeyPrefix = 'cue_';

/** 5 random bytes, in base 16, name enough keys; 32 in base64url cannot be guessed. */
const keyPattern = /^cue_([0-9a-f]{10})_([A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

/** A new key. @param random as many random bytes as are asked for */
export function createApiKey(random: (bytes: number) => Buffer = randomBytes): ApiKey {
  return { id: random(5).toString('hex'), secret: random(32).toString('base64url') };
}

/**
 * A key as its owner keeps it: `cue_<id>_<secret><checksum>`. The checksum (CRC-32 of all before it, in hex) proves nothing;
 * it tells a typing mistake and a scanner's false find without a list of keys.
 */
export function formatApiKey({ id, secret }: ApiKey): string {
  const text = `${apiKeyPrefix}${id}_${secret}`;
  return `${text}${checksumOf(text)}`;
}

/** Takes a key apart; undefined when the text is none, or its checksum is wrong. */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, id, secret, checksum] = keyPattern.exec(text) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  return checksumOf(text.slice(0, -8)) === checksum ? { id, secret } : undefined;
}

/** The SHA-256 of a secret, which is all that is kept of it. Passwords need a slow hash; 256 random bits do not. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
