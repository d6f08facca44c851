import { Channel, Client, credentials } from '@grpc/grpc-js';

import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { ReflectionTransport } from '../registry/sources/load-by-reflection.ts';
import { type Logger, silentLogger } from '../telemetry/logger.ts';

import type { Invoke, InvokeOf, Reply } from '../call/call.ts';
import { neverAborted } from '../call/call-signal.ts';

import { Connection, type ConnectionOptions } from './connection.ts';
import type { ChannelOptions } from './open-channel.ts';
import { createReflectionTransport } from './reflection-transport.ts';
import { mendResponseHeaders } from './response-headers.ts';
import { type SentRequest, sendCall } from './send-call.ts';
import { watchSockets } from './upstream-sockets.ts';

/** What an upstream needs. */
export interface UpstreamOptions extends Omit<ChannelOptions, 'tls'>, Pick<ConnectionOptions, 'tls'> {
  /** Where loss and return are told; undefined: nowhere. */
  readonly logger?: Logger;
  /** Whether an RPC may go unanswered although all is well: then its deadline says nothing of the connection. */
  readonly mayGoUnanswered?: (method: MethodDescriptor) => boolean;
  /** How long a call must have waited for its deadline to say something of the connection, in milliseconds. */
  readonly silentAfterMs?: number;
}

/** One Cuebot: bytes in, bytes out. */
export interface Upstream {
  /** Sends the calls of one RPC. */
  readonly invokeOf: InvokeOf;
  /** Sends calls of any RPC. */
  readonly invoke: Invoke;
  /** Asks for something of the gateway's own by an empty request. Rejects with a GatewayError. */
  readonly ask: (method: MethodDescriptor, timeoutMs: number) => Promise<Reply>;
  /** How many bytes have come so far, by connections that are closed included. */
  readonly bytesRead: () => number;
  /** How the registry asks this server for its protos. */
  readonly reflect: ReflectionTransport;
  /** Whether there is a connection now; asking for it begins to make one. */
  readonly isConnected: () => boolean;
  /** How often a connection was made. */
  readonly connections: () => number;
  /** How often a connection was given up that nobody had closed. */
  readonly silences: () => number;
  /** Connects anew by what `tls` says now; calls that are under way end as they would have. */
  readonly renew: () => void;
  readonly close: () => void;
}

/** After so many deadlines in a row without a byte from Cuebot, the connection counts as dead. */
const deadlinesUntilSilent = 3;

/** A caller who asks for less time than this, in milliseconds, says nothing about the connection. */
export const defaultSilentAfterMs = 1_000;

/** Opens a connection to one Cuebot; nothing is dialled before the first call, or before somebody asks for it. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { endpoint, address, logger = silentLogger, mayGoUnanswered, silentAfterMs = defaultSilentAfterMs } = options;
  mendResponseHeaders();
  const sockets = watchSockets(endpoint, address);
  const connection = new Connection({ ...options, logger });
  let [deadlines, bytesThen, silences] = [0, 0, 0];

  /** A call met its deadline; `bytesBefore` had been received when it was sent, at `sentAt`. */
  const noteDeadline = (bytesBefore: number, sentAt: number) => {
    const bytes = sockets.bytesRead();
    if (bytes !== bytesBefore) deadlines = 0;
    else if (performance.now() - sentAt >= silentAfterMs) deadlines = bytes === bytesThen ? deadlines + 1 : 1;
    bytesThen = bytes;
    if (deadlines < deadlinesUntilSilent) return;
    [deadlines, silences] = [0, silences + 1];
    connection.replace(`${deadlinesUntilSilent} calls in a row met their deadline without a byte from Cuebot`);
  };
  const send = (path: string, call: SentRequest) => {
    const bytesBefore = sockets.bytesRead();
    const sentAt = performance.now();
    return sendCall(connection.channel, path, call, () => noteDeadline(bytesBefore, sentAt));
  };
  const invokeOf: InvokeOf = (method) => {
    const path = `/${method.fullName}`;
    if (mayGoUnanswered?.(method) === true) return (call) => sendCall(connection.channel, path, call);
    return (call) => send(path, call);
  };
  return {
    invokeOf,
    invoke: (call) => invokeOf(call.method)(call),
    ask: (method, timeoutMs) =>
      send(`/${method.fullName}`, {
        request: new Uint8Array(),
        metadata: [],
        deadlineAt: Date.now() + timeoutMs,
        signal: neverAborted,
      }),
    bytesRead: sockets.bytesRead,
    reflect: (method, requests) => {
      // By streams, which grpc-js has; asked a few times at the start, if at all.
      const channel = connection.channel;
      const client = new Client(
        endpoint,
        credentials.createInsecure(),
        channel instanceof Channel ? { channelOverride: channel } : {},
      );
      return createReflectionTransport(client)(method, requests);
    },
    isConnected: () => connection.isReady,
    connections: () => connection.made,
    silences: () => silences,
    renew: () => connection.renew(),
    close: () => {
      sockets.close();
      connection.close();
    },
  };
}
