import type { Identity } from '../call/identity.ts';
import { createGrpc, type RunningGrpc } from '../grpc/create-grpc.ts';
import type { MethodDescriptor, ServiceDescriptor } from '../registry/descriptors.ts';

import type { DeviceLogin } from './device-login.ts';
import { forwardCalls } from './forward-calls.ts';
import { narrowSocket, prepareSocket } from './socket-folder.ts';

/** What an agent is made of. */
export interface AgentOptions {
  /** The gateway elsewhere. */
  readonly gateway: string;
  readonly login: DeviceLogin;
  readonly services: readonly ServiceDescriptor[];
  readonly fileDescriptors: () => readonly Uint8Array[];
  readonly isRead: (method: MethodDescriptor) => boolean;
  readonly requestIdOf: (offered: string | undefined) => string;
  /** The Unix socket, in a folder of its own. */
  readonly socketPath: string;
  /** A port of 127.0.0.1 besides, 0 for a free one; undefined: none, since every user of the machine could use it. */
  readonly port: number | undefined;
}

/** An agent that listens. */
export interface Agent {
  /** Undefined: on the socket alone. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

/** More than Cuebot takes; the gateway has limits of its own. */
const maxRequestBytes = 100 * 1024 * 1024;

/** How long calls under way are waited for at the end, in milliseconds. */
const closeMs = 5_000;

/**
 * Serves gRPC on the user's own machine, for programs that can neither show a token nor speak TLS: their calls go to a gateway
 * elsewhere with the token of whoever has logged in here. Rejects with a UserError when the socket cannot be had.
 */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const { gateway, login, services, fileDescriptors, isRead, requestIdOf, socketPath, port } = options;
  const serving = {
    services,
    fileDescriptors,
    isRead,
    requestIdOf,
    invokeOf: forwardCalls({ gateway, login }),
    // Who calls is for the gateway to say, by the token.
    identify: () => localUser,
    forwardMetadata: false,
    host: '127.0.0.1',
    maxRequestBytes,
    maxConnections: 100,
    maxConcurrentStreams: 100,
    maxConnectionAgeMs: undefined,
  };
  await prepareSocket(socketPath);
  const doors: RunningGrpc[] = [await createGrpc({ ...serving, port: 0, socketPath })];
  narrowSocket(socketPath);
  if (port !== undefined) doors.push(await createGrpc({ ...serving, port }));
  return {
    port: doors[1]?.port,
    close: async () => {
      login.close();
      await Promise.all(doors.map((door) => door.close({ timeoutMs: closeMs })));
    },
  };
}

const localUser: Identity = Object.freeze({
  subject: 'anonymous',
  isNamed: false,
  method: 'none',
  claims: Object.freeze({}),
  scopes: undefined,
  groups: Object.freeze([]),
  issuer: undefined,
  tokenId: '',
  expiresAtMs: Number.POSITIVE_INFINITY,
});
