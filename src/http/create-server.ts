import { createServer as createHttpServer, type IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import {
  type BeforeRouting,
  type EarlyReason,
  formatEarlyAnswer,
  type RequestTarget,
  sendEarlyAnswer,
} from './before-routing.ts';
import { type CloseReason, type ConnectionLimits, createConnections, endSocket } from './connections.ts';
import { type Readiness, serveHealth, serveLiveness } from './health.ts';
import type { Handler } from './mount.ts';
import { sendAnswer } from './send-answer.ts';
import { compileServeHttp2 } from './serve-http2.ts';
import { watchStreams } from './slow-streams.ts';
import { watchTransfers } from './slow-transfers.ts';
import { createTlsListener, type ServedTls } from './tls-listener.ts';
import { compileRequestClass } from './web-socket-request.ts';

/** What is served where. */
export interface Routes {
  /** Handlers by path, e.g. `/graphql`: for that path and what is below it. */
  readonly mounts: Readonly<Record<string, Handler>>;
  /** Handlers of single documents, by exact path: what is below it is another address. */
  readonly documents?: Readonly<Record<string, Handler>>;
  /**
   * Handlers of requests for a WebSocket, by exact path; none when not given. A handler answers as any other does, or takes
   * `request.socket`, of which nothing has been read. Then the response is never sent: it stands for the connection, counts as
   * under way as long as that is open, and closes with it. Requests for other protocols and at other paths are ordinary ones.
   */
  readonly webSockets?: Readonly<Record<string, Handler>>;
  /** Answers whatever no mount answers. */
  readonly fallback: Handler;
}

/** What a server is made from, and what it serves first. */
export interface ServerOptions extends Routes {
  /** The address to listen on; undefined: every interface. */
  readonly host: string | undefined;
  /** 0 picks a free one. */
  readonly port: number;
  /** What is said and done before a handler is known. */
  readonly beforeRouting: BeforeRouting;
  /** Whether traffic may come; asked by `/readyz`, so it must not wait for anything. */
  readonly readiness: () => Readiness;
  /** What `/healthz` says that this is; nothing when not given. */
  readonly version?: string;
  /** Told of each request before it is answered. */
  readonly onRequest?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Told about an error in a handler, which then answers 500. */
  readonly onError: (error: unknown) => void;
  /** What the server shows of itself, to speak TLS, and HTTP/2 to whoever offers it; HTTP/1.1 in plain text when not given. */
  readonly tls?: ServedTls | undefined;
  /** How many requests one connection may have under way by HTTP/2; 100 when not given. */
  readonly maxConcurrentStreams?: number;
  /** How long a connection without a request is kept; 65 s when not given. */
  readonly keepAliveTimeoutMs?: number;
  /** How many connections there may be; any number when not given. */
  readonly connectionLimits?: ConnectionLimits;
  /** Told about each connection that is closed although its client would have gone on. */
  readonly onClosed?: (reason: CloseReason, address: string) => void;
}

/** A server that accepts connections. */
export interface RunningServer {
  readonly port: number;
  /** e.g. `http://127.0.0.1:8448`, or `https:` where TLS is spoken. */
  readonly url: string;
  readonly connections: () => number;
  /** Serves requests that come from now on otherwise. Those that are under way end as they began. */
  serve(routes: Routes): void;
  /** From now on every answer ends its connection, and `/readyz` says 503. The server still accepts. */
  drain(): void;
  /**
   * Ends gracefully. For a moment, what was sent before its sender could know is still taken and answered; then no
   * connection is accepted any more, and what is under way finishes. What has not finished after `timeoutMs` is cut.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/**
 * Node's limits where its defaults do not fit. A request's head must be complete in 10 s and the whole request in five
 * minutes, so that slow senders cannot hold connections (threat: slowloris); 100 MiB still arrive over 3 Mbit/s. Heads may
 * have 64 KiB: four times node's default, for tokens with many groups.
 */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 64 * 1024,
  // HTTP/1.1 without Host is refused here and not by node, to say what is missing.
  requireHostHeader: false,
} as const;

/** Longer than a load balancer keeps its own (60 s by default), or requests would run into connections that are just closing. */
const usualKeepAliveMs = 65_000;

/**
 * The most header fields of a request. Node would leave out those above a number without a word, and with them a second
 * Host or Authorization; so it is told to take all, and the request is refused.
 */
const maxFields = 2_000;

/** How many streams RFC 9113, 6.5.2 recommends at least. */
const leastConcurrentStreams = 100;

/** How long a closing server takes what was sent before its sender could know, in milliseconds. */
const graceMs = 500;

const noLimits: ConnectionLimits = {
  maxConnections: () => Number.POSITIVE_INFINITY,
  maxPerAddress: Number.POSITIVE_INFINITY,
  isShared: () => true,
};

/** Listens, and resolves when connections are accepted; rejects when the address cannot be had. */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const { beforeRouting, connectionLimits = noLimits, onClosed = () => {}, tls } = options;
  const { keepAliveTimeoutMs = usualKeepAliveMs, maxConcurrentStreams = leastConcurrentStreams } = options;
  const { answers } = beforeRouting;
  const life = { isClosing: false };
  const connections = createConnections({
    limits: connectionLimits,
    onClosed,
    fullText: tls === undefined ? formatEarlyAnswer(answers.tooManyConnections) : undefined,
  });
  const handleBy =
    (route: Route): Handler =>
    (request, response) => {
      if (!connections.begin(response)) return;
      options.onRequest?.(request, response);
      if (life.isClosing || isFaultilyFramed(request)) response.shouldKeepAlive = false;
      if (life.isClosing) connections.announceEnd();
      try {
        answer(request, response, beforeRouting, route);
      } catch (error) {
        options.onError(error);
        if (!response.headersSent) sendAnswer(response, { status: 500 });
      }
    };
  const routeHealth = compileHealth(options, life);
  let { webSockets = {}, fallback } = options;
  let route = compileMounts(options, routeHealth);
  const handle = handleBy((url) => route(url));
  const server = createHttpServer({
    ...limits,
    keepAliveTimeout: keepAliveTimeoutMs,
    IncomingMessage: compileRequestClass((path) => Object.hasOwn(webSockets, path)),
  });
  server.maxHeadersCount = 0;
  server.on('request', handle);
  // The handler decides when to ask for the body, so that a refused request never sends it.
  server.on('checkContinue', handle);
  const refuseExpectation: Handler = (_, response) => {
    if (connections.begin(response)) sendEarlyAnswer(response, answers.badExpectation);
  };
  server.on('checkExpectation', refuseExpectation);
  server.on('connect', (request, socket) => answerOnSocket(request, socket, handle));
  const handleWebSocket = handleBy((url) => webSockets[url.split('?', 1)[0]!] ?? fallback);
  server.on('upgrade', (request, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    answerOnSocket(request, socket, handleWebSocket);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const reason = parseErrors[error.code ?? ''] ?? 'badRequest';
    const isLate = reason === 'timeout';
    connections.giveUp(socket, formatEarlyAnswer(answers[reason]), isLate ? 'request-timeout' : undefined);
  });
  const closeSlow = watchTransfers(connections, { senderText: formatEarlyAnswer(answers.timeout) });
  const closeSlowStreams = watchStreams({
    connections,
    refuse: (response) => sendEarlyAnswer(response, answers.timeout),
  });
  let listener: NetServer = server;
  if (tls === undefined) server.on('connection', connections.add);
  else {
    const serveHttp2 = compileServeHttp2({
      connections,
      handle,
      refuseExpectation,
      maxConcurrentStreams,
      keepAliveTimeoutMs,
      maxHeaderBytes: limits.maxHeaderSize,
      maxFields,
    });
    // It listens itself to nothing; but it begins to look for late requests as if it did.
    server.emit('listening');
    listener = createTlsListener({
      tls,
      onSocket: connections.add,
      onSecure: (socket, protocol) => {
        if (!connections.secure(socket)) socket.destroy();
        else if (protocol === 'h2') serveHttp2(socket);
        // https://nodejs.org/api/http.html#event-connection: for sockets that somebody else has accepted.
        else server.emit('connection', socket);
      },
    });
  }
  await listen(listener, options);
  const timer = setInterval(() => {
    closeSlow();
    closeSlowStreams();
  }, 1_000).unref();
  const { address, port } = listener.address() as AddressInfo;
  const drain = () => {
    life.isClosing = true;
    for (const { pending } of connections.busy()) for (const response of pending) response.shouldKeepAlive = false;
    connections.announceEnd();
  };
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://${nameOf(address)}:${port}`,
    connections: () => connections.count,
    serve: (routes) => {
      ({ webSockets = {}, fallback } = routes);
      route = compileMounts(routes, routeHealth);
    },
    drain,
    close: async ({ timeoutMs = 25_000 } = {}) => {
      drain();
      // Connections that the kernel has taken, but nobody has seen yet, come in with the next turns.
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      await connections.whenNone(Math.min(graceMs, timeoutMs));
      // Node's own `close()` would end idle connections whose request is in the kernel, before it is read.
      const stopped = new Promise((resolve) => NetServer.prototype.close.call(listener, resolve));
      connections.closeIdle();
      await connections.whenNone(timeoutMs);
      connections.closeAll();
      clearInterval(timer);
      server.close();
      await stopped;
    },
  };
}

