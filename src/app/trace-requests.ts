import type { IncomingMessage, ServerResponse } from 'node:http';

import { failsServer } from '../call/server-failure.ts';
import { statusCode } from '../call/status.ts';
import type { CalledMethod, TracedMethod } from '../grpc/serve-method.ts';
import type { AddressOf } from '../http/client-address.ts';
import type { Routes } from '../http/create-server.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Span, TraceContext, Tracer } from '../telemetry/span.ts';

import type { Snapshot } from './snapshot.ts';

/** Where the span of a request is kept; whoever makes a request out of another one, as WebSockets do, makes one with its span. */
const spanKey = Symbol('span');

type TracedRequest = IncomingMessage & { [spanKey]?: Span };

/** The span of a request; undefined where it has none. */
export function spanOfRequest(request: IncomingMessage): Span | undefined {
  return (request as TracedRequest)[spanKey];
}

/** The route of an address, by which requests of one kind have one name; undefined: nothing is there. */
export type RouteOf = (url: string) => string | undefined;

/** What tracing requests takes. */
export interface TraceRequestsOptions {
  readonly tracer: Pick<Tracer, 'start'>;
  readonly scheme: 'http' | 'https';
  readonly addressOf: AddressOf;
  readonly routeOf: RouteOf;
}

/** What probes ask for every few seconds says nothing that the metrics do not, and would fill whatever keeps traces. */
const untraced: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Methods that have a name of their own in traces: https://www.rfc-editor.org/rfc/rfc9110#section-9 and RFC 5789. */
const knownMethods: ReadonlySet<string> = new Set('CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE'.split(' '));

/**
 * Tells each request as a span, by https://opentelemetry.io/docs/specs/semconv/http/http-spans/, until its answer is out or its
 * client has left: of a stream or a WebSocket, when that closes. What was sent stays out, the path included: the route says which
 * kind of request it is.
 *
 * @returns what is to be told of a request before it is answered
 */
export function traceRequests({
  tracer,
  scheme,
  addressOf,
  routeOf,
}: TraceRequestsOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { url = '', headers } = request;
    const route = routeOf(url);
    if (route !== undefined && untraced.has(route)) return;
    const requestId = requestIdOf(headers['x-request-id']);
    headers['x-request-id'] = requestId;
    const given = request.method ?? '';
    const method = knownMethods.has(given) ? given : undefined;
    const name = [method ?? 'HTTP', ...(route === undefined ? [] : [route])].join(' ');
    const span = tracer.start(name, contextOf(headers), { kind: 'server' });
    (request as TracedRequest)[spanKey] = span;
    // Most are not, where a part is recorded; and no sampler looks at attributes.
    if (!span.isRecorded) return;
    span.set({
      'http.request.method': method ?? '_OTHER',
      'http.route': route,
      'url.scheme': scheme,
      'network.protocol.version': request.httpVersion.replace(/^2\.0$/, '2'),
      'client.address': addressOf(request),
      'cuegate.request_id': requestId,
    });
    response.once('close', () => {
      const { statusCode: status, headersSent } = response;
      if (headersSent || status === 101) span.set({ 'http.response.status_code': status });
      if (headersSent && status >= 500) span.fail(String(status));
      span.end();
    });
  };
}

/** Node makes one text of several lines, which is no traceparent; so neither counts, as the standard wants it. */
function contextOf({ traceparent, tracestate }: IncomingMessage['headers']): TraceContext {
  return { traceparent: textOf(traceparent), tracestate: textOf(tracestate) };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

/** Begins the span of a call that has come by gRPC, by https://opentelemetry.io/docs/specs/semconv/rpc/grpc/. */
export function traceRpc(
  tracer: Pick<Tracer, 'start'>,
  { path, remoteAddress, requestId, context }: CalledMethod,
): TracedMethod {
  const span = tracer.start(path.slice(1), context, { kind: 'server' });
  if (!span.isRecorded) return { span, end: () => {} };
  const [, service = '', method = ''] = path.split('/');
  span.set({
    'rpc.system': 'grpc',
    'rpc.service': service,
    'rpc.method': method,
    'client.address': remoteAddress,
    'cuegate.request_id': requestId,
  });
  return {
    span,
    end: (status) => {
      span.set({ 'rpc.grpc.status_code': statusCode[status] });
      if (failsServer(status)) span.fail(status);
      span.end();
    },
  };
}

/** Compiles the routes of addresses: what is below a mount has the mount's. */
export function compileRouteOf(
  { restServices, grpcServices }: Pick<Snapshot, 'restServices' | 'grpcServices'>,
  { mounts, documents = {} }: Pick<Routes, 'mounts' | 'documents'>,
): RouteOf {
  // By Connect and gRPC-Web, more may be served than by REST.
  const services = [...restServices, ...grpcServices];
  const rpcs = services.flatMap(({ methods }) => methods.map(({ fullName }) => `/${fullName}`));
  const whole = new Set(['/', ...rpcs, ...Object.keys(documents)]);
  const above = [...untraced, ...Object.keys(mounts)];
  return (url) => {
    const [path = ''] = url.split('?', 1);
    return whole.has(path) ? path : above.find((mount) => path === mount || path.startsWith(`${mount}/`));
  };
}
