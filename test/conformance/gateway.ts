import { fileURLToPath } from 'node:url';

import { createTokenIdentify } from '../../src/authentication/create-token-identify.ts';
import { createHmacVerifier } from '../../src/authentication/hmac/hmac-verifier.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createByteBudget } from '../../src/http/byte-budget.ts';
import { peerAddressOf } from '../../src/http/client-address.ts';
import type { JsonStyle } from '../../src/codec/json/json-style.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createGateway } from '../../src/app/gateway.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import { beforeRouting } from '../../src/rest/before-routing.ts';
import { createRest } from '../../src/rest/create-rest.ts';
import type { Invoke } from '../../src/call/call.ts';
import type { Metadata } from '../../src/call/gateway-error.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import { limitCalls } from '../../src/pipeline/limit-calls.ts';
import { createServer } from '../../src/http/create-server.ts';
import { createUpstream } from '../../src/upstream/create-upstream.ts';

import { pipe } from '../pipeline/calls.ts';
import { identifyRequestsBy } from '../authentication/identity.ts';
import { createConfBackend, createEchoOutBackend } from './backend.ts';
import { createStreamUpstream } from './stream-upstream.ts';

/** A gateway in front of a backend as it was recorded, on the loopback interface. */
export interface TestGateway {
  readonly port: number;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /**
   * `whole`: all that ships, as the settings compose it. `surface`: REST and server alone, for what cannot come through
   * the rest of it: calls that stream, which OpenCue has none of, and metadata that node's HTTP/2 does not let through.
   */
  readonly extent: 'whole' | 'surface';
  readonly backend: 'conf' | 'opencue';
  readonly style: JsonStyle;
  readonly forwardMetadata: boolean;
}

/** The secret of the recorded tokens. */
const jwtSecret = 'secret';

/** Half a second after the second in which the tokens were made: some of them expire by the clock of that day. */
const recordedAtMs = 1_795_395_159_500;
const now = () => recordedAtMs;

/** Longer than any deadline that the vectors ask for and look at. */
const timeoutSeconds = 1_000_000;

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const protos = {
  conf: [path('../recorded/conf.proto'), path('../recorded/error_details.proto')],
  opencue: [path('../../proto')],
};

/** Starts a gateway with the clock and the secret of the recording. */
export async function createTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const registry = loadProtoFiles(protos[options.backend]);
  const backend =
    options.backend === 'conf' ? await createConfBackend() : await createEchoOutBackend([...registry.methods.keys()]);
  const gateway = await (options.extent === 'whole' ? startWhole : startSurface)(backend.endpoint, options);
  return {
    port: gateway.port,
    close: async () => {
      await gateway.close();
      backend.close();
    },
  };
}

function startWhole(endpoint: string, { backend, style, forwardMetadata }: TestGatewayOptions): Promise<TestGateway> {
  const environment = {
    CUEBOT_ENDPOINT: endpoint,
    GRPC_TIMEOUT: `${timeoutSeconds}s`,
    PROTO_SOURCE: protos[backend].join(','),
    REST_SERVICES: '*,!conf.v1.NotServed',
    GRAPHQL_SERVICES: '*',
    HOST: '127.0.0.1',
    // The recorded requests name many.
    ALLOWED_HOSTS: '*',
    REST_PORT: '0',
    SHUTDOWN_TIMEOUT: '1ms',
    JWT_SECRET: jwtSecret,
    ALLOW_WEAK_JWT_SECRET: 'true',
    JSON_STYLE: style,
    FORWARD_METADATA: String(forwardMetadata),
  };
  const silent = () => {};
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  return createGateway(parseConfig({ environment, flags: {} }), logger, { now });
}

async function startSurface(endpoint: string, options: TestGatewayOptions): Promise<TestGateway> {
  const registry = loadProtoFiles(protos[options.backend]);
  const upstream = createUpstream({ endpoint, maxReceiveBytes: 256 * 1024 * 1024 });
  const table = compileRpcTable(registry, { text: '', fileName: 'rpcs.yaml', mustMatch: false });
  const invoke = pipe(
    table,
    [limitCalls({ maxRequestBytes: 2 ** 28, timeoutMs: timeoutSeconds * 1_000 })],
    seenByGo(upstream.invoke),
  );
  const rest = createRest({
    registry,
    services: registry.services,
    style: options.style,
    forwardMetadata: options.forwardMetadata,
    maxBodyBytes: 100 * 1024 * 1024,
    identify: identifyRequestsBy(
      createTokenIdentify({ verifiers: [], fallback: createHmacVerifier({ secrets: [jwtSecret], now }), now }),
    ),
    addressOf: peerAddressOf,
    budget: createByteBudget(1_000_000_000),
    isRead: () => true,
    onRefused: () => {},
    invokeOf: () => invoke,
    invokeStream: createStreamUpstream(endpoint),
  });
  const server = await createServer({
    host: '127.0.0.1',
    port: 0,
    beforeRouting,
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
