import { openAuditFile } from './auth/audit/audit-file.ts';
import { type AuditTrail, createLogTrail } from './auth/audit/audit-trail.ts';
import { createAudit } from './auth/audit/create-audit.ts';
import { createIdentify } from './auth/create-identify.ts';
import { authorize } from './auth/policy/authorize.ts';
import type { Logger } from './base/logger.ts';
import { compileValueToWire } from './codec/value-to-wire.ts';
import { compileWireToValue } from './codec/wire-to-value.ts';
import type { Config } from './config.ts';
import { createGraphiqlPage } from './graphql/graphiql/create-graphiql-page.ts';
import { createGraphql } from './graphql/create-graphql.ts';
import { deriveSchema } from './graphql/derive-schema.ts';
import type { MessageDescriptor, MethodDescriptor } from './registry/descriptors.ts';
import { createRest } from './rest/create-rest.ts';
import { composeWaist } from './rpc/compose-waist.ts';
import type { LaneState } from './rpc/lane.ts';
import { createLanes } from './rpc/use-lanes.ts';
import { createServer } from './server/create-server.ts';
import { takeSnapshot } from './snapshot.ts';
import { createUpstream } from './upstream/create-upstream.ts';

/** A gateway that answers. */
export interface Gateway {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
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
  let trail: AuditTrail | undefined;
  try {
    const { registry, table, policy, restServices, graphqlServices } = await takeSnapshot(config, upstream.reflect);
    const lanes = createLanes(table, {
      holdLimitMs: config.laneHoldLimitMs,
      maxWaiting: config.laneMaxWaiting,
      maxWaitMs: config.laneMaxWaitMs,
    });
    const open = (message: MessageDescriptor) => compileWireToValue(message, registry);
    const takesGrant = (method: MethodDescriptor) => policy.factsOf(method).grant !== undefined;
    trail = await openTrail(config, logger, now);
    const audit = createAudit({ table, takesGrant, trail, open, logger, now });
    const invoke = composeWaist({
      table,
      timeoutMs: config.grpcTimeoutMs,
      maxRequestBytes: config.maxRequestBytes,
      audit,
      authorize: authorize(policy, { open, close: (message) => compileValueToWire(message, registry) }),
      lanes: config.lanes ? lanes : undefined,
      logger,
      upstream: upstream.invoke,
    });
    const identify = createIdentify({ auth: config.auth, jwtSecret: config.jwtSecret, now });
    const rest = createRest({
      registry,
      services: restServices,
      style: config.jsonStyle,
      invoke,
      identify,
      forwardMetadata: config.forwardMetadata,
      maxBodyBytes: config.maxRequestBytes,
    });
    const graphql = createGraphql({
      schema: deriveSchema({ registry, table, services: graphqlServices, invoke, extensions: [] }),
      path: graphqlPath,
      identify,
      page: config.graphiql ? createGraphiqlPage({ path: graphqlPath, needsToken: config.auth === 'jwt' }) : undefined,
      logger,
      limits: { maxRequestBytes: config.maxRequestBytes, maxTokens: 10_000, maxValidationErrors: 20 },
    });
    const server = await createServer({
      host: config.host,
      port: config.port,
      mounts: { [graphqlPath]: graphql.handle },
      fallback: rest,
      readiness: () => (upstream.isConnected() ? { ready: true } : { ready: false, reason: 'Cuebot cannot be reached' }),
      onError: (error) => logger.error({ err: error }, 'a request handler failed'),
    });
    return {
      url: server.url,
      port: server.port,
      laneStates: lanes.states,
      close: async () => {
        await server.close({ timeoutMs: config.shutdownTimeoutMs });
        await graphql.dispose();
        upstream.close();
        await trail?.close();
      },
    };
  } catch (error) {
    upstream.close();
    await trail?.close();
    throw error;
  }
}

/** Where the audit goes. */
function openTrail({ auditFile, auditMaxBytes }: Config, logger: Logger, now: () => number): Promise<AuditTrail> {
  if (auditFile === undefined) return Promise.resolve(createLogTrail(logger));
  return openAuditFile({ path: auditFile, maxBytes: auditMaxBytes, now });
}
