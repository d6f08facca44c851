import type { sendUnaryData, ServerUnaryCall, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';

import type { CallRecorder } from './call-recorder.ts';
import { CuebotError, refusedValue } from './cuebot-error.ts';
import type { ProtocolMethod } from './load-protocol.ts';
import type { Message } from './message-codec.ts';
import { decodeMessage, encodeMessage, holdsNul } from './message-codec.ts';
import type { RpcHandler } from './rpc-handler.ts';

// grpc.max_message_bytes of a stock Cuebot. Replies have no limit there, and none here.
const MAX_REQUEST_BYTES = 100 * 1024 * 1024;
const REPLY_CACHE_ENTRIES = 256;

/** What the wire needs to know of the farm behind it. */
export interface RpcServerOptions {
  /** The methods this server knows of; it has never heard of any other. */
  readonly methods: readonly ProtocolMethod[];
  /** Handlers by `pkg.Service/Method`. A declared method without one answers UNIMPLEMENTED, in the demo's own words. */
  readonly handlers: ReadonlyMap<string, RpcHandler>;
  readonly recorder: CallRecorder;
  /** Milliseconds to wait before a call is looked at. */
  readonly latencyMs: (method: string) => number;
  /** Changes whenever a reply to the same request could differ; undefined switches the reply cache off. */
  readonly stateKey: (() => string) | undefined;
}

type Answer = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => void;

/** Builds the gRPC server: bytes in, bytes out, one entry for every method of the interface. */
export function createRpcServer(options: RpcServerOptions): Server {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': -1,
  });
  const replies = createReplyCache(options.stateKey);
  // grpc-js does not care that these are several services: it only knows paths.
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const method of options.methods) {
    definition[method.name] = byteMethod(method);
    implementation[method.name] = compileAnswer(method, options, replies);
  }
  server.addService(definition, implementation);
  return nameUnknownMethods(server);
}

/** Binds the server and resolves with the port, which matters when 0 was asked for. Rejects when the port is taken. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error
        ? reject(
            new Error(`demo Cuebot: cannot listen on ${host}:${port} (${error.message}); choose another port, or 0`),
          )
        : resolve(bound),
    );
  });
}

/**
 * Makes the server refuse an unknown path in grpc-java's words. grpc-js has its own, and no hook for others, so this
 * replaces the private lookup; delete it when the server offers a fallback handler.
 */
function nameUnknownMethods(server: Server): Server {
  const lookup: (path: string) => object | null = Reflect.get(server, '_retrieveHandler').bind(server);
  const refuse: Answer = (call, callback) => {
    callback({ code: status.UNIMPLEMENTED, details: `Method not found: ${call.getPath().slice(1)}` });
  };
  Reflect.set(server, '_retrieveHandler', (path: string) => {
    return lookup(path) ?? { type: 'unary', path, func: refuse, serialize: keepBytes, deserialize: keepBytes };
  });
  return server;
}

function byteMethod(method: ProtocolMethod): ServiceDefinition[string] {
  return {
    path: `/${method.name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: keepBytes,
    requestDeserialize: keepBytes,
    responseSerialize: keepBytes,
    responseDeserialize: keepBytes,
  };
}

function keepBytes(bytes: Buffer): Buffer {
  return bytes;
}

function compileAnswer(method: ProtocolMethod, options: RpcServerOptions, replies: ReplyCache): Answer {
  const handler = options.handlers.get(method.name);
  const { recorder, latencyMs } = options;
  const answer = async (bytes: Buffer): Promise<Buffer> => {
    const wait = latencyMs(method.name);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (!handler) throw new CuebotError(status.UNIMPLEMENTED, `the demo Cuebot does not play ${method.name}`);
    const key = replies.keyOf(method, bytes);
    const cached = replies.get(key);
    if (cached) return cached;
    const reply = encodeMessage(method.responseType, await handler(decodeRequest(method, bytes) as never));
    replies.set(key, reply);
    return reply;
  };
  return (call, callback) => {
    recorder.record(method, call.request, call.metadata);
    answer(call.request).then(
      (reply) => callback(null, reply),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

function decodeRequest(method: ProtocolMethod, bytes: Buffer): Message {
  let request: Message;
  try {
    request = decodeMessage(method.requestType, bytes);
  } catch {
    // grpc-java fails in the marshaller, before any servant or interceptor could describe it: UNKNOWN without a text.
    throw new CuebotError(status.UNKNOWN, '');
  }
  // No string with a NUL comes without a zero byte in the request, and most requests have none at all.
  if (bytes.includes(0) && holdsNul(request)) {
    throw refusedValue(`SELECT /* ${method.name} */ ?`, 'invalid byte sequence for encoding "UTF8": 0x00');
  }
  return request;
}

function toStatus(error: unknown): { code: number; details: string } {
  if (error instanceof CuebotError) return { code: error.code, details: error.message };
  return {
    code: status.INTERNAL,
    details: `the demo Cuebot failed: ${error instanceof Error ? error.message : error}`,
  };
}

interface ReplyCache {
  /** Names a request in the present state of the farm; undefined when its reply must not be kept. */
  keyOf(method: ProtocolMethod, request: Buffer): string | undefined;
  get(key: string | undefined): Buffer | undefined;
  set(key: string | undefined, reply: Buffer): void;
}

/** Encoding a list of a thousand frames costs milliseconds; while nothing changed, its bytes are still the answer. */
function createReplyCache(stateKey: (() => string) | undefined): ReplyCache {
  const replies = new Map<string, Buffer>();
  return {
    keyOf(method, request) {
      if (!stateKey || !/^(Get|Find|Is)/.test(method.method)) return undefined;
      return `${stateKey()} ${method.name} ${request.toString('latin1')}`;
    },
    get: (key) => (key === undefined ? undefined : replies.get(key)),
    set(key, reply) {
      if (key === undefined) return;
      if (replies.size >= REPLY_CACHE_ENTRIES) replies.clear();
      replies.set(key, reply);
    },
  };
}
