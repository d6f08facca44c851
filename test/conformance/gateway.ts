import { fileURLToPath } from 'node:url';

import { createIdentify } from '../../src/auth/create-identify.ts';
import { signToken } from '../../src/auth/sign-token.ts';
import type { JsonStyle } from '../../src/codec/json-style.ts';
import type { Registry } from '../../src/registry/descriptors.ts';
import { loadProtoFiles } from '../../src/registry/load-proto-files.ts';
import { createRest } from '../../src/rest/create-rest.ts';
import type { Invoke } from '../../src/rpc/call.ts';
import type { Metadata } from '../../src/rpc/gateway-error.ts';
import { setDeadline } from '../../src/rpc/set-deadline.ts';
import { createServer } from '../../src/server/create-server.ts';
import { createUpstream } from '../../src/upstream/create-upstream.ts';

import { createConfBackend, createEchoOutBackend } from './backend.ts';
import type { GrpcServer } from './grpc-server.ts';
import { createStreamUpstream } from './stream-upstream.ts';

/** A gateway in front of a backend as it was recorded, on the loopback interface. */
export interface TestGateway {
  readonly port: number;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly backend: 'conf' | 'opencue';
  readonly style: JsonStyle;
  readonly forwardMetadata: boolean;
}

/** The secret of the recorded tokens. */
const jwtSecret = 'secret';

/** Half a second after the second in which the tokens were made: some of them expire by the clock of that day. */
export const recordedAtMs = 1_795_395_159_500;

/** Longer than any deadline that the vectors ask for and look at. */
const timeoutMs = 1e9;

/** Starts a gateway from the rooms that ship, with the clock of the recording. */
export async function createTestGateway({ backend, style, forwardMetadata }: TestGatewayOptions): Promise<TestGateway> {
  const registry = loadRegistry(backend);
  const services = registry.services.filter(({ name }) => name !== 'NotServed');
  const behind = await createBackend(backend, registry);
  const upstream = createUpstream({ endpoint: behind.endpoint, maxReceiveBytes: 256 * 1024 * 1024 });
  const rest = createRest({
    registry,
    services,
    style,
    forwardMetadata,
    maxBodyBytes: 100 * 1024 * 1024,
    identify: createIdentify({ auth: 'jwt', jwtSecret, now: () => recordedAtMs }),
    invoke: setDeadline(timeoutMs)(seenByGo(upstream.invoke)),
    invokeStream: createStreamUpstream(behind.endpoint),
  });
  const server = await createServer({
    host: '127.0.0.1',
    port: 0,
    mounts: {},
    fallback: rest,
    readiness: () => ({ ready: true }),
    onError: (error) => {
      throw error;
    },
  });
  return {
    port: server.port,
    close: async () => {
      await server.close({ timeoutMs: 0 });
      upstream.close();
      behind.close();
    },
  };
}

/** A token that lets everybody in, `length` characters long, since the recorded lengths count its bytes. */
export function createToken(length: number): string {
  for (let padding = 0; padding < length; padding++) {
    const token = signToken({ secret: jwtSecret, claims: { sub: 't'.repeat(padding) } });
    if (token.length === length) return token;
  }
  throw new Error(`no token has ${length} characters`);
}

function loadRegistry(backend: 'conf' | 'opencue'): Registry {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  return backend === 'opencue'
    ? loadProtoFiles([path('../../proto')])
    : loadProtoFiles([path('../recorded/conf.proto'), path('../recorded/error_details.proto')]);
}

function createBackend(backend: 'conf' | 'opencue', registry: Registry): Promise<GrpcServer> {
  return backend === 'conf' ? createConfBackend() : createEchoOutBackend([...registry.methods.keys()]);
}

/**
 * Gives the method Headers the metadata that grpc-go showed the recorded gateway. It cannot come over node's HTTP/2: that
 * refuses a `content-length` which is not true, and joins the values of one name.
 */
function seenByGo(invoke: Invoke): Invoke {
  return async (call) => {
    if (call.method.fullName !== 'conf.v1.Echo/Headers') return invoke(call);
    try {
      return { ...(await invoke(call)), header: headersHeader, trailer: headersTrailer };
    } catch (error) {
      Object.assign(error as object, { header: headersHeader, trailer: headersTrailer });
      throw error;
    }
  };
}

const headersHeader: Metadata = [
  ['content-length', '5'],
  ['content-type', 'application/grpc'],
  ['date', 'Mon, 23 Nov 2026 00:00:00 GMT'],
  ['set-cookie', 'a=1; HttpOnly'],
  ['x-data-bin', Buffer.from('\0\xffbin', 'latin1')],
  ['x-one', 'a'],
  ['x-two', 'b1'],
  ['x-two', 'b2'],
  ['x_under.dot', 'u'],
];
const headersTrailer: Metadata = [
  ['t-one', 'ta'],
  ['t-two', 'x'],
  ['t-two', 'y'],
  ['t-data-bin', Buffer.from([1, 2])],
];
