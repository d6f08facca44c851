import {
  type handleUnaryCall,
  Metadata as GrpcMetadata,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';

import { answerableError } from '../call/answerable-error.ts';
import { type CallSignal, Departure } from '../call/call-signal.ts';
import type { Call, InvokeOf } from '../call/call.ts';
import { GatewayError, type Metadata } from '../call/gateway-error.ts';
import type { IdentifyPeer, PeerCredentials } from '../call/identity.ts';
import type { StatusName } from '../call/status.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';

import { certificateNames } from './certificate-names.ts';

/** What serving a method takes. */
export interface ServeMethodOptions {
  readonly invokeOf: InvokeOf;
  readonly identify: IdentifyPeer;
  /** Whether an RPC changes nothing. */
  readonly isRead: (method: MethodDescriptor) => boolean;
  /** Whether callers' metadata go upstream. Off, nothing that a client says does. */
  readonly forwardMetadata: boolean;
  /** The id of a request, by what its caller offers as `x-request-id`. */
  readonly requestIdOf: (offered: string | undefined) => string;
  /** Told of each call how it ended. */
  readonly onEnded?: ((call: EndedCall) => void) | undefined;
  /** Begins to trace a call; undefined: nothing is traced. */
  readonly trace?: ((call: CalledMethod) => TracedMethod) | undefined;
}

/** A call that is to be traced. */
export interface CalledMethod extends Pick<EndedCall, 'path' | 'remoteAddress' | 'requestId'> {
  /** What its caller says of the trace that it belongs to. */
  readonly context: { readonly traceparent: string | undefined; readonly tracestate: string | undefined };
}

/** A call that is traced. */
export interface TracedMethod {
  readonly span: NonNullable<Call['span']>;
  readonly end: (status: StatusName) => void;
}

/** A call that was answered. */
export interface EndedCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly status: StatusName;
  readonly durationMs: number;
  readonly remoteAddress: string | undefined;
  readonly requestId: string;
}

type UnaryCall = ServerUnaryCall<Buffer, Buffer>;

/** Compiles the handler of one unary RPC: its bytes become a call, and the reply's bytes its answer. */
export function serveMethod(
  method: MethodDescriptor,
  { invokeOf, identify, isRead: readOf, forwardMetadata, requestIdOf, onEnded, trace }: ServeMethodOptions,
): handleUnaryCall<Buffer, Buffer> {
  const invoke = invokeOf(method);
  const isRead = readOf(method);
  const path = `/${method.fullName}`;
  const serve = async (call: UnaryCall, callback: sendUnaryData<Buffer>): Promise<void> => {
    let end: ((status: StatusName) => void) | undefined;
    let traced: TracedMethod | undefined;
    try {
      const { metadata } = call;
      const requestId = requestIdOf(textOf(metadata, 'x-request-id'));
      const credentials = credentialsOf(call, path, requestId);
      if (onEnded !== undefined) end = watch(credentials, onEnded);
      const { remoteAddress } = credentials;
      traced = trace?.({ path, remoteAddress, requestId, context: traceContextOf(metadata) });
      const identified = identify(credentials);
      const identity = identified instanceof Promise ? await identified : identified;
      const reply = await invoke({
        method,
        request: call.request,
        identity,
        surface: 'grpc',
        metadata: forwardMetadata ? readMetadata(metadata) : noMetadata,
        timeoutMs: timeoutOf(call),
        signal: departureOf(call),
        span: traced?.span,
        requestId,
        peer: credentials.remoteAddress,
      });
      if (reply.header.length > 0) call.sendMetadata(writeMetadata(reply.header));
      callback(null, reply.message as Buffer, writeTrailer(reply.trailer));
      end?.('OK');
      traced?.end('OK');
    } catch (error) {
      const told = answerableError(GatewayError.from(error), isRead);
      const { status, message, header, trailer, statusDetails } = told;
      if (header.length > 0) call.sendMetadata(writeMetadata(header));
      const metadata = writeMetadata(trailer);
      if (statusDetails !== undefined) metadata.set('grpc-status-details-bin', Buffer.from(statusDetails));
      callback({ code: status.code, details: message, metadata });
      end?.(status.name);
      traced?.end(status.name);
    }
  };
  return (call, callback) => void serve(call, callback);
}

