import { Client, type ClientUnaryCall, connectivityState, credentials, Metadata as GrpcMetadata } from '@grpc/grpc-js';

import type { ReflectionTransport } from '../registry/sources/load-by-reflection.ts';

import type { Call, Invoke, Reply } from '../call/call.ts';
import { GatewayError, type Metadata } from '../call/gateway-error.ts';

import { readMetadata } from './read-metadata.ts';
import { createReflectionTransport } from './reflection-transport.ts';
import { translateError } from './translate-error.ts';

/** Which Cuebot, and what may come from it. */
export interface UpstreamOptions {
  /** `host:port`, or any target that gRPC resolves (`dns:///host:port`). */
  readonly endpoint: string;
  /** The largest reply that is accepted, in bytes. */
  readonly maxReceiveBytes: number;
}

/** One Cuebot: bytes in, bytes out. */
export interface Upstream {
  readonly invoke: Invoke;
  /** How the registry asks this server for its protos. */
  readonly reflect: ReflectionTransport;
  /** Whether there is a connection now; asking for it begins to make one. */
  readonly isConnected: () => boolean;
  readonly close: () => void;
}

/**
 * Opens a channel (lazily: nothing is dialled before the first call). Plain text, as Cuebot speaks it.
 *
 * No keepalive pings: Cuebot closes a connection at the third ping within five minutes (`too_many_pings`).
 */
export function createUpstream({ endpoint, maxReceiveBytes }: UpstreamOptions): Upstream {
  const client = new Client(endpoint, credentials.createInsecure(), {
    'grpc.max_receive_message_length': maxReceiveBytes,
    // The pipeline measures requests before they get here.
    'grpc.max_send_message_length': -1,
    // A proxy from the environment is meant for the web, never for the farm's own network.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    // A call that was sent is never sent again: it may have been carried out.
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.client_idle_timeout_ms': 2 ** 31 - 1,
    'grpc.use_local_subchannel_pool': 1,
    // Lists come as megabytes; HTTP/2's default window of 64 KiB would make each one wait for a dozen round trips.
    'grpc-node.flow_control_window': 8 * 1024 * 1024,
  });
  return {
    invoke: (call) => invoke(client, call),
    reflect: createReflectionTransport(client),
    isConnected: () => client.getChannel().getConnectivityState(true) === connectivityState.READY,
    close: () => client.close(),
  };
}

/** The serializer of a message that is bytes already. */
const identity = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function invoke(client: Client, call: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let header: GrpcMetadata | undefined;
    let message: Buffer | undefined;
    const cancel = () => started.cancel();
    const end = () => call.signal.removeEventListener('abort', cancel);
    let started: ClientUnaryCall;
    try {
      started = client.makeUnaryRequest<Uint8Array, Buffer>(
        `/${call.method.fullName}`,
        identity,
        identity as (bytes: Buffer) => Buffer,
        call.request,
        writeMetadata(call.metadata),
        call.deadlineAt === undefined ? {} : { deadline: call.deadlineAt },
        (error, received) => {
          message = received;
          if (error === null) return;
          end();
          reject(translateError(error, header));
        },
      );
    } catch (error) {
      return reject(GatewayError.from(error));
    }
    started.on('metadata', (metadata: GrpcMetadata) => {
      header = metadata;
    });
    // Comes after the callback, and only it carries the trailer of a call that went well.
    started.on('status', (status) => {
      if (message === undefined) return;
      end();
      resolve({ message, header: readMetadata(header), trailer: readMetadata(status.metadata) });
    });
    if (call.signal.aborted) started.cancel();
    else call.signal.addEventListener('abort', cancel);
  });
}

function writeMetadata(entries: Metadata): GrpcMetadata {
  const metadata = new GrpcMetadata();
  for (const [key, value] of entries) metadata.add(key, typeof value === 'string' ? value : Buffer.from(value));
  return metadata;
}
