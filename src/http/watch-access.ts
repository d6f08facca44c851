import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AddressOf } from './client-address.ts';
import { requestIdOf } from './request-id.ts';

/** A request and what became of it. */
export interface Access {
  readonly method: string;
  /** Without the query, which may hold what is nobody's business; cut to 200 characters. */
  readonly path: string;
  /** Of HTTP, 101 for a WebSocket; or the name of gRPC's. Undefined: the client left before there was one. */
  readonly status: number | string | undefined;
  /** Until the last byte was handed over, or the client had left. */
  readonly durationMs: number;
  readonly remoteAddress: string | undefined;
  readonly requestId: string;
}

/**
 * Tells of each request how it ended. The request gets its id here, so that whoever answers it tells the same one.
 *
 * @returns what is to be told of a request before it is answered
 */
export function watchAccess(
  tell: (access: Access) => void,
  addressOf: AddressOf,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const startedAt = performance.now();
    const requestId = requestIdOf(request.headers['x-request-id']);
    request.headers['x-request-id'] = requestId;
    // Not later: a connection that is gone has no address.
    const remoteAddress = addressOf(request);
    const path = (request.url ?? '').split('?', 1)[0]!.slice(0, 200);
    response.once('close', () =>
      tell({
        method: request.method ?? '',
        path,
        status: response.headersSent || response.statusCode === 101 ? response.statusCode : undefined,
        durationMs: performance.now() - startedAt,
        remoteAddress,
        requestId,
      }),
    );
  };
}
