import type { IncomingMessage, ServerResponse } from 'node:http';

import { sendAnswer } from './send-answer.ts';
import type { BlockedRequest } from './blocked-request.ts';

/** Answers one request. `request.url` is a clean path with its query, never an absolute URL. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A surface, and what the gate in front of it has to know. */
export interface Mount {
  readonly handle: Handler;
  /** The methods that pages of other sites can be allowed to use here, e.g. `GET, POST`. */
  readonly crossSiteMethods: string;
  /** Whether a GET does work here that other sites must not cause when nobody is asked for a token. */
  readonly isReadGuarded: (request: IncomingMessage) => boolean;
  /**
   * Whether this is where WebSockets open. Browsers open them for the pages of any site without asking, and let those read what
   * comes; so each must come from an origin that may call, although its request is a GET.
   */
  readonly isWebSocket?: boolean;
  /** The JSON in which clients of this surface expect to be told that a request was blocked. */
  readonly wordBlocked: (blocked: BlockedRequest, requestId: string) => string;
}

/** A handler of something that can only be looked at: other methods than GET and HEAD are answered 405. */
export function readOnly(handler: Handler): Handler {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') handler(request, response);
    else sendAnswer(response, { status: 405, headers: { Allow: 'GET, HEAD' } });
  };
}
