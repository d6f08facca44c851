import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

import { closeIfUnread, endAnswer } from './unread-body.ts';

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
