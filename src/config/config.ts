import { type AuthenticationSettings, readAuthenticationSettings } from '../authentication/verifiers.ts';
import { type IpNetwork, parseIpNetwork } from '../http/ip-network.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { Problems } from '../errors/problems.ts';
import { UserError } from '../errors/user-error.ts';
import { findLoginProblems, type LoginSettings, readLoginSettings } from '../web-pages/login-settings.ts';
import { findStoreProblems, type StoreSettings } from '../coordination/store-settings.ts';
import type { LaneLimits } from '../pipeline/lanes/lane.ts';
import { readTraceSettings, type TraceSettings } from '../telemetry/traces/trace-settings.ts';
import type { Endpoint } from '../upstream/parse-endpoint.ts';
import { readCuebotEndpoints } from './cuebot-endpoints.ts';
import { findConflicts } from './find-conflicts.ts';
import { formatConfigFile, readConfigFile } from './config-file.ts';
import { createReader, findSetting, listSecretFiles, type RawConfig } from './read-settings.ts';
import { flagOf, type Option, options } from './settings.ts';
import { findNewlyActive, findUnusedNames } from './unused-names.ts';
import type { TlsFiles } from '../http/tls-files.ts';
import { readCuebotTls, readServedTls, type ServedTlsSettings } from './tls-settings.ts';

/** What the program uses: complete, typed, frozen. Times in milliseconds, sizes in bytes. */
export interface Config {
  /** At least one. */
  readonly cuebotEndpoints: readonly Endpoint[];
  readonly upstreamTransport: 'grpc-js' | 'http2';
  /** Undefined: plain text. */
  readonly cuebotTls: TlsFiles | undefined;
  readonly grpcTimeoutMs: number;
  /** Of the RPCs that may take long, where a caller asks for it. */
  readonly grpcTimeoutMaxMs: number;
  /** Undefined: as long as any. */
  readonly httpTimeoutMs: number | undefined;
  readonly maxReceiveBytes: number;
  /** Undefined: the protos that cuegate brings along. */
  readonly protoSource: string | undefined;
  /** Folders that are there to be imported from, with commas in between. */
  readonly protoPath: string | undefined;
  readonly port: number;
  /** Undefined: every interface. */
  readonly host: string | undefined;
  /** Undefined: plain text. */
  readonly tls: ServedTlsSettings | undefined;
  readonly httpKeepAliveMs: number;
  readonly logLevel: string;
  /** Undefined: no metrics. */
  readonly metricsPort: number | undefined;
  readonly metricsHost: string;
  readonly shutdownTimeoutMs: number;
  readonly drainDelayMs: number;
  readonly auth: 'jwt' | 'none';
  /** Empty when `auth` is `none`, or there are other ways to identify callers only. */
  readonly jwtSecret: string;
  readonly authentication: AuthenticationSettings;
  /** The files that secrets were read from. */
  readonly secretFiles: readonly string[];
  /** What tokens of the shared secret may do when they carry no scopes. */
  readonly jwtSecretLevel: 'everything' | 'none' | 'read' | 'operate' | 'wrangle' | 'submit' | 'admin';
  /** Undefined: the policy that cuegate brings along. */
  readonly policyFile: string | undefined;
  /** What becomes of a request that names another user than its caller. */
  readonly identityMismatch: 'replace' | 'refuse';
  /** Whether REST is refused what GraphQL is: requests that do nothing, or act on everything. */
  readonly restValidation: 'off' | 'on';
  /** Subjects that may speak for the users whom they name. */
  readonly serviceSubjects: readonly string[];
  /** Undefined: the log. */
  readonly auditFile: string | undefined;
  readonly auditMaxBytes: number;
  /** Undefined: bare hashes seal the audit. */
  readonly auditKeyFile: string | undefined;
  readonly auditAnchorIntervalMs: number;
  readonly restServices: readonly string[];
  readonly graphqlServices: readonly string[];
  readonly grpcServices: readonly string[];
  /** Undefined: gRPC is not served. */
  readonly grpcPort: number | undefined;
  readonly grpcTls: 'off' | 'on';
  readonly grpcLimits: {
    readonly maxConnections: number;
    readonly maxConcurrentStreams: number;
    readonly maxConnectionAgeMs: number;
  };
  readonly openapi: boolean;
  readonly swaggerUi: boolean;
  /** Which answers are compressed. */
  readonly compression: 'graphql' | 'all' | 'off';
  readonly graphiql: boolean;
  readonly farmPage: boolean;
  /** Whether each request is told in the log. */
  readonly accessLog: boolean;
  /** Undefined: people bring tokens. */
  readonly graphiqlLogin: LoginSettings | undefined;
  readonly jsonStyle: 'compact' | 'spaced';
  readonly forwardMetadata: boolean;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxBufferedBytes: number;
  readonly maxRequestBytes: number;
  readonly maxSpecBytes: number;
  /** What one GraphQL operation may take. */
  readonly graphqlLimits: Readonly<
    Record<'maxRequestBytes' | 'maxValues' | 'maxTokens' | 'maxDepth' | 'maxAliases' | 'maxEstimate', number> &
      Record<'assumedListLength' | 'maxCalls' | 'timeoutMs', number>
  >;
  /** Undefined: callers send the text of each operation. */
  readonly persistedOperationsFile: string | undefined;
  /** Whether operations of that file are executed alone, or first of all. */
  readonly persistedOperations: 'prefer' | 'only';
  readonly graphqlExecutor: 'compiled' | 'reference';
  readonly graphqlMaxResponseBytes: number;
  readonly graphqlMaxResponseValues: number;
  /** How many reads of one service GraphQL operations may have under way together. */
  readonly graphqlCallsPerService: number;
  /** How far links fetch many objects together. */
  readonly linkLimits: { readonly maxKeys: number; readonly maxCutRows: number };
  /** How often subscriptions look. */
  readonly liveIntervals: { readonly minMs: number; readonly defaultMs: number; readonly maxMs: number };
  readonly liveMaxStreams: number;
  readonly liveMaxServiceStreams: number;
  /** How many requests a second callers may send; 0: there is no limit. */
  readonly requestRates: { readonly perSecond: number; readonly perSecondOfService: number };
  /** Empty: the default, see `compileAllowedHosts`. */
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly corsHeaders: readonly string[];
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly IpNetwork[];
  readonly lanes: boolean;
  readonly laneLimits: Omit<LaneLimits, 'callMs'>;
  /** By what several gateways agree; undefined: this one is alone. */
  readonly store: StoreSettings | undefined;
  /** How they share lanes. */
  readonly laneSharing: { readonly turnMs: number; readonly orphanHoldMs: number };
  /** Undefined: nothing is traced. */
  readonly traces: TraceSettings | undefined;
}

