import { once } from 'node:events';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls';

import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';

import type { MethodDescriptor, ServiceDescriptor } from '../registry/descriptors.ts';

import { type ServeMethodOptions, serveMethod } from './serve-method.ts';

/** Which RPCs are served, and how. */
export interface ServedRpcs extends Pick<ServeMethodOptions, 'invokeOf' | 'isRead'> {
  /** The services whose unary RPCs are served; whatever is not among them is UNIMPLEMENTED. */
  readonly services: readonly ServiceDescriptor[];
  /** Every loaded file as an encoded `FileDescriptorProto`; asked for once. */
  readonly fileDescriptors: () => readonly Uint8Array[];
}

/** What the gRPC surface is made of, and what it serves first. */
export interface GrpcOptions extends ServedRpcs, ServeMethodOptions {
  /** Undefined: every interface. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** A Unix socket to listen on in place of host and port: the path of a file that is not there yet. */
  readonly socketPath?: string | undefined;
  /** What GRPC_TLS shows; undefined: plain text, which is all that pycue speaks. */
  readonly tls?: GrpcTls | undefined;
  /** The longest request message, in bytes. */
  readonly maxRequestBytes: number;
  /** How many connections there may be at a time; further ones are closed at once. */
  readonly maxConnections: number;
  /** How many calls one connection may have under way at a time; HTTP/2 makes further ones wait at the client. */
  readonly maxConcurrentStreams: number;
  /** After so long a connection is asked to end, so that clients spread over new gateways; undefined: never. */
  readonly maxConnectionAgeMs: number | undefined;
}

/** What the server shows of itself, and what it asks of others. */
export interface GrpcTls {
  /** PEM texts that are in force now. With `ca`, callers are asked for certificates of these authorities. */
  readonly context: () => Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>;
  /** Calls back when others are. */
  readonly onChange: (listener: () => void) => void;
  /** Whether whoever shows no certificate is turned away. */
  readonly isCertificateRequired: boolean;
}

/** A gRPC server that listens. */
export interface RunningGrpc {
  /** 0 of a Unix socket. */
  readonly port: number;
  /** What the standard health service says of the whole server. */
  readonly setServing: (isServing: boolean) => void;
  /** Serves calls that come from now on otherwise. Those that are under way end as they began. */
  readonly serve: (served: ServedRpcs) => void;
  /** Takes no new calls, and waits so long for those under way. */
  readonly close: (options: { readonly timeoutMs: number }) => Promise<void>;
}

/**
 * Serves RPCs by gRPC as Cuebot does, message bytes in and out: nothing here opens a message. With the standard health service
 * (https://github.com/grpc/grpc/blob/master/doc/health-checking.md) and server reflection. Rejects with the error of `listen` when the address cannot
 * be had.
 */
export async function createGrpc(options: GrpcOptions): Promise<RunningGrpc> {
  const { host, port, socketPath, tls, maxConnections, maxConnectionAgeMs } = options;
  const server = new Server({
    // Nobody asks its service for the counts of connections and calls; metrics have them.
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': options.maxRequestBytes,
    // Replies were measured on their way in.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': options.maxConcurrentStreams,
    ...(maxConnectionAgeMs !== undefined && {
      'grpc.max_connection_age_ms': maxConnectionAgeMs,
      // Longer than any call may take.
      'grpc.max_connection_age_grace_ms': 10 * 60_000,
    }),
    // Scripts that call once a minute keep their connection; machines that are gone do not.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  addServices(server, options, options);
  addReflection(server, options);
  let served: ServedRpcs = options;
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);

  // Sockets of our own, since grpc-js bounds streams and not connections.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const inject = (socket: Socket): void => {
    // HTTP/2 tells of broken connections by itself; until it has begun, nobody else listens.
    socket.on('error', () => socket.destroy());
    injector.injectConnection(socket);
  };
  const listener =
    tls === undefined ? createServer({ noDelay: true, keepAlive: true }, inject) : listenByTls(tls, inject);
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  listener.maxConnections = maxConnections;
  listener.listen(socketPath === undefined ? { port, ...(host !== undefined && { host }) } : { path: socketPath });
  await once(listener, 'listening');
  const address = listener.address() as AddressInfo | string;
  return {
    port: typeof address === 'string' ? 0 : address.port,
    setServing: (isServing) => health.setStatus('', isServing ? 'SERVING' : 'NOT_SERVING'),
    serve: (next) => {
      removeServices(server, served);
      addServices(server, next, options);
      if (!isSameList(next.services, served.services)) {
        for (const path of reflectionPaths) server.unregister(path);
        addReflection(server, next);
      }
      served = next;
    },
    close: async ({ timeoutMs }) => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      injector.drain(timeoutMs);
      const deadline = setTimeout(() => sockets.forEach((socket) => void socket.destroy()), timeoutMs);
      // A connection that never spoke is not known to HTTP/2, and would be waited for.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      await closed;
      clearTimeout(deadline);
      server.forceShutdown();
    },
  };
}

function addServices(server: Server, { services, invokeOf, isRead }: ServedRpcs, options: ServeMethodOptions): void {
  for (const { methods } of services) {
    const unary = methods.filter(isUnary);
    server.addService(
      Object.fromEntries(unary.map(({ name, fullName }) => [name, definitionOf(fullName)])) as ServiceDefinition,
      Object.fromEntries(unary.map((method) => [method.name, serveMethod(method, { ...options, invokeOf, isRead })])),
    );
  }
}

function removeServices(server: Server, { services }: ServedRpcs): void {
  for (const { methods } of services) for (const { fullName } of methods) server.unregister(`/${fullName}`);
}

function isUnary({ clientStreaming, serverStreaming }: MethodDescriptor): boolean {
  return !clientStreaming && !serverStreaming;
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

const reflectionPaths = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
);

/**
 * Tells tools such as grpcurl what is served (https://github.com/grpc/grpc/blob/master/doc/server-reflection.md), by v1 and v1alpha. It says
 * what anybody can read in OpenCue's protos, and asks for no token.
 */
function addReflection(server: Server, { services, fileDescriptors }: ServedRpcs): void {
  const fileDescriptorProtos = fileDescriptors().map((file) => Buffer.from(file));
  const definition = { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos };
  const served = services.map(({ fullName }) => fullName);
  new ReflectionService({ all: definition as never }, { services: served }).addToServer(server);
}

/** How long a handshake may take, in milliseconds. */
const handshakeTimeoutMs = 10_000;

/**
 * TLS is ours and not grpc-js's, whose server keeps the certificate that it began with, and asks for those of callers only where
 * each must have one. Whoever shows one that is not believed is turned away, and not taken for somebody without.
 */
function listenByTls(tls: GrpcTls, inject: (socket: Socket) => void): NetServer {
  const context = tls.context();
  const options = {
    ...context,
    ALPNProtocols: ['h2'],
    requestCert: context.ca !== undefined,
    rejectUnauthorized: tls.isCertificateRequired,
    handshakeTimeout: handshakeTimeoutMs,
    noDelay: true,
    keepAlive: true,
  };
  const server = createTlsServer(options, (socket) => {
    const hasShownOne = socket.getPeerX509Certificate() !== undefined;
    if (hasShownOne && !socket.authorized) socket.destroy();
    else inject(socket);
  });
  server.on('tlsClientError', (_, socket) => void socket.destroy());
  tls.onChange(() => server.setSecureContext(tls.context()));
  return server;
}

const bytes = (message: Buffer): Buffer => message;

function definitionOf(fullName: string): ServiceDefinition[string] {
  return {
    path: `/${fullName}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
}
