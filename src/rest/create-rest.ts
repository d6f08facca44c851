import type { IncomingMessage, ServerResponse } from 'node:http';

import { JsonSyntaxError } from '../base/json-scanner.ts';
import { requestIdOf } from '../base/request-id.ts';
import { type Answer, sendAnswer } from '../base/send-answer.ts';
import type { Registry, ServiceDescriptor } from '../registry/descriptors.ts';
import { JsonError } from '../codec/json-error.ts';
import { ERROR_PREFIX, type JsonStyle } from '../codec/json-style.ts';
import { WireError } from '../codec/wire-error.ts';
import type { Invoke, Reply } from '../rpc/call.ts';
import { GatewayError, type Metadata } from '../rpc/gateway-error.ts';
import type { Identify } from '../rpc/identity.ts';

import { compileRoutes, type Route } from './compile-routes.ts';
import { decodePath } from './decode-path.ts';
import { forwardMetadata } from './forward-metadata.ts';
import { readOverriddenMethod } from './override-method.ts';
import { callerTimeoutMs } from './parse-timeout.ts';
import { readBody } from './read-body.ts';
import { compileErrorRenderer, type Progress } from './render-error.ts';
import { announceTrailer, renderHeader, renderTrailer } from './render-metadata.ts';

export interface RestOptions {
  readonly registry: Registry;
  /** The services that have routes. */
  readonly services: readonly ServiceDescriptor[];
  readonly style: JsonStyle;
  readonly invoke: Invoke;
  readonly identify: Identify;
  /** Whether request headers become metadata, as in grpc-gateway 2.30. Off, nothing that a client says does. */
  readonly forwardMetadata: boolean;
  /** The longest request body that is read; it is held in memory as a whole. */
  readonly maxBodyBytes: number;
}

const notFound = new GatewayError('NOT_FOUND', 'Not Found');
const methodNotAllowed = new GatewayError('UNIMPLEMENTED', 'Method Not Allowed');
const noMetadata: Metadata = Object.freeze([]);
const noBody = Buffer.alloc(0);

/**
 * The REST surface: `POST /<package>.<Service>/<Method>`, JSON in and out, byte for byte what OpenCue's Go gateway
 * answers. Returns the handler of one request; it never throws and never rejects.
 */
export function createRest(options: RestOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { registry, services, style, invoke, identify, maxBodyBytes } = options;
  const routes = compileRoutes(registry, services, style);
  const renderError = compileErrorRenderer(registry, style);
  const tooLarge = bodyTooLarge(maxBodyBytes);
  const metadataOf = options.forwardMetadata ? forwardMetadata : () => noMetadata;

  /** One request's life. The order decides which of several mistakes is answered. */
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let progress: Progress = 'before-rpc';
    try {
      const identified = identify({ authorization: request.headers.authorization });
      const identity = identified instanceof Promise ? await identified : identified;
      const overridden = readOverriddenMethod(request, response);
      const override = overridden === undefined ? undefined : await overridden;

      const route = routes.get(decodePath(request.url ?? ''));
      if (route === undefined) throw notFound;
      if ((override ?? request.method) !== 'POST') throw methodNotAllowed;
      const timeoutMs = callerTimeoutMs(request);
      const metadata = metadataOf(request);

      progress = acceptsTrailers(request) ? 'rpc-with-trailers' : 'rpc';
      // An override has read the body as a form, and left nothing for the message.
      const body = override === undefined ? await readBody(request, response, maxBodyBytes, tooLarge) : noBody;
      const reply = await invoke({
        method: route.method,
        request: decode(route, body),
        identity,
        surface: 'rest',
        metadata,
        timeoutMs,
        signal: abortWhenGone(response),
        requestId: requestIdOf(request.headers['x-request-id']),
      });
      sendAnswer(response, encode(route, reply, progress, style));
    } catch (error) {
      const failure = GatewayError.from(error);
      // What is left of a body that was refused unread is not waited for.
      if (failure.reason === 'BODY_TOO_LARGE') response.shouldKeepAlive = false;
      sendAnswer(response, renderError(failure, progress));
    }
  };
  return (request, response) => {
    void answer(request, response);
  };
}

function decode(route: Route, body: Uint8Array): Uint8Array {
  try {
    return route.decode(body);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof JsonError)) throw error;
    throw new GatewayError('INVALID_ARGUMENT', error.message, { reason: 'BAD_BODY', cause: error });
  }
}

/** The answer of a reply. A reply that has no JSON form is an error, in which the metadata still arrives. */
function encode(route: Route, reply: Reply, progress: Progress, style: JsonStyle): Answer {
  let body: Buffer;
  try {
    body = route.encode(reply.message);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw badReply(error, reply, style);
  }
  const trailer = progress === 'rpc-with-trailers' ? reply.trailer : undefined;
  const fields = `Content-Type: application/json\r\n${renderHeader(reply.header)}`;
  if (trailer === undefined) return { status: '200 OK', fields, body };
  return { status: '200 OK', fields: fields + announceTrailer(trailer), body, trailers: renderTrailer(trailer) };
}

function badReply(error: WireError, { header, trailer }: Reply, style: JsonStyle): GatewayError {
  const text = error.kind === 'invalid-utf8' ? error.message : ERROR_PREFIX[style] + error.message;
  if (error.kind === 'unmarshalable') {
    // grpc-gateway has written the metadata when it finds out, and writes it again with the error.
    return new GatewayError('UNKNOWN', text, {
      reason: 'BAD_REPLY',
      header: [...header, ...header],
      trailer,
      cause: error,
    });
  }
  const message = `grpc: failed to unmarshal the received message: ${text}`;
  return new GatewayError('INTERNAL', message, { reason: 'BAD_REPLY', header, trailer, cause: error });
}

/** Whether the client takes trailers: the word anywhere in `TE`, as grpc-gateway looks for it. */
function acceptsTrailers({ headers }: IncomingMessage): boolean {
  const { te } = headers;
  return typeof te === 'string' && te.toLowerCase().includes('trailers');
}

/** The status by which gRPC refuses a message that is too large; it keeps the 400s for bodies that are wrong. */
function bodyTooLarge(maxBytes: number): GatewayError {
  return new GatewayError('RESOURCE_EXHAUSTED', `the request body is longer than ${maxBytes} bytes`, {
    reason: 'BODY_TOO_LARGE',
  });
}

/** A signal that fires when the connection closes before the answer is out. */
function abortWhenGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