/** Everything that is wrong with the settings, at once. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';

  constructor(problems: readonly string[]) {
    super('cuegate cannot start with these settings:', problems);
  }
}

/** Turns text into a Config. Throws ConfigError with every problem that it found. */
export function parseConfig(raw: RawConfig): Config {
  const { config, problems } = readConfig(raw);
  if (problems.found.length > 0) throw new ConfigError(problems.found);
  return config;
}

/** What could be read of the settings. Where there are problems, the config is only good for finding more of them. */
export interface ReadConfig {
  readonly config: Config;
  readonly problems: Problems;
  /** What stands in the environment as if it were a setting, and is none. No reason not to start; among the problems if there are any. */
  readonly unusedNames: readonly string[];
  /** What now acts that OpenCue's documents have people set, and its Go gateway never looked at. */
  readonly newNames: readonly string[];
}

/** Turns text into a Config in one pass, and gathers every problem on the way. Never throws. */
export function readConfig(raw: RawConfig): ReadConfig {
  const gathered = new Problems();
  const problems = [...unknownFlags(raw)];
  const file = readFileOf(raw, problems);
  const read = createReader(raw, file, problems);
  const auth = read.text('AUTH') as Config['auth'];
  const authentication = readAuthenticationSettings(read);
  const persistedOperations = read.text('PERSISTED_OPERATIONS') as Config['persistedOperations'];
  // The one asks for the schema, and for whatever somebody types; the other brings operations of its own.
  const graphiql = read.boolean('GRAPHIQL') && persistedOperations !== 'only';
  const farmPage = read.boolean('FARM_PAGE') && persistedOperations !== 'only';
  const login = {
    clientId: auth === 'none' ? '' : read.text('GRAPHIQL_CLIENT_ID'),
    hasPage: graphiql || farmPage,
    scopes: read.list('GRAPHIQL_SCOPES'),
    parameters: read.list('GRAPHIQL_LOGIN_PARAMETERS'),
  };
  const grpcTimeoutMs = read.number('GRPC_TIMEOUT');
  const cuebots = readCuebotEndpoints(read);
  const store: StoreSettings = {
    url: read.text('REDIS_URL'),
    password: read.text('REDIS_PASSWORD'),
    sentinelPassword: read.text('REDIS_SENTINEL_PASSWORD'),
    caFile: read.text('REDIS_CA_FILE') || undefined,
    prefix: read.text('REDIS_PREFIX'),
  };
  const config: Config = {
    cuebotEndpoints: cuebots.endpoints,
    upstreamTransport: read.text('UPSTREAM_TRANSPORT') as Config['upstreamTransport'],
    cuebotTls: readCuebotTls(read, problems),
    grpcTimeoutMs,
    grpcTimeoutMaxMs: read.number('GRPC_TIMEOUT_MAX'),
    httpTimeoutMs: read.text('HTTP_TIMEOUT') === '' ? undefined : read.number('HTTP_TIMEOUT'),
    maxReceiveBytes: read.number('GRPC_MAX_RECV_MSG_MB'),
    protoSource: read.text('PROTO_SOURCE') || undefined,
    protoPath: read.text('PROTO_PATH') || undefined,
    port: read.number('REST_PORT'),
    host: read.text('HOST') || (auth === 'none' ? '127.0.0.1' : undefined),
    tls: readServedTls(read, problems),
    httpKeepAliveMs: read.number('HTTP_KEEPALIVE_TIMEOUT'),
    logLevel: read.text('LOG_LEVEL').replace('warning', 'warn'),
    metricsPort: read.text('METRICS_PORT') === '' ? undefined : read.number('METRICS_PORT'),
    metricsHost: read.text('METRICS_HOST'),
    shutdownTimeoutMs: read.number('SHUTDOWN_TIMEOUT'),
    drainDelayMs: read.number('DRAIN_DELAY'),
    auth,
    jwtSecret: authentication.jwtSecrets[0] ?? '',
    authentication,
    secretFiles: listSecretFiles(raw, file),
    jwtSecretLevel: read.text('JWT_SECRET_LEVEL') as Config['jwtSecretLevel'],
    policyFile: read.text('POLICY_FILE') || undefined,
    identityMismatch: read.text('IDENTITY_MISMATCH') as Config['identityMismatch'],
    restValidation: read.text('REST_VALIDATION') as Config['restValidation'],
    serviceSubjects: read.list('SERVICE_SUBJECTS'),
    auditFile: read.text('AUDIT_FILE') || undefined,
    auditMaxBytes: read.number('AUDIT_MAX_MB'),
    auditKeyFile: read.text('AUDIT_KEY_FILE') || undefined,
    auditAnchorIntervalMs: read.number('AUDIT_ANCHOR_INTERVAL'),
    restServices: read.list('REST_SERVICES'),
    graphqlServices: read.list('GRAPHQL_SERVICES'),
    grpcServices: read.list('GRPC_SERVICES'),
    grpcPort: read.text('GRPC_PORT') === '' ? undefined : read.number('GRPC_PORT'),
    grpcTls: read.text('GRPC_TLS') as Config['grpcTls'],
    grpcLimits: Object.freeze({
      maxConnections: read.number('GRPC_MAX_CONNECTIONS'),
      maxConcurrentStreams: read.number('MAX_CONCURRENT_STREAMS'),
      maxConnectionAgeMs: read.number('GRPC_MAX_CONNECTION_AGE'),
    }),
    openapi: read.boolean('OPENAPI'),
    swaggerUi: read.boolean('SWAGGER_UI'),
    compression: read.text('COMPRESSION') as Config['compression'],
    graphiql,
    farmPage,
    accessLog: read.boolean('ACCESS_LOG'),
    graphiqlLogin: readLoginSettings(login),
    jsonStyle: read.text('JSON_STYLE') as Config['jsonStyle'],
    forwardMetadata: read.boolean('FORWARD_METADATA'),
    maxConnections: read.number('MAX_CONNECTIONS'),
    maxConnectionsPerAddress: read.number('MAX_CONNECTIONS_PER_ADDRESS'),
    maxBufferedBytes: read.number('MAX_BUFFERED_MB'),
    maxRequestBytes: read.number('MAX_REQUEST_MB'),
    maxSpecBytes: read.number('MAX_SPEC_MB'),
    graphqlLimits: Object.freeze({
      maxRequestBytes: read.number('GRAPHQL_MAX_REQUEST_MB'),
      maxValues: read.number('GRAPHQL_MAX_VALUES'),
      maxTokens: read.number('GRAPHQL_MAX_TOKENS'),
      maxDepth: read.number('GRAPHQL_MAX_DEPTH'),
      maxAliases: read.number('GRAPHQL_MAX_ALIASES'),
      maxEstimate: read.number('GRAPHQL_MAX_ESTIMATE'),
      assumedListLength: read.number('GRAPHQL_ASSUMED_LIST_LENGTH'),
      maxCalls: read.number('GRAPHQL_MAX_CALLS'),
      timeoutMs: read.text('GRAPHQL_TIMEOUT') === '' ? grpcTimeoutMs : read.number('GRAPHQL_TIMEOUT'),
    }),
    persistedOperationsFile: read.text('PERSISTED_OPERATIONS_FILE') || undefined,
    persistedOperations,
    graphqlExecutor: read.text('GRAPHQL_EXECUTOR') as Config['graphqlExecutor'],
    graphqlMaxResponseBytes: read.number('GRAPHQL_MAX_RESPONSE_MB'),
    graphqlMaxResponseValues: read.number('GRAPHQL_MAX_RESPONSE_VALUES'),
    graphqlCallsPerService: read.number('GRAPHQL_CALLS_PER_SERVICE'),
    linkLimits: Object.freeze({
      maxKeys: read.number('GRAPHQL_MAX_BATCH_KEYS'),
      maxCutRows: read.number('GRAPHQL_MAX_CUT_ROWS'),
    }),
    liveIntervals: Object.freeze({
      minMs: read.number('LIVE_MIN_INTERVAL'),
      defaultMs: read.number('LIVE_INTERVAL'),
      maxMs: read.number('LIVE_MAX_INTERVAL'),
    }),
    liveMaxStreams: read.number('LIVE_MAX_STREAMS'),
    liveMaxServiceStreams: read.number('LIVE_MAX_SERVICE_STREAMS'),
    requestRates: {
      perSecond: read.number('RATE_LIMIT_RPS'),
      perSecondOfService: read.number('RATE_LIMIT_SERVICE_RPS'),
    },
    allowedHosts: read.list('ALLOWED_HOSTS'),
    corsOrigins: read.list('CORS_ORIGINS'),
    corsHeaders: read.list('CORS_HEADERS'),
    trustedProxies: readNetworks(read.list('TRUSTED_PROXIES'), problems),
    lanes: read.boolean('LANES'),
    laneLimits: {
      holdLimitMs: read.number('LANE_HOLD_LIMIT'),
      maxWaiting: read.number('LANE_MAX_WAITING'),
      maxWaitMs: read.number('LANE_MAX_WAIT'),
    },
    store: store.url === '' ? undefined : store,
    laneSharing: { turnMs: read.number('LANE_TURN'), orphanHoldMs: read.number('LANE_ORPHAN_HOLD') },
    traces: readTraceSettings(read, problems),
  };
  problems.push(...cuebots.problems);
  problems.push(...findConflicts(config, read.boolean('ALLOW_ANONYMOUS_NETWORK')));
  problems.push(...findLoginProblems(login, authentication));
  problems.push(...findStoreProblems(store));
  const unusedNames = findUnusedNames(raw.environment);
  const newNames = findNewlyActive(raw.environment);
  if (problems.length > 0) gathered.add(...problems, ...unusedNames);
  return { config: Object.freeze(config), problems: gathered, unusedNames, newNames };
}

