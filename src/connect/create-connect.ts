import type { IncomingMessage, ServerResponse } from 'node:http';

import { answerableError } from '../call/answerable-error.ts';
import { departureOf } from '../call/call-signal.ts';
import type { Call, Invoke, InvokeOf, Reply } from '../call/call.ts';
import { compileChallenge, type FormatChallenge } from '../call/challenge.ts';
import { callerGone, GatewayError, type Metadata } from '../call/gateway-error.ts';
import type { IdentifyRequest } from '../call/identity.ts';
import { pauseBetweenSlices } from '../clock/time-slices.ts';
import { JsonError } from '../codec/json/json-error.ts';
import { JsonSyntaxError } from '../codec/json/json-scanner.ts';
import { compileJsonToWireInSlices, compileWireToJsonInSlices } from '../codec/json/in-slices.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import type { AddressOf } from '../http/client-address.ts';
import { readBody } from '../http/read-body.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { MethodDescriptor, Registry, ServiceDescriptor } from '../registry/descriptors.ts';

import { createReplyRoom, createTurns, noRoomForBody, type ReplyRoom } from '../rest/reply-room.ts';

import { compressMessage, decompressMessage } from './compress-message.ts';
import { connectProtocol, readConnectQuery } from './connect-protocol.ts';
import { grpcWebProtocol } from './grpc-web-protocol.ts';
import { readMetadata } from './http-metadata.ts';
import type { Protocol, ProtocolAnswer, RequestHead } from './protocol.ts';

/** What the surface of Connect and gRPC-Web is made of. */
export interface ConnectOptions {
  readonly registry: Registry;
  /** The services whose unary RPCs are served. */
  readonly services: readonly ServiceDescriptor[];
  /** Whether an RPC changes nothing, so that GET may ask for it. */
  readonly isRead: (method: MethodDescriptor) => boolean;
  readonly invokeOf: InvokeOf;
  readonly identify: Readonly<Record<Call['surface'] & ('connect' | 'grpc-web'), IdentifyRequest>>;
  readonly addressOf: AddressOf;
  /** How callers are told what their credentials lack; without metadata when not given. */
  readonly challenge?: FormatChallenge;
  /** Whether request headers become metadata. Off, nothing that a client says does. */
  readonly forwardMetadata: boolean;
  /** The longest request message, in bytes, before and after decompression. */
  readonly maxBodyBytes: number;
  /** What may be held in memory for all callers together. */
  readonly budget: ByteBudget;
  /** Counts a request that was refused before it could be a call, by its reason. */
  readonly onRefused: (reason: string) => void;
  /** What a request is traced under; undefined: nothing is. */
  readonly spanOf?: ((request: IncomingMessage) => Call['span']) | undefined;
}

