import type { IncomingMessage, ServerResponse } from 'node:http';

import type { GatewayError } from '../rpc/gateway-error.ts';
import { callerGone } from '../rpc/set-deadline.ts';

const empty = Buffer.alloc(0);

/**
 * Reads a request's body, and asks for it first when the client waits to be asked (`Expect: 100-continue`). Rejects with
 * `tooLarge` as soon as the body is known to be longer than `maxBytes`, and leaves the rest unread. Rejects with CANCELLED
 * when the client goes away.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  tooLarge: GatewayError,
): Promise<Buffer> {
  const { expect, 'content-length': announced } = request.headers;
  if (announced !== undefined && Number(announced) > maxBytes) return Promise.reject(tooLarge);
  // Any other expectation has been refused by the server; HTTP/1.0 has none.
  if (expect !== undefined && announced !== '0' && request.httpVersionMinor === 1) response.writeContinue();
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners('data').pause();
        reject(tooLarge);
      } else if (first === undefined) {
        first = chunk;
      } else {
        chunks ??= [first];
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(chunks === undefined ? (first ?? empty) : Buffer.concat(chunks, length)));
    request.on('error', () => reject(callerGone()));
  });
}
