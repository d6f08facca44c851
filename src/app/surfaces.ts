import type { Authentication } from '../authentication/create-authentication.ts';
import { describeProtectedResource } from '../authentication/protected-resource.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import { type AddressOf, compileAddressOf } from '../http/client-address.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Config } from '../config/config.ts';
import { type Connect, createConnect } from '../connect/create-connect.ts';
import { createGraphiqlPage } from '../graphiql/create-graphiql-page.ts';
import { createFarmPage } from '../farm-page/create-farm-page.ts';
import { createHomePage, type HomeLink } from '../web-pages/home-page.ts';
import { createExecutor } from '../graphql/execution/create-executor.ts';
import { createGraphql, type Graphql } from '../graphql/http/create-graphql.ts';
import { createGraphqlConnections, type GraphqlConnections } from '../graphql/http/graphql-connections.ts';
import { isRefusalReason } from '../graphql/limits/refusal-reasons.ts';
import { findMisfittingDocuments } from '../graphql/persisted/read-persisted-operations.ts';
import { composePipeline, type Pipeline } from '../pipeline/compose-pipeline.ts';
import { capCalls } from '../pipeline/lanes/cap-calls.ts';
import { wordBlocked } from '../graphql/http/http-error.ts';
import type { Meters } from './meters.ts';
import { createRest } from '../rest/create-rest.ts';
import { compileWordBlocked } from '../rest/render-error.ts';
import { compileChallenge, type FormatChallenge } from '../call/challenge.ts';
import type { AdmitCaller } from '../authentication/request-rate.ts';
import { compileIdentifyRequest, type Rejection } from '../authentication/identify-request.ts';
import type { Routes } from '../http/create-server.ts';
import type { Handler, Mount } from '../http/mount.ts';
import { compileIsService, type IdentifyRequest } from '../call/identity.ts';
import { compressAnswers } from '../http/compress-answers.ts';
import { compileProtection } from '../http/protect.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { serveDocument } from '../http/serve-document.ts';
import { createSwaggerUiPage } from '../swagger-ui/create-swagger-ui-page.ts';
import { describeRoutes, openapiPath } from './describe-routes.ts';
import { compileMayRead, compileSchemaOf, type SchemaOf } from './schema-of-snapshot.ts';
import { spanOfRequest } from './trace-requests.ts';
import type { Snapshot } from './snapshot.ts';
import type { OpenedPipeline } from './open-pipeline.ts';

/** Where GraphQL and its page are mounted; every other path belongs to REST. */
const graphqlPath = '/graphql';

/** Where the routes of REST can be read and tried out. */
const docsPath = '/docs';
/** Where the page is that shows the farm. */
const farmPath = '/farm';

/** What the surfaces are made from, besides what is known of RPCs. */
export interface CreateSurfacesOptions {
  readonly config: Config;
  /** Writes down a request that was turned away before it could be a call. */
  readonly reject: OpenedPipeline['reject'];
  readonly authentication: Authentication;
  /** Whether who calls may do so now; undefined: always. */
  readonly admit: AdmitCaller | undefined;
  /** What may be held in memory for callers. */
  readonly budget: ByteBudget;
  /** Undefined: nothing is measured. */
  readonly meters: Meters | undefined;
  readonly logger: Logger;
}

/** What the surfaces of a snapshot are made from. */
export interface ComposeSurfacesOptions {
  readonly snapshot: Snapshot;
  readonly pipeline: Pick<Pipeline, 'invokeOf'>;
}

/** The surfaces of one snapshot, as a server serves them. */
export interface ComposedSurfaces {
  readonly routes: Routes;
  readonly graphql: Pick<Graphql, 'takeOver' | 'dispose'>;
}

/** What all surfaces share, whatever the snapshot is. */
export interface Surfaces {
  /** Puts the surfaces on a pipeline, and the gate against other sites and hosts in front of them. */
  readonly compose: (options: ComposeSurfacesOptions) => ComposedSurfaces;
  /** Subscriptions and WebSockets. */
  readonly connections: GraphqlConnections;
}

/** What every part of the surfaces may use. */
interface Surroundings extends CreateSurfacesOptions, ComposeSurfacesOptions {
  readonly schemaOf: SchemaOf;
  readonly connections: GraphqlConnections;
}

/** Opens what lasts longer than a snapshot: connections with subscriptions, and the gate. */
export function createSurfaces(options: CreateSurfacesOptions): Surfaces {
  const { config, authentication, admit, budget, meters, logger, reject } = options;
  const addressOf = compileAddressOf(config.trustedProxies);
  const onRejected = (rejection: Rejection) => {
    meters?.rejected(rejection.reason);
    reject({ event: 'unauthenticated', ...rejection });
  };
  const { identify } = authentication;
  const identifyFor = (surface: Rejection['surface']): IdentifyRequest =>
    compileIdentifyRequest({ identify, surface, addressOf, admit, onRejected });
  const connections = createGraphqlConnections({
    identify: identifyFor('graphql'),
    addressOf,
    intervals: config.liveIntervals,
    maxStreams: config.liveMaxStreams,
    services: { include: compileIsService(config.serviceSubjects), maxStreams: config.liveMaxServiceStreams },
    budget,
    logger,
    onRefused: countGraphqlRefusals(options),
  });
  const protect = compileGate(options, addressOf);
  const schemaOf = compileSchemaOf(config);
  const compose = ({ snapshot, pipeline }: ComposeSurfacesOptions) =>
    composeSurfaces({ ...options, snapshot, pipeline, connections, schemaOf }, identifyFor, addressOf, protect);
  return { compose, connections };
}

