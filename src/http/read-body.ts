import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much is read of a body, and what it means when that does not come to its end. */
export interface ReadBodyOptions {
  readonly maxBytes: number;
  /** What to reject with when the body is longer. */
  readonly tooLong: () => Error;
  /** What to reject with when the client leaves in the middle. */
  readonly gone: () => Error;
  /** Asks whether so many bytes more may be held; without it, any number may. */
  readonly take?: (bytes: number) => boolean;
  /** What to reject with when they may not. */
  readonly noRoom?: () => Error;
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
  { maxBytes, tooLong, gone, take = () => true, noRoom = tooLong }: ReadBodyOptions,
): Promise<Buffer> {
  const { expect, 'content-length': announced } = request.headers;
  if (announced !== undefined && Number(announced) > maxBytes) return Promise.reject(tooLong());
  // Any other expectation has been refused by the server; HTTP/1.0 has none.
  if (expect !== undefined && announced !== '0' && request.httpVersion !== '1.0') {
    asked.add(request);
    response.writeContinue();
  }
  return new Promise((resolve, reject) => {
    const blocks: Block[] = [];
    let length = 0;
    let isRefused = false;
    const refuse = (error: Error) => {
      isRefused = true;
      blocks.length = 0;
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      if (isRefused) return;
      length += chunk.length;
      if (length > maxBytes) refuse(tooLong());
      else if (!take(chunk.length)) refuse(noRoom());
      else append(blocks, chunk);
    });
    request.on('end', () => {
      if (!isRefused) resolve(join(blocks, length));
    });
    request.on('error', () => reject(gone()));
  });
}

/** A piece of a body, and how much of it is filled. */
interface Block {
  readonly bytes: Buffer;
  filled: number;
}

/** Blocks double up to this size, in bytes: few enough for the longest body, small enough to be copied in no time. */
const largestBlock = 1024 * 1024;
const smallestBlock = 4_096;

/**
 * Chunks are copied together as they come: each is an object of its own, so a body in chunks of one byte would take a
 * hundred times its length. A body that comes in one chunk, as most do, is not copied.
 */
function append(blocks: Block[], chunk: Buffer): void {
  const last = blocks.at(-1);
  if (last === undefined) {
    blocks.push({ bytes: chunk, filled: chunk.length });
    return;
  }
  const copied = chunk.copy(last.bytes, last.filled);
  last.filled += copied;
  const left = chunk.length - copied;
  if (left === 0) return;
  const size = Math.min(Math.max(last.bytes.length * 2, left, smallestBlock), Math.max(largestBlock, left));
  const bytes = Buffer.allocUnsafeSlow(size);
  chunk.copy(bytes, 0, copied);
  blocks.push({ bytes, filled: left });
}

/** How much is joined in one turn of the event loop, in blocks: some milliseconds. */
const blocksPerTurn = 4;

/** Joins a body, a large one over several turns; what has been copied is given back at once. */
function join(blocks: Block[], length: number): Buffer | Promise<Buffer> {
  const [first] = blocks;
  if (first === undefined) return empty;
  if (blocks.length === 1) return first.bytes.subarray(0, first.filled);
  const whole = Buffer.allocUnsafeSlow(length);
  let at = 0;
  const copySome = (): void => {
    for (const { bytes, filled } of blocks.splice(0, blocksPerTurn)) at += bytes.copy(whole, at, 0, filled);
  };
  const copyAll = async (): Promise<Buffer> => {
    while (blocks.length > 0) {
      copySome();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return whole;
  };
  if (length > largestBlock) return copyAll();
  while (blocks.length > 0) copySome();
  return whole;
}
