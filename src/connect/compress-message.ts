import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';

import { GatewayError } from '../call/gateway-error.ts';

const unpack = promisify(gunzip);
const pack = promisify(gzip);

/** Smaller messages do not get shorter by it. */
const worthCompressing = 1_024;

/** Whether a list of encodings, such as `Accept-Encoding`, has gzip in it, and not with a weight of 0 (RFC 9110, 12.5.3). */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((entry) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(entry));
}

/** Throws UNIMPLEMENTED for an encoding that nobody here reads. */
export function assertReadable(encoding: string): void {
  if (encoding === 'gzip' || encoding === 'identity') return;
  const found = JSON.stringify(encoding.slice(0, 40));
  throw new GatewayError('UNIMPLEMENTED', `the encoding ${found} is not read; there are gzip and identity`);
}

/**
 * A message as it was before compression by gzip. Rejects with INVALID_ARGUMENT for bytes
 * that are no gzip, and RESOURCE_EXHAUSTED as soon as the result is longer than `maxBytes`.
 */
export async function decompressMessage(message: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unpack(message, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new GatewayError('RESOURCE_EXHAUSTED', `the message is longer than ${maxBytes} bytes when unpacked`, {
        reason: 'BODY_TOO_LARGE',
      });
    }
    throw new GatewayError('INVALID_ARGUMENT', 'the message is not gzip, though its head says so', { cause: error });
  }
}

/** The message compressed in zlib's thread pool, or as it is where that is not worth the time. */
export async function compressMessage(
  message: Buffer,
  isAccepted: boolean,
): Promise<{ readonly message: Buffer; readonly isCompressed: boolean }> {
  if (!isAccepted || message.length < worthCompressing) return { message, isCompressed: false };
  return { message: await pack(message, { level: constants.Z_BEST_SPEED }), isCompressed: true };
}