function composeSurfaces(
  options: Surroundings,
  identifyFor: (surface: Rejection['surface']) => IdentifyRequest,
  addressOf: AddressOf,
  protect: ReturnType<typeof compileProtection>,
): ComposedSurfaces {
  const { config, snapshot, connections, meters } = options;
  const resource = describeProtectedResource(config.authentication, snapshot.policy.scopes);
  const challenge = compileChallenge(resource?.url);
  const callersOf = (surface: Rejection['surface']): Callers => ({
    identify: identifyFor(surface),
    addressOf,
    challenge,
    spanOf: config.traces && spanOfRequest,
  });
  const rest = mountRest(options, callersOf('rest'));
  const connect = mountConnect(options, callersOf);
  const handleRest = meters?.answers('rest', rest) ?? rest;
  const handleConnect = meters?.answers('connect', connect.handle) ?? connect.handle;
  const graphql = mountGraphql(options, callersOf('graphql'));
  const isCompressed = config.compression !== 'off';
  const handleGraphql = isCompressed ? compressAnswers(graphql.handle, options.budget) : graphql.handle;
  const home = createHomePage(homeLinksOf(config), isCompressed);
  const routes: Routes = {
    mounts: {
      [graphqlPath]: protect({
        handle: meters?.answers('graphql', handleGraphql) ?? handleGraphql,
        crossSiteMethods: 'GET, POST',
        isReadGuarded: () => true,
        wordBlocked,
      }),
      ...(config.openapi &&
        config.swaggerUi && {
          [docsPath]: protect({
            handle: createSwaggerUiPage({ path: docsPath, documentPath: openapiPath, isCompressed }),
            crossSiteMethods: 'GET',
            isReadGuarded: () => false,
            wordBlocked: compileWordBlocked(config.jsonStyle),
          }),
        }),
      ...(config.farmPage && { [farmPath]: protect(mountFarmPage(options)) }),
    },
    documents: {
      ...(config.openapi && {
        [openapiPath]: serveDocument(() => describeRoutes(snapshot, config.authentication), isCompressed),
      }),
      ...(resource !== undefined && { [resource.path]: serveDocument(() => resource.document, isCompressed) }),
    },
    webSockets: {
      [graphqlPath]: protect({
        handle: connections.webSockets.handle,
        crossSiteMethods: 'GET, POST',
        isReadGuarded: () => true,
        isWebSocket: true,
        wordBlocked,
      }),
    },
    fallback: protect({
      handle: (request, response) => {
        if (home.handles(request)) return home.handle(request, response);
        return (connect.handles(request) ? handleConnect : handleRest)(request, response);
      },
      crossSiteMethods: 'GET, POST',
      isReadGuarded: connect.handles,
      wordBlocked: compileWordBlocked(config.jsonStyle),
    }),
  };
  return { routes, graphql };
}

/** Errors that a GraphQL answer tells; the others are counted. */
const maxAnswerErrors = 100;

/** How a surface finds out who calls, and tells those whom it does not know what to bring. */
interface Callers {
  readonly identify: IdentifyRequest;
  readonly addressOf: AddressOf;
  readonly challenge: FormatChallenge;
  /** Undefined: nothing is traced. */
  readonly spanOf: typeof spanOfRequest | undefined;
}

function mountRest(options: Surroundings, callers: Callers): Handler {
  const { config, snapshot, pipeline, budget } = options;
  return createRest({
    registry: snapshot.registry,
    services: snapshot.restServices,
    style: config.jsonStyle,
    invokeOf: pipeline.invokeOf,
    ...callers,
    forwardMetadata: config.forwardMetadata,
    maxBodyBytes: config.maxRequestBytes,
    budget,
    isCompressed: config.compression === 'all',
    isRead: (method) => snapshot.table.factsOf(method).kind === 'read',
    onRefused: countRefusals(options),
  });
}

function mountConnect(options: Surroundings, callersOf: (surface: Rejection['surface']) => Callers): Connect {
  const { config, snapshot, pipeline, budget } = options;
  const { addressOf, challenge, spanOf } = callersOf('connect');
  return createConnect({
    registry: snapshot.registry,
    // Not REST's, which are the Go gateway's: pycue looks for Cuebot by an RPC that this one has no route for, through an agent too.
    services: snapshot.grpcServices,
    isRead: (method) => snapshot.table.factsOf(method).kind === 'read',
    invokeOf: pipeline.invokeOf,
    identify: { connect: callersOf('connect').identify, 'grpc-web': callersOf('grpc-web').identify },
    addressOf,
    challenge,
    spanOf,
    forwardMetadata: config.forwardMetadata,
    maxBodyBytes: config.maxRequestBytes,
    budget,
    onRefused: countRefusals(options),
  });
}