type RoutedHandler = readonly [path: string, handler: Handler];

function compileHealth(
  { readiness, version }: Pick<ServerOptions, 'readiness' | 'version'>,
  life: { readonly isClosing: boolean },
): readonly RoutedHandler[] {
  return [
    ['/healthz', serveLiveness(version)],
    ['/readyz', serveHealth(() => (life.isClosing ? { ready: false, reason: 'shutting down' } : readiness()))],
  ];
}

/** Health first, then the mounts, then the rest. */
function compileMounts({ mounts, documents = {}, fallback }: Routes, health: readonly RoutedHandler[]): Route {
  const handlers: readonly RoutedHandler[] = [...health, ...Object.entries(mounts)];
  const documentsByPath = new Map(Object.entries(documents));
  return (url) => {
    const query = url.indexOf('?');
    const document = documentsByPath.get(query < 0 ? url : url.slice(0, query));
    if (document !== undefined) return document;
    for (const [path, handler] of handlers) {
      if (!url.startsWith(path)) continue;
      const next = url.charCodeAt(path.length);
      // The end of the URL, `/` or `?`.
      if (Number.isNaN(next) || next === 0x2f || next === 0x3f) return handler;
    }
    return fallback;
  };
}

type Route = (url: string) => Handler;

/** What a request needs before a handler sees it. */
function answer(request: IncomingMessage, response: ServerResponse, before: BeforeRouting, route: Route): void {
  const method = request.method ?? '';
  const target = before.parseTarget(method, request.url ?? '');
  const reason = reasonToRefuse(request, target);
  if (reason !== undefined) {
    sendEarlyAnswer(response, before.answers[reason]);
  } else if (target.kind === 'redirect') {
    before.redirect(response, target.location);
  } else if (target.kind === 'path') {
    request.url = target.url;
    if (target.host !== undefined) request.headers.host = target.host;
    route(target.url)(request, response);
  } else {
    sendEarlyAnswer(response, before.answers[method === 'OPTIONS' ? 'serverOptions' : 'badTarget']);
  }
}

