import type { IncomingMessage, ServerResponse } from 'node:http';

import { useGenericAuth as createGenericAuth } from '@envelop/generic-auth';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';

import type { ByteBudget } from '../../http/byte-budget.ts';
import type { AddressOf } from '../../http/client-address.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { requestIdOf } from '../../http/request-id.ts';

import { compileChallenge, type FormatChallenge } from '../../call/challenge.ts';
import { departureOf } from '../../call/call-signal.ts';
import type { Call } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { IdentifyRequest } from '../../call/identity.ts';

import { createOperation, type OperationOptions } from '../execution/create-operation.ts';
import { answerIntrospection, type MayRead } from '../limits/answer-introspection.ts';
import { limitWork, type WorkLimits } from '../limits/limit-work.ts';
import { createDocumentCache } from './document-cache.ts';
import { standardAnswerLimits } from '../execution/answer-limits.ts';
import { createReferenceExecutor, type Execute } from '../execution/reference-executor.ts';
import { executeBy } from '../execution/execute-by.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import { limitOperationTime } from '../execution/limit-operation-time.ts';
import { finishResults } from '../execution/finish-results.ts';
import { traceOperations } from '../execution/trace-operations.ts';
import { guardRequests, type RequestContext } from './guard-requests.ts';
import { refusal } from './http-error.ts';
import { writeResults } from './write-results.ts';
import type { PersistedOperations } from '../persisted/read-persisted-operations.ts';
import { compileResolveDocument, resolveDocuments } from '../persisted/resolve-document.ts';
import type { GraphqlConnections } from './graphql-connections.ts';
import { serveSubscriptions } from '../subscriptions/serve-subscriptions.ts';
import { compilePrepareOperation } from '../web-sockets/socket-operation.ts';

