import { createAuthentication } from '../authentication/create-authentication.ts';
import { compileIsService } from '../call/identity.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Config, ConfigError, type ReadConfig } from '../config/config.ts';
import { Problems } from '../errors/problems.ts';
import { explainListenError } from './explain-listen-error.ts';
import { createMeters, type Meters } from './meters.ts';
import type { EndpointLane } from './destinations.ts';
import { openTls } from './open-tls.ts';
import { nextTurn } from '../clock/next-turn.ts';
import { scheduleByTimer } from '../clock/schedule.ts';
import { createByteBudget } from '../http/byte-budget.ts';
import { compileIsShared } from '../http/client-address.ts';
import type { CloseReason } from '../http/connections.ts';
import { createServer } from '../http/create-server.ts';
import { limitToDescriptors } from '../http/descriptor-limit.ts';
import type { Access } from '../http/watch-access.ts';
import { beforeRouting } from '../rest/before-routing.ts';
import type { Readiness } from '../http/health.ts';
import { isSameMaterial, readTlsFiles } from '../http/tls-files.ts';
import type { Pipeline } from '../pipeline/compose-pipeline.ts';
import type { MethodDescriptor, ServiceDescriptor } from '../registry/descriptors.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { type ComposedSurfaces, createSurfaces } from './surfaces.ts';
import { openCuebots } from './open-cuebots.ts';
import { openPipeline } from './open-pipeline.ts';
import { openTraces } from './open-traces.ts';
import { readFilesAgain } from './read-files-again.ts';
import { createReload } from './reload.ts';
import { listReloadedFiles } from './reloaded-files.ts';
import { describeGateway, openCoordination } from './open-coordination.ts';
import { version } from './version.ts';
import { compileRouteOf, type RouteOf } from './trace-requests.ts';
import { versionsOf } from './watch-files.ts';
import { watchRequests } from './watch-requests.ts';

/** A gateway that answers. */
export interface Gateway {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Where gRPC is; undefined: nowhere. */
  readonly grpcPort: number | undefined;
  /** Where the metrics are, without a trailing slash; undefined: nowhere. */
  readonly metricsUrl: string | undefined;
  /** The lanes of every Cuebot. */
  readonly laneStates: () => readonly EndpointLane[];
  /** Reads the files that the settings name again; resolves when they are in force, or refused, which the log tells. */
  readonly reload: () => Promise<void>;
  /** Ends gracefully: what is under way is answered first. */
  readonly close: () => Promise<void>;
}

/** What lies outside a gateway, and what is known of its settings already. */
export interface CreateGatewayOptions {
  /** The current time in milliseconds since 1970, for checking tokens; the system's when not given. */
  readonly now?: () => number;
  /** What is wrong with the settings. The gateway does not start then, but first finds what else is wrong. */
  readonly problems?: Problems;
  /** Reads the settings again, for the secrets that stand in files; not given: those stay as they are. */
  readonly readSettings?: () => Pick<ReadConfig, 'config' | 'problems'>;
}

/** What follows from one reading of the files, down to the routes. Requests that have begun end by the one that they began with. */
interface Generation {
  readonly snapshot: Snapshot;
  readonly pipeline: Pipeline;
  readonly surfaces: ComposedSurfaces;
  /** Undefined: nothing is traced. */
  readonly routeOf: RouteOf | undefined;
}

/**
 * Composes the rooms and listens. Rejects with a ConfigError that tells all mistakes of the settings and of the files that
 * they name, or with another UserError when the address cannot be had. The upstream need not be there yet.
 */
