import type { IncomingMessage, ServerResponse } from 'node:http';

import { giveBackJson, isLent } from '../codec/json/json-buffers.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import type { AddressOf } from '../http/client-address.ts';
import { readBody } from '../http/read-body.ts';
import { requestIdOf } from '../http/request-id.ts';
import { compileChallenge, type FormatChallenge } from '../call/challenge.ts';
import { departureOf } from '../call/call-signal.ts';
import { callerGone, GatewayError, type Metadata } from '../call/gateway-error.ts';
import type { Call } from '../call/call.ts';
import type { IdentifyRequest } from '../call/identity.ts';

import { decodePath } from './clean-path.ts';
import { compileRoutes, type RoutesOptions } from './compile-routes.ts';
import { forwardMetadata } from './forward-metadata.ts';
import { readOverriddenMethod } from './override-method.ts';
import { callerTimeoutMs } from './parse-timeout.ts';
import { compileErrorRenderer, type Progress } from './render-error.ts';
import { noRoomForBody } from './reply-room.ts';
import { type Body, sendAnswer } from './send-answer.ts';
import { compileSendCompressed } from './send-compressed.ts';

/** What the REST surface is made of. */
export interface RestOptions extends RoutesOptions {
  readonly identify: IdentifyRequest;
  readonly addressOf: AddressOf;
  /** How callers are told what their credentials lack; without metadata when not given. */
  readonly challenge?: FormatChallenge;
  /** Whether request headers become metadata, as in grpc-gateway 2.30. Off, nothing that a client says does. */
  readonly forwardMetadata: boolean;
  /** The longest request body that is read; it is held in memory as a whole. */
  readonly maxBodyBytes: number;
  /** What may be held in memory for all callers together. */
  readonly budget: ByteBudget;
  /** Whether long answers are compressed for clients that take it; the Go gateway never does, and neither do we when not given. */
  readonly isCompressed?: boolean;
  /** Counts a request that was refused before it could be a call, by its reason. */
  readonly onRefused: (reason: string) => void;
  /** What a request is traced under; undefined: nothing is. */
  readonly spanOf?: ((request: IncomingMessage) => Call['span']) | undefined;
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
  const { identify, addressOf, maxBodyBytes, budget, onRefused, spanOf } = options;
  const routes = compileRoutes(options);
  const renderError = compileErrorRenderer(
    options.registry,
    options.style,
    options.challenge ?? compileChallenge(undefined),
  );
  const reading = {
    maxBytes: maxBodyBytes,
    tooLong: () => bodyTooLong(maxBodyBytes),
    gone: callerGone,
    noRoom: noRoomForBody,
  };
  const send = options.isCompressed === true ? compileSendCompressed(budget) : sendAnswer;
  const metadataOf = options.forwardMetadata ? forwardMetadata : () => noMetadata;

  /** One request's life. The order decides which of several mistakes is answered. */
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let progress: Progress = 'before-rpc';
    try {
      const requestId = requestIdOf(request.headers['x-request-id']);
      const identified = identify(request, requestId);
      const identity = identified instanceof Promise ? await identified : identified;
      const hold = budget.open(response);
      hold.assign(identity.subject);
      const overridden = readOverriddenMethod(request, response);
      const override = overridden === undefined ? undefined : await overridden;

      const respond = routes.get(decodePath(request.url ?? ''));
      if (respond === undefined) throw notFound;
      if ((override ?? request.method) !== 'POST') throw methodNotAllowed;
      const timeoutMs = callerTimeoutMs(request);
      const metadata = metadataOf(request);

      progress = acceptsTrailers(request) ? 'rpc-with-trailers' : 'rpc';
      // An override has read the body as a form, and left nothing for the message.
      const body = override === undefined ? await readBody(request, response, { ...reading, take: hold.take }) : noBody;
      const answered = await respond({
        identity,
        requestId,
        peer: addressOf(request),
        idempotencyKey: idempotencyKeyOf(request),
        body,
        metadata,
        timeoutMs,
        signal: departureOf(response),
        span: spanOf?.(request),
        progress,
        hold,
        response,
      });
      if (answered !== undefined) {
        send(response, answered);
        giveBackWhenSent(response, answered.body);
      }
    } catch (error) {
      const failure = GatewayError.from(error);
      // What is left of a body that was refused unread is not waited for.
      if (failure.reason === 'BODY_TOO_LARGE' || failure.reason === 'BODY_BUFFERS_FULL')
        response.shouldKeepAlive = false;
      if (failure.reason.endsWith('BUFFERS_FULL')) onRefused(failure.reason);
      const answer = renderError(failure, progress);
      send(response, failure.reason === 'BODY_BUFFERS_FULL' ? { ...answer, status: 413 } : answer);
    }
  };
  return (request, response) => {
    void answer(request, response);
  };
}

/**
 * Lends the memory of a body to other texts when the last of it is with the operating system. That is `finish`, and not `close`:
 * of an answer that is cut off, nobody knows who still reads it.
 */
function giveBackWhenSent(response: ServerResponse, body: Body): void {
  if (body instanceof Uint8Array && isLent(body)) response.once('finish', () => giveBackJson(body));
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/; node joins several of them by a comma. */
function idempotencyKeyOf({ headers }: IncomingMessage): string | undefined {
  return headers['idempotency-key'] as string | undefined;
}

/** Whether the client takes trailers: the word anywhere in `TE`, as grpc-gateway looks for it. */
function acceptsTrailers({ headers }: IncomingMessage): boolean {
  const { te } = headers;
  return typeof te === 'string' && te.toLowerCase().includes('trailers');
}

/** The status by which gRPC refuses a message that is too large; it keeps the 400s for bodies that are wrong. */
function bodyTooLong(maxBytes: number): GatewayError {
  return new GatewayError('RESOURCE_EXHAUSTED', `the request body is longer than ${maxBytes} bytes`, {
    reason: 'BODY_TOO_LARGE',
  });
}
