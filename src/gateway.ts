import { openAuditFile } from './auth/audit/audit-file.ts';
import { type AuditTrail, createLogTrail } from './auth/audit/audit-trail.ts';
import { createAudit } from './auth/audit/create-audit.ts';
import { type Authentication, createAuthentication } from './auth/create-authentication.ts';
import { authorize } from './auth/policy/authorize.ts';
import { describeProtectedResource } from './auth/protected-resource.ts';
import type { Logger } from './base/logger.ts';
import { compileValueToWire } from './codec/value-to-wire.ts';
import { compileWireToValue } from './codec/wire-to-value.ts';
import type { Config } from './config.ts';
import { createGraphiqlPage } from './graphql/graphiql/create-graphiql-page.ts';
import { createGraphql } from './graphql/create-graphql.ts';
import { deriveSchema } from './graphql/derive-schema.ts';
import { wordBlocked } from './graphql/word-blocked.ts';
import { capCalls, standardCallsPerService } from './graphql/links/cap-calls.ts';
import { createMeters } from './meters.ts';
import type { MessageDescriptor, MethodDescriptor } from './registry/descriptors.ts';
import { createRest } from './rest/create-rest.ts';
import { compileWordBlocked } from './rest/word-blocked.ts';
import { compileChallenge } from './rpc/compile-challenge.ts';
import { composeWaist } from './rpc/compose-waist.ts';
import { answerOnce } from './rpc/guards/answer-once.ts';
import { enforceGuards } from './rpc/guards/enforce-guards.ts';
import { stampIdentity } from './rpc/guards/stamp-identity.ts';
import type { LaneState } from './rpc/lane.ts';
import { createLanes } from './rpc/use-lanes.ts';
import { createServer, type RunningServer } from './server/create-server.ts';
import { compileProtection } from './server/protect.ts';
import type { Readiness } from './server/health.ts';
import { serveDocument } from './server/serve-document.ts';
import { takeSnapshot } from './snapshot.ts';
import { createUpstream } from './upstream/create-upstream.ts';

/** A gateway that answers. */
export interface Gateway {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Where the metrics are, without a trailing slash; undefined: nowhere. */
  readonly metricsUrl: string | undefined;
  /** By lane name. */
  readonly laneStates: () => ReadonlyMap<string, LaneState>;
  /** Ends gracefully: what is under way is answered first. */
  readonly close: () => Promise<void>;
}

/** Where GraphQL and its page are mounted; every other path belongs to REST. */
const graphqlPath = '/graphql';

/**
 * Composes the rooms and listens. Rejects with an error that people can read when protos, table or settings do not fit, or
 * when the address cannot be had. The upstream need not be there yet.
 *
 * @param now the current time in milliseconds since 1970, for checking tokens
 */