/** The texts of the file that CONFIG_FILE names; none when there is no such setting, or something is wrong with it. */
function readFileOf({ flags, environment }: RawConfig, problems: string[]): Readonly<Record<string, string>> {
  const path = flags['CONFIG_FILE'] || environment['CONFIG_FILE'];
  if (!path) return {};
  try {
    return readConfigFile(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error.message);
    return {};
  }
}

/** The settings that count, and where each comes from, as a file that says the same; secrets are masked. */
export function printConfig(raw: RawConfig): string {
  const file = readFileOf(raw, []);
  return formatConfigFile((name) => {
    const found = findSetting(
      raw,
      file,
      (options as readonly Option[]).find((option) => option.name === name)!,
      () => {},
    );
    return { text: found.text, source: found.name === name ? found.source : `${found.source}, as ${found.name}` };
  });
}

function readNetworks(texts: readonly string[], problems: string[]): readonly IpNetwork[] {
  return texts.flatMap((text) => {
    const network = parseIpNetwork(text);
    if (network !== undefined) return network;
    problems.push(
      `TRUSTED_PROXIES: "${text}" is no network; expected an address such as 10.1.2.3, or one such as 10.1.0.0/16`,
    );
    return [];
  });
}

function* unknownFlags({ flags }: RawConfig): Iterable<string> {
  const names: readonly string[] = options.map(({ name }) => name);
  for (const name of Object.keys(flags)) {
    if (!names.includes(name)) yield `unknown option ${flagOf(name)}${didYouMean(flagOf(name), names.map(flagOf))}`;
  }
}