/** Counts requests that were refused before they could be calls. */
function countRefusals({ meters }: CreateSurfacesOptions): (reason: string) => void {
  return (reason) => meters?.calls.failed(reason)();
}

/** The same, where GraphQL has reasons of its own. */
function countGraphqlRefusals({ meters }: CreateSurfacesOptions): (reason: string) => void {
  return (reason) => (isRefusalReason(reason) ? meters?.graphqlRefused(reason) : meters?.calls.failed(reason)());
}

function mountGraphql(options: Surroundings, callers: Callers): Graphql {
  const { config, snapshot, pipeline, authentication, connections, budget, logger } = options;
  const { registry, table, persistedOperations } = snapshot;
  const { authorizationServer } = authentication;
  const isCompressed = config.compression !== 'off';
  const page = {
    ...visitorsOf(config),
    path: graphqlPath,
    authorizationServer,
    hasFarmPage: config.farmPage,
    isCompressed,
  };
  const schema = options.schemaOf(snapshot);
  for (const misfit of persistedOperations === undefined ? [] : findMisfittingDocuments(persistedOperations, schema)) {
    logger.warn({ event: 'PERSISTED_OPERATION_MISFIT', ...misfit }, 'a persisted operation does not fit the schema');
  }
  return createGraphql({
    schema,
    persistedOperations,
    execute: createExecutor(config.graphqlExecutor, {
      registry,
      maxResponseBytes: config.graphqlMaxResponseBytes,
      maxResponseValues: config.graphqlMaxResponseValues,
      maxErrors: maxAnswerErrors,
    }),
    invoke: composePipeline(table.rows, { turns: capCalls(config.graphqlCallsPerService) }, pipeline.invokeOf).invoke,
    table,
    path: graphqlPath,
    ...callers,
    mayRead: compileMayRead(snapshot),
    page: config.graphiql ? createGraphiqlPage(page) : undefined,
    logger,
    budget,
    onRefused: countGraphqlRefusals(options),
    limits: { ...config.graphqlLimits, maxValidationErrors: 20 },
    connections,
  });
}

function visitorsOf({ auth, graphiqlLogin }: Config) {
  return { needsToken: auth === 'jwt', login: graphiqlLogin };
}

function mountFarmPage({ config, authentication: { authorizationServer } }: CreateSurfacesOptions): Mount {
  const page = createFarmPage({
    ...visitorsOf(config),
    path: farmPath,
    authorizationServer,
    hasGraphiql: config.graphiql,
    isCompressed: config.compression !== 'off',
  });
  return {
    handle: (request, response) => {
      if (page.handles(request)) page.handle(request, response);
      else
        sendAnswer(response, { status: 404, headers: { 'Content-Type': 'text/plain' }, body: 'a page for browsers\n' });
    },
    crossSiteMethods: 'GET',
    isReadGuarded: () => false,
    wordBlocked,
  };
}

/** What the page at `/` leads to. */
function homeLinksOf({ farmPage, graphiql, openapi, swaggerUi }: Config): readonly HomeLink[] {
  return [
    ...(farmPage
      ? [{ name: 'The farm', address: 'farm', description: 'Shows, jobs and hosts at a glance, as they are now.' }]
      : []),
    ...(graphiql
      ? [{ name: 'GraphiQL', address: 'graphql', description: 'Try queries, and read what there is to ask for.' }]
      : []),
    ...(openapi
      ? [{ name: 'OpenAPI', address: openapiPath.slice(1), description: 'The routes of REST, for generators of code.' }]
      : []),
    ...(openapi && swaggerUi
      ? [{ name: 'REST', address: docsPath.slice(1), description: 'Read the routes, and try them out.' }]
      : []),
    { name: 'Health', address: 'readyz', description: 'Whether this gateway is ready, and reaches its Cuebot.' },
  ];
}

/** The gate against requests of other sites and for other hosts. */
function compileGate(
  { config, reject, meters, logger }: CreateSurfacesOptions,
  addressOf: AddressOf,
): ReturnType<typeof compileProtection> {
  return compileProtection({
    allowedHosts: config.allowedHosts,
    listenHost: config.host,
    publicUrl: config.authentication.publicUrl,
    corsOrigins: config.corsOrigins,
    corsHeaders: config.corsHeaders,
    isAmbient: config.auth === 'none',
    addressOf,
    onBlocked: (event) => {
      const { reason, requestId, path, remoteAddress: peer } = event;
      meters?.blocked(reason);
      reject({ event: 'blocked', reason, requestId, path, peer });
      logger.warn({ event: 'REQUEST_BLOCKED', ...event }, 'a request of another site or for another host was refused');
    },
  });
}
