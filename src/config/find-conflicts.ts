import { type AuthenticationSettings, findAuthenticationProblems } from '../authentication/verifiers.ts';
import { hostPatternProblem } from '../http/allowed-hosts.ts';
import { originProblem } from '../http/cors.ts';
import { isLoopback } from '../http/ip-network.ts';

/** The settings that can contradict each other, or be wrong by what they say; as in `Config`. */
export interface ConfigToCheck {
  readonly auth: 'jwt' | 'none';
  readonly authentication: AuthenticationSettings;
  readonly host: string | undefined;
  readonly port: number;
  readonly metricsPort: number | undefined;
  readonly grpcPort: number | undefined;
  readonly liveIntervals: { readonly minMs: number; readonly defaultMs: number; readonly maxMs: number };
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly graphqlCallsPerService: number;
  readonly persistedOperations: 'prefer' | 'only';
  readonly persistedOperationsFile: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly corsHeaders: readonly string[];
}

/** What is wrong although every setting by itself is well-formed. */
export function* findConflicts(config: ConfigToCheck, allowAnonymousNetwork: boolean): Iterable<string> {
  if (config.metricsPort === config.port && config.port !== 0) {
    yield `METRICS_PORT and REST_PORT are both ${config.port}; metrics have a listener of their own, since they need no token`;
  }
  if (config.grpcPort !== undefined && config.grpcPort !== 0 && config.grpcPort === config.port) {
    yield `GRPC_PORT and REST_PORT are both ${config.port}; gRPC has a listener of its own, since it speaks HTTP/2 alone`;
  }
  const { minMs, defaultMs, maxMs } = config.liveIntervals;
  if (minMs > defaultMs || defaultMs > maxMs) {
    yield `LIVE_INTERVAL is ${defaultMs} ms; it must lie between LIVE_MIN_INTERVAL (${minMs} ms) and LIVE_MAX_INTERVAL (${maxMs} ms)`;
  }
  const connections = {
    MAX_CONNECTIONS: config.maxConnections,
    MAX_CONNECTIONS_PER_ADDRESS: config.maxConnectionsPerAddress,
  };
  for (const [name, count] of Object.entries(connections)) {
    if (count < 1) yield `${name} is 0, by which nobody could connect; expected 1 at least`;
  }
  if (config.graphqlCallsPerService < 1) {
    yield 'GRAPHQL_CALLS_PER_SERVICE is 0, by which no call would ever be made; expected 1 at least';
  }
  if (config.persistedOperations === 'only' && config.persistedOperationsFile === undefined) {
    yield 'PERSISTED_OPERATIONS is "only", but PERSISTED_OPERATIONS_FILE is not set, so no operation could be executed';
  }
  yield* findAuthenticationProblems(config.authentication);
  yield* siteProblems(config);
  if (config.auth === 'none' && !isLoopback(config.host ?? '') && !allowAnonymousNetwork) {
    yield `AUTH=none would let anybody who reaches ${config.host} run code on the farm. Listen on 127.0.0.1, or set ALLOW_ANONYMOUS_NETWORK=true if you mean it`;
  }
}

function* siteProblems({ auth, allowedHosts, corsOrigins, corsHeaders }: ConfigToCheck): Iterable<string> {
  for (const host of allowedHosts) {
    const problem = hostPatternProblem(host);
    if (problem !== undefined) yield `ALLOWED_HOSTS: ${problem}`;
  }
  for (const origin of corsOrigins) {
    const problem = originProblem(origin);
    if (problem !== undefined) yield `CORS_ORIGINS: ${problem}`;
  }
  for (const name of corsHeaders) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) yield `CORS_HEADERS: "${name}" is no name of a header field`;
  }
  if (auth === 'none' && corsOrigins.includes('*')) {
    yield 'AUTH=none with CORS_ORIGINS=* would let every web page that somebody here opens run code on the farm. Name the origins';
  }
}
