import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';

import type { ByteBudget } from './byte-budget.ts';
import { compressorBytes, createCompressor, negotiateCoding, type Negotiated, varyByCoding } from './content-coding.ts';
import type { Handler } from './mount.ts';

/** Shorter bodies, in bytes, do not get shorter by more than a packet. */
export const worthCompressing = 1_024;

/**
 * Compresses what a handler answers, for clients that take it, while it is sent: whole bodies from 1 kB on whose length is
 * known when they begin. What has no length is a stream of events, each of which is to arrive when it happens; what has a
 * `Content-Encoding` is compressed already, and `no-transform` is obeyed (RFC 9111, 5.2.2.6).
 *
 * Only as much is compressed ahead as the socket takes. The answer and its compressor are held for the caller; where the budget
 * has no room for them, the answer goes out as it is. The package `compression` does the rest of this, but it knows of no budget.
 */
export function compressAnswers(handler: Handler, budget: Pick<ByteBudget, 'holdOf'>): Handler {
  return (request, response) => {
    varyByCoding(response);
    const negotiated = negotiateCoding(request);
    if (negotiated.coding !== undefined) compressAnswer(request, response, negotiated, budget);
    handler(request, response);
  };
}

/** Replaces the methods of one response. They are those that node's own classes of HTTP/1 and HTTP/2 have in common. */
function compressAnswer(
  { method }: IncomingMessage,
  response: ServerResponse,
  { coding, isNeeded }: Negotiated,
  budget: Pick<ByteBudget, 'holdOf'>,
): void {
  const writeHead = response.writeHead.bind(response) as (...parts: unknown[]) => ServerResponse;
  const write = response.write.bind(response) as (...parts: unknown[]) => boolean;
  const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;
  let compressor: Transform | undefined;

  const startCompressor = (): void => {
    const length = Number(response.getHeader('content-length') ?? 0);
    if (length < (isNeeded ? 1 : worthCompressing) || !mayCompress(response)) return;
    const hold = budget.holdOf(response);
    if (hold?.take(length + compressorBytes[coding!]) === false) return;
    response.removeHeader('content-length');
    response.setHeader('content-encoding', coding!);
    // HEAD is answered with the head of GET, and nothing to compress.
    if (method !== 'HEAD') compressor = connect(createCompressor(coding!), response, write, end);
  };
  const sendHead = (status: number, ...rest: readonly unknown[]): ServerResponse => {
    if (Array.isArray(rest.at(-1))) return writeHead(status, ...rest);
    response.statusCode = status;
    const fields = (rest.find((part) => typeof part === 'object' && part !== null) ?? {}) as OutgoingHttpHeaders;
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) response.setHeader(name, value);
    startCompressor();
    return writeHead(status, ...rest.filter((part) => typeof part === 'string'));
  };
  const startHead = (chunk: unknown, encoding: unknown): void => {
    if (response.headersSent) return;
    if (isBody(chunk) && !response.hasHeader('content-length') && !response.hasHeader('transfer-encoding')) {
      response.setHeader('content-length', Buffer.byteLength(chunk as string, encodingOf(encoding)));
    }
    sendHead(response.statusCode);
  };
  Object.assign(response, {
    writeHead: sendHead,
    write: (chunk: unknown, ...rest: readonly unknown[]): boolean => {
      if (!response.headersSent) sendHead(response.statusCode);
      if (compressor === undefined) return write(chunk, ...rest);
      return compressor.write(chunk, encodingOf(rest[0]), callbackOf(rest));
    },
    end: (...parts: readonly unknown[]): ServerResponse => {
      startHead(parts[0], parts[1]);
      if (compressor === undefined) return end(...parts);
      const callback = callbackOf(parts);
      if (callback !== undefined) response.once('finish', callback);
      if (isBody(parts[0])) compressor.end(parts[0], encodingOf(parts[1]));
      else compressor.end();
      return response;
    },
  });
}

function mayCompress(response: ServerResponse): boolean {
  const { statusCode } = response;
  if (statusCode === 204 || statusCode === 304 || response.hasHeader('content-encoding')) return false;
  return !/\bno-transform\b/i.test(String(response.getHeader('cache-control') ?? ''));
}

/** What comes out of a compressor is written no faster than it is read. */
function connect(
  compressor: Transform,
  response: ServerResponse,
  write: (piece: Buffer) => boolean,
  end: () => void,
): Transform {
  response.on('drain', () => {
    if (response.writableNeedDrain !== true) compressor.resume();
  });
  response.once('close', () => compressor.destroy());
  return compressor
    .on('data', (piece: Buffer) => {
      if (!write(piece)) compressor.pause();
    })
    .on('drain', () => response.emit('drain'))
    .on('error', () => response.destroy())
    .on('end', () => end());
}

function isBody(chunk: unknown): boolean {
  return typeof chunk === 'string' || chunk instanceof Uint8Array;
}

function encodingOf(value: unknown): BufferEncoding {
  return typeof value === 'string' ? (value as BufferEncoding) : 'utf8';
}

function callbackOf(parts: readonly unknown[]): (() => void) | undefined {
  return parts.find((part) => typeof part === 'function') as (() => void) | undefined;
}