function watch(
  { path, remoteAddress, requestId }: PeerCredentials,
  onEnded: (call: EndedCall) => void,
): (status: StatusName) => void {
  const startedAt = performance.now();
  return (status) => onEnded({ path, status, durationMs: performance.now() - startedAt, remoteAddress, requestId });
}

/** One of each at most: of several, nobody knows which one is meant. */
function traceContextOf(metadata: GrpcMetadata): CalledMethod['context'] {
  const [traceparent, second] = metadata.get('traceparent').map(String);
  return {
    traceparent: second === undefined ? traceparent : undefined,
    tracestate: metadata.get('tracestate').join(',') || undefined,
  };
}

const noMetadata: Metadata = Object.freeze([]);

/** What the protocol and this gateway keep to themselves; everything else is the caller's metadata. */
const reserved = /^(?:grpc-|accept-encoding$|authorization$|content-|host$|te$|user-agent$|x-api-key$)/;

function readMetadata(metadata: GrpcMetadata): Metadata {
  return Object.entries(metadata.toJSON()).flatMap(([key, values]) =>
    reserved.test(key) ? [] : values.map((value) => [key, value] as const),
  );
}

/** How long the caller is willing to wait; undefined: it set no deadline. */
function timeoutOf(call: UnaryCall): number | undefined {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
}

function departureOf(call: UnaryCall): CallSignal {
  const departure = new Departure();
  if (call.cancelled) departure.abort();
  else call.once('cancelled', () => departure.abort());
  return departure;
}

function credentialsOf(call: UnaryCall, path: string, requestId: string): PeerCredentials {
  const { metadata } = call;
  const { sslPeerCertificate } = call.getAuthContext();
  return {
    authorization: textOf(metadata, 'authorization'),
    isAmbiguous: metadata.get('authorization').length > 1,
    apiKey: textOf(metadata, 'x-api-key'),
    remoteAddress: withoutPort(call.getPeer()),
    certificateNames: certificateNames(sslPeerCertificate?.subjectaltname),
    requestId,
    path,
  };
}

function textOf(metadata: GrpcMetadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** grpc-js writes `127.0.0.1:5000`, `[::1]:5000` or `::ffff:127.0.0.1:5000`, and `unknown` for a connection that is gone. */
function withoutPort(peer: string): string | undefined {
  const end = peer.lastIndexOf(':');
  if (end < 0) return undefined;
  return peer
    .slice(0, end)
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
}

/** grpc-js pads binary values, which gRPC wants read and not written (PROTOCOL-HTTP2.md, "Binary-Header"). */
class UnpaddedMetadata extends GrpcMetadata {
  /** grpc-js sends a copy. */
  override clone(): GrpcMetadata {
    const copy = new UnpaddedMetadata(this.getOptions());
    copy.merge(this);
    return copy;
  }

  override toHttp2Headers(): ReturnType<GrpcMetadata['toHttp2Headers']> {
    const headers = super.toHttp2Headers();
    for (const [key, values] of Object.entries(headers)) {
      if (key.endsWith('-bin')) headers[key] = [values].flat().map((value) => String(value).replace(/=+$/, ''));
    }
    return headers;
  }
}

/**
 * The trailer of a call that went well. grpc-js says so in words, too (`grpc-message: OK`), which other servers do not; a field
 * that is undefined is not sent. An interceptor of grpc-js could leave the words out, at a twentieth of what a small call costs.
 */
class SilentMetadata extends UnpaddedMetadata {
  override clone(): GrpcMetadata {
    const copy = new SilentMetadata(this.getOptions());
    copy.merge(this);
    return copy;
  }

  override toHttp2Headers(): ReturnType<GrpcMetadata['toHttp2Headers']> {
    return { ...super.toHttp2Headers(), 'grpc-message': undefined } as never;
  }
}

function writeTrailer(entries: Metadata): GrpcMetadata {
  return addEntries(new SilentMetadata(), entries);
}

function writeMetadata(entries: Metadata): GrpcMetadata {
  return addEntries(new UnpaddedMetadata(), entries);
}

function addEntries(metadata: GrpcMetadata, entries: Metadata): GrpcMetadata {
  for (const [key, value] of entries) metadata.add(key, typeof value === 'string' ? value : Buffer.from(value));
  return metadata;
}