/**
 * HTTP/1.0 has no chunks: whoever passed them on may have seen the body end elsewhere, so that what follows is nobody's
 * request. The connection ends with the answer (RFC 9112, 6.1).
 */
function isFaultilyFramed({ httpVersionMinor, headers }: IncomingMessage): boolean {
  return httpVersionMinor === 0 && headers['transfer-encoding'] !== undefined;
}

/** Why a request is refused that node's parser let through; undefined when it is not. */
function reasonToRefuse(request: IncomingMessage, target: RequestTarget): EarlyReason | undefined {
  const { httpVersionMajor, httpVersionMinor, headers, rawHeaders } = request;
  // A Http2Request is by HTTP/2; HTTP/1's parser also takes what says so in its first line.
  const isHttp2 = request instanceof Http2ServerRequest;
  if (httpVersionMajor > 1 && !isHttp2) return 'badVersion';
  if (httpVersionMajor < 1 || target.kind === 'invalid') return 'badRequest';
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') return 'badEncoding';
  if (rawHeaders.length > 2 * maxFields) return 'headTooLarge';
  // Node resets a stream with more once its client has acknowledged the limit, and takes it before that.
  if (isHttp2 && rawHeaders.join('').length > limits.maxHeaderSize) return 'headTooLarge';
  if (headers.host === undefined) return httpVersionMinor === 1 || isHttp2 ? 'missingHost' : undefined;
  if (!validHost.test(headers.host)) return 'malformedHost';
  return countHosts(rawHeaders) > 1 ? 'badRequest' : undefined;
}

/** The characters of RFC 3986's authority. */
const validHost = /^[\w!$%&'()*+,\-.:;=@[\]~]*$/;

/** Node keeps the first of several; a proxy in front may have looked at another (RFC 9112, 3.2). */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}

/**
 * What node's parser gives up on, by its error code. Everything else is a bad request.
 * Codes: https://github.com/nodejs/llhttp and ERR_HTTP_REQUEST_TIMEOUT of node:http.
 */
const parseErrors: Readonly<Record<string, EarlyReason>> = {
  HPE_HEADER_OVERFLOW: 'headTooLarge',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'bodyTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'timeout',
};

/**
 * Node hands CONNECT and requests for WebSockets over as bare sockets. Each is answered like any request, and closed; nothing
 * is tunnelled.
 */
function answerOnSocket(request: IncomingMessage, socket: Duplex, handle: Handler): void {
  socket.on('error', () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.once('finish', () => endSocket(socket as Socket, ''));
  handle(request, response);
}

/** How a client on this machine writes the address. */
function nameOf(address: string): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost';
  return address.includes(':') ? `[${address}]` : address;
}

function listen(server: NetServer, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