export async function createGateway(config: Config, logger: Logger, now: () => number = Date.now): Promise<Gateway> {
  const upstream = createUpstream({ endpoint: config.cuebotEndpoint, maxReceiveBytes: config.maxReceiveBytes });
  const meters = createMeters(config);
  let authentication: Authentication | undefined;
  let trail: AuditTrail | undefined;
  let metricsServer: RunningServer | undefined;
  try {
    const { registry, table, policy, needsOf, restServices, graphqlServices, links } = await takeSnapshot(
      config,
      upstream.reflect,
    );
    const limits = {
      holdLimitMs: config.laneHoldLimitMs,
      maxWaiting: config.laneMaxWaiting,
      maxWaitMs: config.laneMaxWaitMs,
    };
    const lanes = createLanes(table, limits, meters?.laneWait);
    const open = (message: MessageDescriptor) => compileWireToValue(message, registry);
    const close = (message: MessageDescriptor) => compileValueToWire(message, registry);
    const takesGrant = (method: MethodDescriptor) => policy.factsOf(method).grant !== undefined;
    trail = await openTrail(config, logger, now);
    const audit = createAudit({ table, takesGrant, trail, open, logger, now });
    const invoke = composeWaist({
      table,
      timeoutMs: config.grpcTimeoutMs,
      maxRequestBytes: config.maxRequestBytes,
      audit,
      authorize: authorize(policy, { open, close }),
      guard: enforceGuards({ table, open, close, now, maxSpecBytes: config.maxSpecBytes, hasGrant: policy.hasGrant }),
      stamp: stampIdentity({
        table,
        open,
        close,
        mismatch: config.identityMismatch,
        services: config.serviceSubjects,
      }),
      once: answerOnce({ table, timeoutMs: config.grpcTimeoutMs, now: Date.now }),
      lanes: config.lanes ? lanes : undefined,
      meters: meters?.calls,
      logger,
      upstream: upstream.invoke,
    });
    authentication = createAuthentication(config.authentication, { logger, now });
    const { isReady: hasKeys, keySets } = authentication;
    const identify = meters?.identify(authentication.identify) ?? authentication.identify;
    const resource = describeProtectedResource(config.authentication);
    const challenge = compileChallenge(resource?.url);
    const rest = createRest({
      registry,
      services: restServices,
      style: config.jsonStyle,
      invoke,
      identify,
      challenge,
      forwardMetadata: config.forwardMetadata,
      maxBodyBytes: config.maxRequestBytes,
    });
    const graphql = createGraphql({
      schema: deriveSchema({
        registry,
        table,
        services: graphqlServices,
        needsOf,
        extensions: [links],
        live: config.liveIntervals,
      }),
      invoke: capCalls(table, standardCallsPerService)(invoke),
      table,
      path: graphqlPath,
      identify,
      challenge,
      page: config.graphiql ? createGraphiqlPage({ path: graphqlPath, needsToken: config.auth === 'jwt' }) : undefined,
      logger,
      limits: { ...config.graphqlLimits, maxRequestBytes: config.maxRequestBytes, maxValidationErrors: 20 },
      live: { intervals: config.liveIntervals, maxStreams: config.liveMaxStreams },
    });
    // Begins to connect, so that the first question after readiness is not answered with no.
    upstream.isConnected();
    meters?.watch({
      laneStates: lanes.states,
      isConnected: upstream.isConnected,
      auditFailures: audit.failures,
      keySets,
    });
    const onError = (error: unknown) => logger.error({ err: error }, 'a request handler failed');
    let isClosing = false;
    const readiness = (): Readiness => {
      if (isClosing) return { ready: false, reason: 'shutting down' };
      if (!hasKeys()) return { ready: false, reason: 'the keys of an OAuth issuer cannot be had' };
      return upstream.isConnected() ? { ready: true } : { ready: false, reason: 'Cuebot cannot be reached' };
    };
    // So that the first tokens need not wait for keys; without an answer, it goes on without.
    await authentication.start();
    metricsServer = await meters?.serve({ readiness, onError });
    const protect = compileProtection({
      allowedHosts: config.allowedHosts,
      listenHost: config.host,
      publicUrl: config.authentication.publicUrl,
      corsOrigins: config.corsOrigins,
      isAmbient: config.auth === 'none',
      onBlocked: (event) => {
        meters?.blocked(event.reason);
        logger.warn(
          { event: 'REQUEST_BLOCKED', ...event },
          'a request of another site or for another host was refused',
        );
      },
    });
    const server = await createServer({
      host: config.host,
      port: config.port,
      mounts: {
        [graphqlPath]: protect({
          handle: meters?.answers('graphql', graphql.handle) ?? graphql.handle,
          crossSiteMethods: 'GET, POST',
          isReadGuarded: true,
          wordBlocked,
        }),
        ...(resource !== undefined && { [resource.path]: serveDocument(resource.document) }),
      },
      fallback: protect({
        handle: meters?.answers('rest', rest) ?? rest,
        crossSiteMethods: 'POST',
        isReadGuarded: false,
        wordBlocked: compileWordBlocked(config.jsonStyle),
      }),
      readiness,
      onError,
    });
    return {
      url: server.url,
      port: server.port,
      metricsUrl: metricsServer?.url,
      laneStates: lanes.states,
      close: async () => {
        isClosing = true;
        graphql.completeStreams();
        await server.close({ timeoutMs: config.shutdownTimeoutMs });
        await graphql.dispose();
        authentication?.close();
        upstream.close();
        await trail?.close();
        // Last, so that the end of every call can still be seen.
        await metricsServer?.close({ timeoutMs: 1_000 });
      },
    };
  } catch (error) {
    authentication?.close();
    upstream.close();
    await trail?.close();
    await metricsServer?.close();
    throw error;
  }
}

/** Where the audit goes. */
function openTrail({ auditFile, auditMaxBytes }: Config, logger: Logger, now: () => number): Promise<AuditTrail> {
  if (auditFile === undefined) return Promise.resolve(createLogTrail(logger));
  return openAuditFile({ path: auditFile, maxBytes: auditMaxBytes, now });
}
