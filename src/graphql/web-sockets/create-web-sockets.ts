import type { IncomingMessage, ServerResponse } from 'node:http';

import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocketServer } from 'ws';

import type { ByteBudget } from '../../http/byte-budget.ts';
import { sendAnswer } from '../../http/send-answer.ts';

import { type ServedSocket, type ServeSocketOptions, serveSocket } from './serve-socket.ts';
import type { PrepareOperation } from './socket-operation.ts';

/** What WebSockets are served with, whatever the schema is. */
export interface WebSocketsOptions extends Omit<ServeSocketOptions, 'hold' | 'prepare'> {
  /** What may be held in memory for all callers together. */
  readonly budget: ByteBudget;
}

/** The WebSockets of one endpoint. They outlive the schema with which they were opened. */
export interface WebSockets {
  /** From now on operations are prepared so. */
  readonly serve: (prepare: PrepareOperation) => void;
  /** Answers a request for a WebSocket: opens it, or says why not. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Closes all of them, each when what it was asked has been answered; refuses new ones. Subscriptions are not waited for. */
  readonly complete: () => void;
}

/**
 * The longest message of a client, in bytes. Whoever has more to say says it by HTTP, where bodies are counted while they come;
 * a message is held by its parser before anybody can count it.
 */
const maxMessageBytes = 1024 * 1024;

/**
 * Serves GraphQL over WebSocket by the protocol graphql-transport-ws
 * (https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md): queries, mutations and subscriptions, many
 * over one socket. Browsers open six connections to a server by HTTP/1.1, and each stream of events keeps one.
 */
export function createWebSockets(options: WebSocketsOptions): WebSockets {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    // It costs memory for each socket, and a small message may unpack to a long one.
    perMessageDeflate: false,
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const sockets = new Set<ServedSocket>();
  let current: PrepareOperation | undefined;
  const prepare: PrepareOperation = (message, origin) => current!(message, origin);
  let isEnding = false;
  return {
    serve: (next) => {
      current = next;
    },
    handle: (request, response) => {
      if (isEnding) return sendAnswer(response, { status: 503, headers: { 'Retry-After': 1 } });
      const hold = options.budget.open(response);
      server.handleUpgrade(request, request.socket, Buffer.alloc(0), (socket) => {
        // It has gone out past the response, from which others read what became of the request.
        response.statusCode = 101;
        const served = serveSocket(socket, request, response, { ...options, prepare, hold });
        sockets.add(served);
        void served.closed.then(() => sockets.delete(served));
      });
    },
    complete: () => {
      isEnding = true;
      for (const socket of sockets) socket.complete();
    },
  };
}
