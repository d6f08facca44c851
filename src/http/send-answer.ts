import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

import { hasAskedForBody } from './read-body.ts';

/** One complete response. Node adds `Date`, `Connection` and `Keep-Alive`. */
export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

/** Sends an answer of the gateway's own: whatever is not a surface's. Does nothing when the client is gone. */
export function sendAnswer(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  if (response.destroyed) return;
  closeIfUnread(response);
  response.writeHead(status, { ...headers, ...(status !== 204 && { 'Content-Length': Buffer.byteLength(body) }) });
  endAnswer(response, body);
}

/** The longest unread request body for whose sake a connection is kept. */
const longestUnreadBody = 256 * 1024;

/** How long a client that is still sending may go on before its answered connection is cut, in milliseconds. */
export const lingerMs = 500;

/**
 * Gives the connection up with this answer when too much of the request's body is unread for another request to follow.
 * Call before the head is written.
 */
export function closeIfUnread(response: ServerResponse): void {
  const { req: request } = response;
  if (!response.shouldKeepAlive || request.complete) return;
  const { expect, 'content-length': announced } = request.headers;
  // The client holds the body back until it sees 100 or the final status; which of the two it will do is unknown.
  const isHeldBack = expect !== undefined && !hasAskedForBody(request);
  if (isHeldBack || (announced !== undefined && Number(announced) > longestUnreadBody)) {
    response.shouldKeepAlive = false;
  }
}

/**
 * Writes the last of an answer. Closing while the client still sends makes its kernel throw the answer away
 * (RFC 9112, 9.6, https://www.rfc-editor.org/rfc/rfc9112#section-9.6). So when the connection ends with this answer, it
 * is closed when the client has finished or its time is up.
 */
export function endAnswer(
  response: ServerResponse,
  rest: string | Uint8Array,
  encoding: BufferEncoding = 'utf8',
): void {
  const { req: request } = response;
  if (response.shouldKeepAlive || request.complete || request.method === 'HEAD') {
    response.end(rest, encoding);
    return;
  }
  if (rest.length > 0) response.write(rest, encoding);
  else response.flushHeaders();
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.once('end', end).once('close', end).resume();
}