export async function createGateway(
  config: Config,
  logger: Logger,
  options: CreateGatewayOptions = {},
): Promise<Gateway> {
  // What has been opened, to be closed in this order, and all the same when what comes after it fails.
  const opened: (() => unknown)[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0)) await close();
  };
  try {
    return await openGateway(config, logger, options, opened, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openGateway(
  config: Config,
  logger: Logger,
  { now = Date.now, problems = new Problems(), readSettings }: CreateGatewayOptions,
  opened: (() => unknown)[],
  closeAll: () => Promise<void>,
): Promise<Gateway> {
  /** RPCs that the upstream never answers when they ask for what is too long ago. */
  const neverAnswers = new WeakSet<MethodDescriptor>();
  const { cuebotTls } = config;
  let upstreamTls = cuebotTls && (await problems.attempt(undefined, () => readTlsFiles(cuebotTls)));
  const cuebots = openCuebots(config, upstreamTls && (() => upstreamTls!), logger, (method) =>
    neverAnswers.has(method),
  );
  opened.push(cuebots.close);
  const tls =
    config.tls &&
    (await problems.attempt(undefined, () => openTls({ ...config.tls!, schedule: scheduleByTimer, logger })));
  opened.push(() => tls?.close());
  const meters = createMeters(config);
  // Before anything is read, so that no change is missed.
  const filesThen = versionsOf(listReloadedFiles(config));
  const tracer = await problems.attempt(undefined, () => openTraces(config.traces, logger));
  // Nobody is dialled by settings that are wrong.
  const isAsking = config.protoSource === 'reflection' && problems.found.length > 0;
  const first = isAsking
    ? undefined
    : await problems.attempt(undefined, () => takeSnapshot(config, { reflect: cuebots.reflect }));
  const coordination = problems.found.length > 0 ? undefined : await openCoordination(config, logger, meters);
  const authentication = await problems.attempt('API_KEYS_FILE', () =>
    createAuthentication(config.authentication, { logger, now, failuresElsewhere: coordination?.failures }),
  );
  if (authentication !== undefined) opened.unshift(authentication.close);
  // When nothing is under way any more: its turns are others' from then on.
  opened.push(() => coordination?.close());
  if (first === undefined || authentication === undefined || problems.found.length > 0) {
    throw new ConfigError(problems.found);
  }
  const pipeline = await openPipeline({ config, upstream: cuebots.only, meters, logger, now, coordination });
  opened.push(pipeline.close);
  // When everything has ended that is told; for what is left of the time to shut down.
  let closesBy = Number.POSITIVE_INFINITY;
  opened.push(() => tracer?.close(Math.min(Math.max(closesBy - Date.now(), minFlushMs), config.shutdownTimeoutMs)));
  const { laneStates, auditFailures, auditDisturbances, reject } = pipeline;
  const budget = createByteBudget(config.maxBufferedBytes);
  const refreshing = setInterval(budget.refresh, 1_000).unref();
  opened.push(() => clearInterval(refreshing));
  const { requestRates } = config;
  const isLimited = requestRates.perSecond > 0 || requestRates.perSecondOfService > 0;
  // Not loaded where nothing is limited: its library is.
  const { limitRequests } = isLimited ? await import('../authentication/request-rate.ts') : {};
  const admit = limitRequests?.({
    ...requestRates,
    isService: compileIsService(config.serviceSubjects),
    shareCounts: coordination?.shareCounts,
    onRefused: () => meters?.rateLimited(),
    logger,
  });
  const surfaces = createSurfaces({ config, reject, authentication, admit, budget, meters, logger });
  const { connections } = surfaces;
  const compose = (snapshot: Snapshot): Generation => {
    if (config.protoSource !== undefined) logLeftOut(snapshot, logger);
    const composed = pipeline.compose(snapshot);
    const served = surfaces.compose({ snapshot, pipeline: composed });
    const routeOf = tracer && compileRouteOf(snapshot, served.routes);
    return { snapshot, pipeline: composed, surfaces: served, routeOf };
  };
  let current = compose(first);
  const takeOver = ({ snapshot, surfaces: { graphql } }: Generation) => {
    for (const { method, validations } of snapshot.table.rows) {
      if (validations.some(({ kind }) => kind === 'recent')) neverAnswers.add(method);
    }
    graphql.takeOver();
    coordination?.join(describeGateway(config, snapshot));
  };
  opened.unshift(() => current.surfaces.graphql.dispose());

  let isClosing = false;
  const readinessInDetail = (): Readiness => {
    if (isClosing) return { ready: false, reason: 'shutting down' };
    if (!authentication.isReady()) return { ready: false, reason: 'the keys of an OAuth issuer cannot be had' };
    const problem = coordination?.problem();
    if (problem !== undefined) return { ready: false, reason: problem };
    return cuebots.readiness();
  };
  // Addresses are for those who may read the metrics.
  const readiness = (): Readiness => {
    const { endpoints, ...told } = readinessInDetail();
    return told;
  };
  const onError = (error: unknown) => logger.error({ err: error }, 'a request handler failed');
  // Begins to connect, so that the first question after readiness is not answered with no.
  const wrongEndpoints = await cuebots.start(first, pipeline.cuebots);
  if (wrongEndpoints.length > 0) throw new ConfigError(wrongEndpoints);
  // So that the first tokens need not wait for keys; without an answer, it goes on without.
  await authentication.start();
  takeOver(current);
  const metricsAddress = { host: config.metricsHost, port: config.metricsPort ?? 0 };
  const metricsServer = await meters
    ?.serve({ readiness: readinessInDetail, version, onError })
    .catch((error: unknown) => {
      throw explainListenError(error, { ...metricsAddress, hostSetting: 'METRICS_HOST', portSetting: 'METRICS_PORT' });
    });
  // Last, so that the end of every call can still be seen.
  opened.push(() => metricsServer?.close({ timeoutMs: 1_000 }));

  const { host, port } = config;
  const onAccess = config.accessLog ? tellAccess(logger) : undefined;
  const server = await createServer({
    host,
    port,
    beforeRouting,
    ...current.surfaces.routes,
    readiness,
    version,
    onRequest: watchRequests({
      config,
      isEncrypted: tls !== undefined,
      onAccess,
      tracer,
      routeOf: (url) => current.routeOf?.(url),
    }),
    onError,
    keepAliveTimeoutMs: config.httpKeepAliveMs,
    tls,
    maxConcurrentStreams: config.grpcLimits.maxConcurrentStreams,
    connectionLimits: {
      maxConnections: limitToDescriptors(config.maxConnections),
      maxPerAddress: config.maxConnectionsPerAddress,
      isShared: compileIsShared(config.trustedProxies),
    },
    onClosed: tellClosed(logger, meters),
  }).catch((error: unknown) => {
    throw explainListenError(error, { host, port, hostSetting: 'HOST', portSetting: 'REST_PORT' });
  });
  opened.unshift(() => server.close({ timeoutMs: config.shutdownTimeoutMs }));
  // Not loaded where it is not served: its libraries are.
  const { openGrpc, servedByGrpc } = config.grpcPort === undefined ? {} : await import('./open-grpc.ts');
  const grpc = await openGrpc?.({
    config,
    snapshot: () => current.snapshot,
    pipeline: current.pipeline,
    reject,
    authentication,
    admit,
    tls,
    onAccess,
    meters,
    tracer,
  });
  opened.unshift(() => grpc?.close({ timeoutMs: config.shutdownTimeoutMs }));
  const prepare = async () => {
    const { reflect } = cuebots;
    const previous = current.snapshot;
    const read = await readFilesAgain({
      config,
      readSettings,
      authentication,
      coordination,
      tracer,
      reflect,
      previous,
    });
    // Others have their turn in between: each half may take a tenth of a second.
    await nextTurn();
    const next = compose(read.snapshot);
    await nextTurn();
    return () => {
      current = next;
      read.putSecretsInForce();
      takeOver(next);
      server.serve(next.surfaces.routes);
      grpc?.serve(servedByGrpc!(next.snapshot, next.pipeline));
      if (read.upstreamTls === undefined || isSameMaterial(read.upstreamTls, upstreamTls!)) return;
      upstreamTls = read.upstreamTls;
      cuebots.renew();
    };
  };
  const reload = createReload({
    files: () => listReloadedFiles(config),
    since: filesThen,
    prepare,
    schedule: scheduleByTimer,
    logger,
    onEnded: meters?.reloaded,
  });
  meters?.watch({
    laneStates,
    endpoints: cuebots.states,
    connections: server.connections,
    subscriptions: connections.live.count,
    bufferedBytes: () => budget.heldBytes,
    auditFailures,
    auditDisturbances,
    keySets: authentication.keySets,
    apiKeyFile: authentication.apiKeyFile,
    certificate: () => tls?.state(),
    links: () => ({ ...current.snapshot.links.counters }),
    areFilesUsable: reload.isCurrent,
    coordination: () => coordination?.state(),
    spans: () => tracer?.counts(),
  });
  return {
    url: server.url,
    port: server.port,
    grpcPort: grpc?.port,
    metricsUrl: metricsServer?.url,
    laneStates,
    reload: async () => {
      tls?.reread();
      await reload.run();
    },
    close: async () => {
      isClosing = true;
      reload.close();
      closesBy = Date.now() + config.drainDelayMs + config.shutdownTimeoutMs;
      grpc?.setServing(false);
      server.drain();
      await new Promise((resolve) => setTimeout(resolve, config.drainDelayMs));
      connections.complete();
      await closeAll();
    },
  };
}

/** How long spans may take to be sent at least, in milliseconds, where all else has taken its time: the process ends a second later. */
const minFlushMs = 500;

/** One line for each request. */
function tellAccess(logger: Logger): (access: Access) => void {
  return (access) => {
    const durationMs = Math.round(access.durationMs * 1000) / 1000;
    logger.info({ event: 'ACCESS', ...access, durationMs }, 'a request has ended');
  };
}

/** How often one kind of closed connection is told in the log: an attack must not fill it. */
const tellEveryMs = 60_000;

/** Counts the connections that were closed against their clients' will, and logs the first of each kind in a minute. */
function tellClosed(logger: Logger, meters: Meters | undefined): (reason: CloseReason, address: string) => void {
  const toldAt = new Map<CloseReason, number>();
  return (reason, address) => {
    meters?.closed(reason);
    const now = performance.now();
    if (now - (toldAt.get(reason) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return;
    toldAt.set(reason, now);
    logger.warn(
      { event: 'CONNECTION_CLOSED', reason, remoteAddress: address },
      'a connection was closed; more of this kind are only counted',
    );
  };
}

/** Says which services of somebody's own protos are not served: the default patterns are made for OpenCue's. */
function logLeftOut({ registry, restServices, graphqlServices }: Snapshot, logger: Logger): void {
  const leftOut = (served: readonly ServiceDescriptor[]) =>
    registry.services.filter((service) => !served.includes(service)).map(({ fullName }) => fullName);
  const rest = leftOut(restServices);
  const graphql = leftOut(graphqlServices);
  if (rest.length === 0 && graphql.length === 0) return;
  logger.info({ rest, graphql }, 'REST_SERVICES and GRAPHQL_SERVICES leave out these services');
}