/** Answers one HTTP request. */
export type GraphqlHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What is shown to browsers that visit the endpoint. */
export interface PageForBrowsers {
  /** Whether the request is for the page or one of its files. */
  handles(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** What an endpoint is made of. */
export interface CreateGraphqlOptions extends Pick<OperationOptions, 'invoke' | 'table'> {
  /** From `deriveSchema`. */
  readonly schema: GraphQLSchema;
  /** Where it is mounted, e.g. `/graphql`; anything below answers 404. */
  readonly path: string;
  readonly identify: IdentifyRequest;
  readonly addressOf: AddressOf;
  /** Whether a caller may read anything, so that the schema is of use to them; not given: everybody may. */
  readonly mayRead?: MayRead;
  /** How callers are told what their credentials lack; without metadata when not given. */
  readonly challenge?: FormatChallenge;
  /** What a browser finds at the endpoint; it shows nothing of the farm, so it needs no identity. Undefined: nothing. */
  readonly page: PageForBrowsers | undefined;
  /** Documents that callers may name; undefined: none. */
  readonly persistedOperations?: PersistedOperations | undefined;
  readonly logger: Logger;
  /** What may be held in memory for all callers together. */
  readonly budget: ByteBudget;
  /** Counts what was refused, by its reason. */
  readonly onRefused: (reason: string) => void;
  /** Not given: graphql-js. */
  readonly execute?: Execute;
  /** What a request is traced under; undefined: nothing is. */
  readonly spanOf?: ((request: IncomingMessage) => Call['span']) | undefined;
  readonly limits: GraphqlLimits;
  /** The endpoint's subscriptions and WebSockets. */
  readonly connections: GraphqlConnections;
}

/** What one request may take. */
export interface GraphqlLimits extends WorkLimits {
  /** Bytes of a request's body; more is 413 (GRAPHQL_MAX_REQUEST_MB). */
  readonly maxRequestBytes: number;
  /** Values in a request's body; more is 413 (GRAPHQL_MAX_VALUES). */
  readonly maxValues: number;
  /** Calls upstream of one operation (GRAPHQL_MAX_CALLS). */
  readonly maxCalls: number;
  /** How long an operation may take (GRAPHQL_TIMEOUT). */
  readonly timeoutMs: number;
}

/** A GraphQL endpoint with one schema. */
export interface Graphql {
  readonly handle: GraphqlHandler;
  /** Has the connections served by this schema from now on. */
  takeOver(): void;
  /** Ends what is still open; call after the server has stopped to accept. */
  dispose(): Promise<void>;
}

/** Shorter than any proxy waits for a silent stream by default. */
const pingIntervalMs = 12_000;

/**
 * Serves a schema by GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/): POST with a JSON body, or GET for
 * queries. Everything that yoga would do beyond that is off: it is the server's task, or a hole.
 */
export function createGraphql(options: CreateGraphqlOptions): Graphql {
  const {
    schema,
    path,
    identify,
    addressOf,
    connections,
    page,
    logger,
    limits,
    execute: executeUntraced = createReferenceExecutor(standardAnswerLimits),
    spanOf,
  } = options;
  const execute = spanOf === undefined ? executeUntraced : traceOperations(executeUntraced);
  const operations = { invoke: options.invoke, table: options.table, maxCalls: limits.maxCalls };
  const { live, webSockets } = connections;
  const work = limitWork(schema, limits);
  const resolveDocument = compileResolveDocument(options.persistedOperations);
  const yoga = createYoga<RequestContext & Omit<GraphqlContext, 'identity'>>({
    schema,
    graphqlEndpoint: path,
    plugins: [
      guardRequests({
        identify,
        formatChallenge: options.challenge ?? compileChallenge(undefined),
        maxBodyBytes: limits.maxRequestBytes,
        maxValues: limits.maxValues,
        onRefused: options.onRefused,
      }),
      passIdentityOn(),
      resolveDocuments(resolveDocument),
      executeBy(execute),
      work.plugin,
      answerIntrospection(schema, options.mayRead ?? (() => true)),
      serveSubscriptions(live),
      finishResults({ logger, onRefused: options.onRefused }),
      writeResults({ pingIntervalMs }),
    ],
    // The guard reads bodies, and counts.
    maxRequestBodySize: false,
    parserAndValidationCache: { documentCache: createDocumentCache<DocumentNode>(), errorCache: createDocumentCache() },
    // finishResults masks: it also knows the request id.
    maskedErrors: false,
    // The server answers CORS and health, the page is ours, and a landing page or yoga's GraphiQL would load code from elsewhere.
    cors: false,
    graphiql: false,
    landingPage: false,
    // Both would multiply what one request may do.
    multipart: false,
    batching: false,
    // It would print to the console; what matters reaches our logger.
    logging: false,
  });
  const createContext = (
    origin: Pick<RequestContext, 'req' | 'requestId' | 'hold'> & Pick<GraphqlContext, 'signal' | 'spanParent'>,
  ) => ({
    requestId: origin.requestId,
    hold: origin.hold,
    signal: origin.signal,
    spanParent: origin.spanParent,
    operation: createOperation({
      ...operations,
      invoke: limitOperationTime(operations.invoke, operations.table, limits.timeoutMs),
      peer: addressOf(origin.req),
    }),
    unknownEnumValues: [],
    truncated: [],
    unsupported: [],
  });
  const prepare = compilePrepareOperation(
    yoga.getEnveloped as never,
    // A socket may be open for days: what is asked over it has traces of its own.
    ({ req, res, ...origin }) => ({
      ...createContext({ req, spanParent: spanOf?.(req)?.apart, ...origin }),
      req,
      res,
    }),
    resolveDocument,
    { logger, onRefused: options.onRefused },
  );
  return {
    handle: (request, response) => {
      if (page?.handles(request) === true) return page.handle(request, response);
      const requestId = requestIdOf(request.headers['x-request-id']);
      response.setHeader('x-request-id', requestId);
      // What the farm does is nobody's to keep, and JSON is not to be taken for a script or a page.
      response.setHeader('cache-control', 'no-store');
      response.setHeader('x-content-type-options', 'nosniff');
      if (pathOf(request.url ?? '') !== path) return sendNotFound(response, path, requestId);
      const hold = options.budget.open(response);
      const signal = departureOf(response);
      const context = createContext({ req: request, requestId, hold, signal, spanParent: spanOf?.(request) });
      // Never rejects: whatever goes wrong in there becomes an answer.
      void yoga(request, response, context);
    },
    takeOver: () => {
      const { timeoutMs } = limits;
      live.serve({ ...operations, schema, execute, timeoutMs, findMisfits: work.findMisfits });
      webSockets.serve(prepare);
    },
    dispose: async () => {
      await yoga.dispose();
    },
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function sendNotFound(response: ServerResponse, path: string, requestId: string): void {
  const message = `There is nothing at this address; GraphQL is at "${path}", without anything behind it.`;
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'NOT_FOUND', requestId } }] });
  response.writeHead(404, { 'content-type': 'application/json; charset=utf-8' }).end(body);
}

/**
 * Hands the identity that the guard has established to the resolvers. Generic-auth's own refusals are not used: they come
 * after validation, let introspection through, and end the process when a validation is asynchronous.
 */
function passIdentityOn(): object {
  return createGenericAuth<object, { identity?: object; requestId?: string }, 'identity'>({
    mode: 'resolve-only',
    contextFieldName: 'identity',
    resolveUserFn: ({ identity, requestId = '' }) => {
      // Cannot happen over HTTP; whoever executes operations in another way has to bring an identity too.
      if (identity === undefined) throw refusal(new GatewayError('UNAUTHENTICATED', 'no identity'), requestId);
      return identity;
    },
  }) as object;
}
