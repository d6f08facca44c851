import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';

import type { Hold } from '../../http/byte-budget.ts';
import { requestIdOf } from '../../http/request-id.ts';
import type { Logger } from '../../telemetry/logger.ts';

import { Departure } from '../../call/call-signal.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { IdentifyRequest, Identity } from '../../call/identity.ts';

import { refusal } from '../http/http-error.ts';
import { withoutHttp } from '../http/write-results.ts';
import { closeCodes, closeReason, whenExpired } from './close-socket.ts';
import { createTurns, type Turn } from './message-turns.ts';
import { requestWithCredentials } from './request-with-credentials.ts';
import type { PrepareOperation, SocketOperation } from './socket-operation.ts';
import { socketStream } from './socket-stream.ts';

/** What a socket is served with. */
export interface ServeSocketOptions {
  readonly identify: IdentifyRequest;
  readonly prepare: PrepareOperation;
  /** What is held in memory for the connection. */
  readonly hold: Hold;
  readonly logger: Logger;
  /** Counts what was refused for want of memory, by its reason. */
  readonly onRefused: (reason: string) => void;
}

/** A socket that is being served. */
export interface ServedSocket {
  /** Resolves when it has closed. */
  readonly closed: Promise<void>;
  /** Closes it as soon as what was asked has been answered, for its client to come back; nothing more begins. */
  readonly complete: () => void;
}

/** How long a client may take to say who it is, in milliseconds: as long as a request's head may take. */
const initTimeoutMs = 10_000;

/** Shorter than any proxy keeps a silent connection by default. */
const pingIntervalMs = 12_000;

/** Serves one socket from its first message to its last. */
export function serveSocket(
  socket: WebSocket,
  request: IncomingMessage,
  response: ServerResponse,
  { identify, prepare, hold, logger, onRefused }: ServeSocketOptions,
): ServedSocket {
  let caller = request;
  /** Why it closes as soon as it can; undefined: it does not. */
  let farewell: string | undefined;
  let stopWaiting = () => {};
  const close = (code: number, reason: string) => socket.close(code, closeReason(reason));
  /** For the client to come back, but not before what it waits for has been answered. */
  const goAway = () => {
    if (turns.count === 0) close(closeCodes.goingAway, farewell!);
  };
  const complete = (reason: string) => {
    farewell ??= reason;
    goAway();
  };
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const departures = new Set<Departure>();
  const turns = createTurns(hold, {
    onFull: () => socket.pause(),
    onRoom: () => {
      if (farewell !== undefined) goAway();
      if (socket.isPaused && socket.readyState === socket.OPEN) socket.resume();
    },
  });
  /** The turn of the message that has just come: the library calls back before it waits for anything. */
  let current: Turn | undefined;

  const identifyCaller = async (requestId: string): Promise<Identity> => {
    const identity = await identify(caller, requestId);
    hold.assign(identity.subject);
    return identity;
  };
  const turnAway = (error: unknown) => {
    const { status, message } = GatewayError.from(error);
    const isRefused = status.name === 'UNAUTHENTICATED' || status.name === 'INVALID_ARGUMENT';
    close(isRefused ? CloseCode.Forbidden : closeCodes.tryAgainLater, message);
  };

  const protocol = makeServer({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: async ({ connectionParams }) => {
      const requestId = requestIdOf(request.headers['x-request-id']);
      try {
        caller = requestWithCredentials(request, connectionParams);
        const { expiresAtMs } = await identifyCaller(requestId);
        stopWaiting = whenExpired(expiresAtMs, () => identifyCaller(requestId).then(() => undefined, turnAway));
        return true;
      } catch (error) {
        turnAway(error);
        return false;
      }
    },
    onSubscribe: async (_, __, payload) => {
      const turn = current!;
      if (farewell !== undefined) {
        // Its client asks again when the socket has closed.
        turn.end();
        await closed;
      }
      const requestId = requestIdOf(undefined);
      const departure = new Departure();
      departures.add(departure);
      const leave = () => {
        departures.delete(departure);
        departure.abort();
      };
      const end = () => departures.delete(departure);
      let identity: Identity;
      try {
        identity = await identifyCaller(requestId);
      } catch (error) {
        end();
        if (GatewayError.from(error).status.name === 'UNAUTHENTICATED') turnAway(error);
        return [refusal(error, requestId)];
      }
      const origin = { req: caller, res: response, requestId, hold, identity, signal: departure };
      const operation = await prepare(payload as never, origin);
      if (!('run' in operation)) {
        end();
        return operation;
      }
      return { ...operation, turn, leave, end } satisfies RunningOperation as ExecutionArgs;
    },
    execute: async (args) => {
      const { run, end } = args as RunningOperation;
      return run().finally(end);
    },
    subscribe: async (args) => {
      const { follow, turn, leave, end } = args as RunningOperation;
      const results = await follow();
      if (!(Symbol.asyncIterator in results)) {
        end();
        return results;
      }
      turn.end();
      return socketStream(results, {
        leave,
        onBrokenOff: () => complete('the gateway has read its files again'),
        onRefused: (message) => close(CloseCode.Forbidden, message),
        closed,
      });
    },
    onNext: (_, __, ___, ____, result) => withoutHttp(result as ExecutionResult) as never,
    onError: (_, __, ___, errors) => withoutHttp({ errors } as ExecutionResult).errors as never,
  });

  const receive = async (answer: (text: string) => Promise<void>, data: RawData) => {
    const text = String(data);
    const turn = turns.begin(text.length);
    if (turn === undefined) {
      onRefused('BODY_BUFFERS_FULL');
      return close(closeCodes.tryAgainLater, 'the gateway holds as many bytes as it may; try again in a moment');
    }
    current = turn;
    try {
      await answer(text);
    } catch (error) {
      logger.error({ err: error }, 'a message of a WebSocket could not be answered');
      close(CloseCode.InternalServerError, 'internal error');
    } finally {
      turn.end();
    }
  };
  const closeProtocol = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) =>
        new Promise((resolve) => {
          // An error closes the socket, which is told there.
          if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
          else resolve();
        }),
      close,
      onMessage: (answer) => void socket.on('message', (data) => void receive(answer, data)),
    },
    undefined,
  );
  const stopPinging = keepAlive(socket);
  // A broken frame, or one that is too long: the library closes with the code for it.
  socket.on('error', () => {});
  socket.once('close', (code, reason) => {
    stopPinging();
    stopWaiting();
    for (const departure of departures) departure.abort();
    void closeProtocol(code, String(reason));
  });
  return {
    closed,
    complete: () => complete('the gateway is shutting down'),
  };
}

interface RunningOperation extends SocketOperation {
  readonly turn: Turn;
  /** Nobody waits for it any more. */
  readonly leave: () => void;
  /** It is over. */
  readonly end: () => void;
}

/** Shows proxies that the connection lives, and ends it when the other side is gone. Returns what stops that. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive && !socket.isPaused) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, pingIntervalMs).unref();
  return () => clearInterval(timer);
}
