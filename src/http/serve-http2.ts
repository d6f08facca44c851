import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createServer, type Http2ServerRequest, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';

import type { Connections, Multiplexed } from './connections.ts';
import { Http2Request, Http2Response, socketsOfSessions } from './http2-messages.ts';
import type { Handler } from './mount.ts';

/** What serves HTTP/2. */
export interface ServeHttp2Options {
  readonly connections: Pick<Connections, 'attach' | 'hasRequests'>;
  /** Answers a request, as by HTTP/1.1. */
  readonly handle: Handler;
  /** Answers a request with an expectation that nobody knows. */
  readonly refuseExpectation: Handler;
  /** How many requests one connection may have under way; its client keeps further ones back. */
  readonly maxConcurrentStreams: number;
  /** How long a connection without a request is kept. */
  readonly keepAliveTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxFields: number;
}

/**
 * Compiles how HTTP/2 (RFC 9113) is served on sockets that have agreed on it. Requests and responses are made to look as those of
 * HTTP/1.1 do, so that no handler needs to know. Node bounds what is left: settings, pings, resets (streams that are opened to be
 * reset at once, CVE-2023-44487) and invalid frames per connection.
 */
export function compileServeHttp2(options: ServeHttp2Options): (socket: TLSSocket) => void {
  const { connections, keepAliveTimeoutMs, maxHeaderBytes } = options;
  const server = createServer({
    Http2ServerRequest: Http2Request as typeof Http2ServerRequest,
    Http2ServerResponse: Http2Response as never,
    maxHeaderListPairs: options.maxFields,
    settings: {
      maxConcurrentStreams: options.maxConcurrentStreams,
      maxHeaderListSize: maxHeaderBytes,
      enablePush: false,
    },
  });
  const serve = (handler: Handler) => (request: unknown, response: unknown) =>
    handler(request as IncomingMessage, response as ServerResponse);
  server.on('request', serve(options.handle));
  server.on('checkContinue', serve(options.handle));
  server.on('checkExpectation', serve(options.refuseExpectation));
  // What a client does to its connection is no fault of the gateway, and ends that connection alone.
  server.on('sessionError', () => {});

  return (socket) => {
    server.once('session', (session: ServerHttp2Session) => {
      socketsOfSessions.set(session, socket);
      connections.attach(socket, multiplexedBy(session));
      session.setTimeout(keepAliveTimeoutMs, () => {
        if (!connections.hasRequests(socket)) session.close();
      });
    });
    // https://nodejs.org/api/http2.html#event-connection: for sockets that somebody else has accepted.
    server.emit('connection', socket);
  };
}

/** The largest number of a stream: nothing that was sent already is refused (RFC 9113, 6.8). */
const lastOfAll = 2 ** 31 - 1;

function multiplexedBy(session: ServerHttp2Session): Multiplexed {
  let isTold = false;
  return {
    announceEnd: () => {
      if (isTold || session.destroyed) return;
      isTold = true;
      session.goaway(constants.NGHTTP2_NO_ERROR, lastOfAll);
    },
    end: () => {
      if (!session.destroyed) session.close();
    },
  };
}
