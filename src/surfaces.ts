import type { Authentication } from './auth/create-authentication.ts';
import { describeProtectedResource } from './auth/protected-resource.ts';
import type { Logger } from './base/logger.ts';
import type { Config } from './config.ts';
import { createGraphiqlPage } from './graphql/graphiql/create-graphiql-page.ts';
import { createGraphql, type Graphql } from './graphql/create-graphql.ts';
import { deriveSchema } from './graphql/derive-schema.ts';
import { capCalls } from './graphql/links/cap-calls.ts';
import { wordBlocked } from './graphql/word-blocked.ts';
import type { Meters } from './meters.ts';
import { createRest } from './rest/create-rest.ts';
import { compileWordBlocked } from './rest/word-blocked.ts';
import type { Invoke } from './rpc/call.ts';
import { compileChallenge, type FormatChallenge } from './rpc/compile-challenge.ts';
import type { Identify } from './rpc/identity.ts';
import type { Handler, ServerOptions } from './server/create-server.ts';
import { compileProtection } from './server/protect.ts';
import { serveDocument } from './server/serve-document.ts';
import type { Snapshot } from './snapshot.ts';

/** Where GraphQL and its page are mounted; every other path belongs to REST. */
const graphqlPath = '/graphql';

/** What the surfaces are made from. */
export interface CreateSurfacesOptions {
  readonly config: Config;
  readonly snapshot: Snapshot;
  readonly invoke: Invoke;
  readonly authentication: Authentication;
  /** Undefined: nothing is measured. */
  readonly meters: Meters | undefined;
  readonly logger: Logger;
}

/** Both surfaces, as a server mounts them. */
export interface Surfaces extends Pick<ServerOptions, 'mounts' | 'fallback'> {
  readonly graphql: Pick<Graphql, 'completeStreams' | 'dispose'>;
}

/** Puts both surfaces on the waist, and the gate against other sites and hosts in front of them. */
export function createSurfaces(options: CreateSurfacesOptions): Surfaces {
  const { config, snapshot, authentication, meters } = options;
  const identify = meters?.identify(authentication.identify) ?? authentication.identify;
  const resource = describeProtectedResource(config.authentication, snapshot.policy.scopes);
  const callers = { identify, challenge: compileChallenge(resource?.url) };
  const rest = mountRest(options, callers);
  const graphql = mountGraphql(options, callers);
  const protect = compileGate(options);
  return {
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
    graphql,
  };
}

/** How a surface finds out who calls, and tells those whom it does not know what to bring. */
interface Callers {
  readonly identify: Identify;
  readonly challenge: FormatChallenge;
}

function mountRest({ config, snapshot, invoke }: CreateSurfacesOptions, callers: Callers): Handler {
  return createRest({
    registry: snapshot.registry,
    services: snapshot.restServices,
    style: config.jsonStyle,
    invoke,
    ...callers,
    forwardMetadata: config.forwardMetadata,
    maxBodyBytes: config.maxRequestBytes,
  });
}

function mountGraphql(options: CreateSurfacesOptions, callers: Callers): Graphql {
  const { config, snapshot, invoke, authentication, logger } = options;
  const { registry, table, graphqlServices, needsOf, links } = snapshot;
  const { authorizationServer } = authentication;
  const needsToken = config.auth === 'jwt';
  const page = { path: graphqlPath, needsToken, login: config.graphiqlLogin, authorizationServer };
  return createGraphql({
    schema: deriveSchema({
      registry,
      table,
      services: graphqlServices,
      needsOf,
      extensions: [links],
      live: config.liveIntervals,
    }),
    invoke: capCalls(table, config.graphqlCallsPerService)(invoke),
    table,
    path: graphqlPath,
    ...callers,
    page: config.graphiql ? createGraphiqlPage(page) : undefined,
    logger,
    limits: { ...config.graphqlLimits, maxRequestBytes: config.maxRequestBytes, maxValidationErrors: 20 },
    live: { intervals: config.liveIntervals, maxStreams: config.liveMaxStreams },
  });
}

/** The gate against requests of other sites and for other hosts. */
function compileGate({ config, meters, logger }: CreateSurfacesOptions): ReturnType<typeof compileProtection> {
  return compileProtection({
    allowedHosts: config.allowedHosts,
    listenHost: config.host,
    publicUrl: config.authentication.publicUrl,
    corsOrigins: config.corsOrigins,
    isAmbient: config.auth === 'none',
    onBlocked: (event) => {
      meters?.blocked(event.reason);
      logger.warn({ event: 'REQUEST_BLOCKED', ...event }, 'a request of another site or for another host was refused');
    },
  });
}
