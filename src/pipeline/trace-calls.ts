import type { Span, SpanAttributes } from '../telemetry/span.ts';

import type { Call, Reply } from '../call/call.ts';
import { GatewayError, type Metadata } from '../call/gateway-error.ts';
import { failsServer } from '../call/server-failure.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';

import type { Interceptor } from './interceptor.ts';

/**
 * Tells each call as a span under the request or the operation that makes it, from before it is counted until its caller has the
 * answer. What is inside finds it at the call. Stands outermost; left out where nothing is traced.
 *
 * The attributes are those of https://opentelemetry.io/docs/specs/semconv/rpc/; nothing says who calls, or what about.
 */
export const traceCalls: Interceptor = (rpc) => {
  const { kind, lane } = rpc;
  const name = `call ${rpc.method.fullName}`;
  const known: SpanAttributes = { ...attributesOf(rpc), 'cuegate.kind': kind, 'cuegate.lane': lane };
  return (next) => (call) => {
    const { span: parent, surface, requestId } = call;
    // Of the caller's own words on the trace there is no use any more, and reads that differ by them alone may share one call.
    const metadata = withoutTrace(call.metadata);
    if (parent === undefined || !parent.isRecorded)
      return next(metadata === call.metadata ? call : { ...call, metadata });
    const attributes = { ...known, 'cuegate.surface': surface, 'cuegate.request_id': requestId };
    const span = parent.startChild(name, { attributes });
    return endWith(span, next({ ...call, metadata, span }), ({ status, origin, reason }) => {
      if (failsServer(status.name)) span.fail(status.name);
      if (origin !== 'upstream') span.set({ 'cuegate.reason': reason });
    });
  };
};

/**
 * Tells each time that a call is sent as a span, and says so to the upstream in its metadata. Stands next to the upstream; left
 * out where nothing is traced.
 *
 * @param endpoint how people know the Cuebot behind it
 */
export function traceUpstream(endpoint: string): Interceptor {
  const address = addressOf(endpoint);
  return (rpc) => {
    const known: SpanAttributes = { ...attributesOf(rpc), ...address };
    return (next) => (call) => {
      const { span: parent, notes } = call;
      if (parent === undefined) return next(call);
      // Not recorded, and the upstream is to know that, too.
      if (!parent.isRecorded) return next(withTrace(call, parent));
      const attributes = { ...known, 'cuegate.retry': notes?.isRetried };
      const span = parent.startChild(rpc.method.fullName, { kind: 'client', attributes });
      return endWith(span, next(withTrace(call, span)), ({ status }) => span.fail(status.name));
    };
  };
}

/** Ends a span with what it is about. */
function endWith(span: Span, reply: Promise<Reply>, onError: (error: GatewayError) => void): Promise<Reply> {
  return reply.then(
    (answer) => {
      span.set({ 'rpc.grpc.status_code': 0 });
      span.end();
      return answer;
    },
    (cause: unknown) => {
      const error = GatewayError.from(cause);
      span.set({ 'rpc.grpc.status_code': error.status.code });
      onError(error);
      span.end();
      throw cause;
    },
  );
}

function attributesOf({ method }: RpcFacts): SpanAttributes {
  const [service = ''] = method.fullName.split('/', 1);
  return { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method.name };
}

/** `cuebot:8443`, `dns:///cuebot:8443`, `[::1]:8443`; of another form it is told as it stands. */
function addressOf(endpoint: string): SpanAttributes {
  const [, host, port] = /^(?:(?:dns|ipv4|ipv6):(?:\/\/[^/]*\/)?)?\[?([^[\]/]+)\]?:(\d+)$/.exec(endpoint) ?? [];
  if (host === undefined) return { 'server.address': endpoint };
  return { 'server.address': host, 'server.port': Number(port) };
}

function withTrace(call: Call, span: Span): Call {
  return { ...call, metadata: [...call.metadata, ...span.toHeaders()] };
}

const traceKeys: ReadonlySet<string> = new Set(['traceparent', 'tracestate']);

/** By FORWARD_METADATA, callers' own metadata are sent; of these two the upstream gets what is true of this call. */
function withoutTrace(metadata: Call['metadata']): Metadata {
  return metadata.some(([key]) => traceKeys.has(key)) ? metadata.filter(([key]) => !traceKeys.has(key)) : metadata;
}