/** Answers requests of Connect and gRPC-Web, and leaves all others to whoever serves the same routes in another way. */
export interface Connect {
  /** Whether a request is marked as one of these protocols, by its headers or its query alone. */
  readonly handles: (request: IncomingMessage) => boolean;
  /** Answers a request that it handles; never throws and never rejects. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

interface Route {
  readonly method: MethodDescriptor;
  readonly invoke: Invoke;
  readonly isRead: boolean;
  readonly room: ReplyRoom;
  readonly decodeJson: ReturnType<typeof compileJsonToWireInSlices>;
  readonly encodeJson: ReturnType<typeof compileWireToJsonInSlices>;
}

/** The unary protocols that pages and generated clients speak, on paths like REST's. */
export function createConnect(options: ConnectOptions): Connect {
  const {
    registry,
    services,
    isRead,
    invokeOf,
    identify,
    addressOf,
    forwardMetadata,
    maxBodyBytes,
    budget,
    onRefused,
    spanOf,
  } = options;
  const formatChallenge = options.challenge ?? compileChallenge(undefined);
  const turn = createTurns();
  const routes = new Map(
    services.flatMap(({ methods }) =>
      methods.map((method): [string, Route] => [
        `/${method.fullName}`,
        {
          method,
          invoke: invokeOf(method),
          isRead: isRead(method),
          room: createReplyRoom(isRead(method), turn),
          decodeJson: compileJsonToWireInSlices(method.input, registry, 'compact'),
          encodeJson: compileWireToJsonInSlices(method.output, registry, 'compact'),
        },
      ]),
    ),
  );
  const reading = {
    maxBytes: maxBodyBytes,
    tooLong: () => tooLong(maxBodyBytes),
    gone: callerGone,
    noRoom: noRoomForBody,
  };

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    protocol: Protocol,
  ): Promise<ProtocolAnswer> => {
    let head: RequestHead | undefined;
    let route: Route | undefined;
    try {
      const requestId = requestIdOf(request.headers['x-request-id']);
      const query = protocol === connectProtocol && request.method === 'GET' ? queryOf(request) : undefined;
      const asked = query === undefined ? undefined : readConnectQuery(query, request.headers);
      head = asked?.head ?? protocol.readHead(request.headers);
      const identified = identify[head.surface](request, requestId);
      const identity = identified instanceof Promise ? await identified : identified;

      const hold = budget.open(response);
      hold.assign(identity.subject);

      route = routes.get(pathOf(request));
      if (route === undefined || isStreaming(route.method)) throw unknownRpc(pathOf(request));
      if (asked === undefined && request.method !== 'POST') throw notAllowed();
      if (asked !== undefined && !route.isRead) throw notAllowed();
      const body = asked?.body ?? (await readBody(request, response, { ...reading, take: hold.take }));
      const message = await messageOf(body, head, protocol, maxBodyBytes);
      await route.room.beforeCall(hold);
      const reply = await route.invoke({
        method: route.method,
        request: head.codec === 'proto' ? message : await decode(message, route),
        identity,
        surface: head.surface,
        metadata: forwardMetadata ? readMetadata(request) : noMetadata,
        timeoutMs: head.timeoutMs,
        signal: departureOf(response),
        span: spanOf?.(request),
        requestId,
        peer: addressOf(request),
        ...idempotencyKeyOf(request),
      });
      const { byteLength } = reply.message;
      await route.room.beforeEncoding(hold, byteLength);
      const answered = protocol.formatReply(await encode(reply, head, route), head);
      route.room.encoded(hold, byteLength, answered.body.length);
      return answered;
    } catch (error) {
      const failure = answerableError(GatewayError.from(error), route?.isRead ?? true);
      // What is left of a body that was refused unread is not waited for.
      if (failure.reason === 'BODY_TOO_LARGE' || failure.reason === 'BODY_BUFFERS_FULL')
        response.shouldKeepAlive = false;
      if (failure.reason.endsWith('BUFFERS_FULL')) onRefused(failure.reason);
      const { challenge } = failure;
      return protocol.formatError(failure, head, challenge === undefined ? undefined : formatChallenge(challenge));
    }
  };
  return {
    handles: (request) => protocolOf(request) !== undefined,
    handle: (request, response) => {
      const protocol = protocolOf(request) ?? connectProtocol;
      void answer(request, response, protocol).then(({ status, headers, body }) => {
        response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
      });
    },
  };
}

const noMetadata: Metadata = Object.freeze([]);

/** By marks that no client of the Go gateway sets, so that nothing changes for those. */
function protocolOf({ method, url = '', headers }: IncomingMessage): Protocol | undefined {
  const type = headers['content-type'] ?? '';
  if (/^application\/grpc-web(?:[-+;\s]|$)/i.test(type)) return grpcWebProtocol;
  if (headers['connect-protocol-version'] !== undefined) return connectProtocol;
  if (/^application\/proto\s*(?:;|$)/i.test(type)) return connectProtocol;
  return method === 'GET' && /[?&]connect=v1(?:&|$)/.test(url) ? connectProtocol : undefined;
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.slice(pathOf({ url } as IncomingMessage).length));
}

function isStreaming({ clientStreaming, serverStreaming }: MethodDescriptor): boolean {
  return clientStreaming || serverStreaming;
}

async function messageOf(body: Buffer, head: RequestHead, protocol: Protocol, maxBytes: number): Promise<Buffer> {
  const { message, isCompressed } = protocol.readMessage(body, head);
  return isCompressed ? decompressMessage(message, maxBytes) : message;
}

async function decode(message: Buffer, { decodeJson }: Route): Promise<Uint8Array> {
  try {
    return await decodeJson(message, pauseBetweenSlices());
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof JsonError)) throw error;
    throw new GatewayError('INVALID_ARGUMENT', error.message, { reason: 'BAD_BODY', cause: error });
  }
}

async function encode({ message, header, trailer }: Reply, head: RequestHead, { encodeJson }: Route) {
  const encoded =
    head.codec === 'json'
      ? await encodeJson(message, pauseBetweenSlices())
      : Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return { ...(await compressMessage(encoded, head.acceptsGzip)), header, trailer };
}

function idempotencyKeyOf({ headers }: IncomingMessage): Pick<Call, 'idempotencyKey'> {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? { idempotencyKey: key } : {};
}

function unknownRpc(path: string): GatewayError {
  return new GatewayError('UNIMPLEMENTED', `there is no unary RPC at ${path.slice(0, 200)}`, { reason: 'UNKNOWN_RPC' });
}

function notAllowed(): GatewayError {
  return new GatewayError('UNIMPLEMENTED', 'send this RPC by POST: GET is for RPCs that change nothing', {
    reason: 'METHOD_NOT_ALLOWED',
  });
}

function tooLong(maxBytes: number): GatewayError {
  return new GatewayError('RESOURCE_EXHAUSTED', `the request body is longer than ${maxBytes} bytes`, {
    reason: 'BODY_TOO_LARGE',
  });
}
