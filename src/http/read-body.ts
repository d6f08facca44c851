import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much is read of a body, and what it means when that does not come to its end. */
export interface ReadBodyOptions {
  readonly maxBytes: number;
  /** What to reject with when the body is longer. */
  readonly tooLong: () => Error;
  /** What to reject with when the client leaves in the middle. */
  readonly gone: () => Error;
}

const empty = Buffer.alloc(0);
const asked = new WeakSet<IncomingMessage>();

/** Whether a client that waits to be asked for its body (`Expect: 100-continue`) has been. */
export function hasAskedForBody(request: IncomingMessage): boolean {
  return asked.has(request);
}

/**
 * Reads a request's body, and asks for it first when the client waits to be asked (`Expect: 100-continue`). Rejects as soon as
 * the body is known to be too long; what still comes of it is thrown away.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, tooLong, gone }: ReadBodyOptions,
): Promise<Buffer> {
  const { expect, 'content-length': announced } = request.headers;
  if (announced !== undefined && Number(announced) > maxBytes) return Promise.reject(tooLong());
  // Any other expectation has been refused by the server; HTTP/1.0 has none.
  if (expect !== undefined && announced !== '0' && request.httpVersionMinor === 1) {
    asked.add(request);
    response.writeContinue();
  }
  return new Promise((resolve, reject) => {
    let body: Buffer | undefined;
    /** Where the second and later chunks go. */
    let storage: Buffer | undefined;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      const from = length;
      length += chunk.length;
      if (length > maxBytes) {
        body = storage = undefined;
        reject(tooLong());
      } else if (body === undefined) {
        body = chunk;
      } else {
        if (storage === undefined || length > storage.length) {
          storage = grow(body, Math.min(Number(announced ?? maxBytes), Math.max(length, from * 2, smallest)));
        }
        storage.set(chunk, from);
        body = storage.subarray(0, length);
      }
    });
    request.on('end', () => resolve(body ?? empty));
    request.on('error', () => reject(gone()));
  });
}

const smallest = 4_096;

/**
 * Chunks are copied together as they come, and not kept for the end: each is an object of its own, so a body in chunks of one byte
 * would take a hundred times its length.
 */
function grow(body: Buffer, length: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(length);
  larger.set(body);
  return larger;
}
