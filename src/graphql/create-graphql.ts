import type { IncomingMessage, ServerResponse } from 'node:http';

import { useGenericAuth as createGenericAuth } from '@envelop/generic-auth';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';

import type { Logger } from '../base/logger.ts';
import { requestIdOf } from '../base/request-id.ts';

import { GatewayError } from '../rpc/gateway-error.ts';
import type { Identify } from '../rpc/identity.ts';

import { createDocumentCache } from './document-cache.ts';
import type { GraphiqlPage } from './graphiql/create-graphiql-page.ts';
import type { UnknownEnumValue } from './graphql-context.ts';
import { type FinishedContext, finishResults } from './finish-results.ts';
import { refusal, guardRequests } from './guard-requests.ts';

/** Answers one HTTP request. */
export type GraphqlHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What an endpoint is made of. */
export interface CreateGraphqlOptions {
  /** From `deriveSchema`. */
  readonly schema: GraphQLSchema;
  /** Where it is mounted, e.g. `/graphql`; anything below answers 404. */
  readonly path: string;
  readonly identify: Identify;
  /** What a browser finds at the endpoint; it shows nothing of the farm, so it needs no identity. Undefined: nothing. */
  readonly page: GraphiqlPage | undefined;
  readonly logger: Logger;
  readonly limits: GraphqlLimits;
}

/** What one request may take. */
export interface GraphqlLimits {
  /** Bytes of a request's body; more is 413. */
  readonly maxRequestBytes: number;
  /** Words, numbers and punctuators of a query text. */
  readonly maxTokens: number;
  /** How many mistakes of one query are told before the search ends. */
  readonly maxValidationErrors: number;
}

/** A GraphQL endpoint. */
export interface Graphql {
  readonly handle: GraphqlHandler;
  /** Ends what is still open; call after the server has stopped to accept. */
  dispose(): Promise<void>;
}

/**
 * Serves a schema by GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/): POST with a JSON body, or GET for
 * queries. Everything that yoga would do beyond that is off: it is the server's task, or a hole.
 */
export function createGraphql({ schema, path, identify, page, logger, limits }: CreateGraphqlOptions): Graphql {
  const yoga = createYoga<FinishedContext & SignalContext>({
    schema,
    graphqlEndpoint: path,
    plugins: [
      guardRequests(identify, limits.maxRequestBytes),
      passIdentityOn(),
      limitWork(limits),
      finishResults(logger),
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
  return {
    handle: (request, response) => {
      if (page?.handles(request) === true) return page.handle(request, response);
      const requestId = requestIdOf(request.headers['x-request-id']);
      response.setHeader('x-request-id', requestId);
      const context = { requestId, signal: abandonmentOf(response), unknownEnumValues: [] as UnknownEnumValue[] };
      // Never rejects: whatever goes wrong in there becomes an answer.
      void yoga(request, response, context);
    },
    dispose: async () => {
      await yoga.dispose();
    },
  };
}

interface SignalContext {
  readonly signal: AbortSignal;
}

/** Fires when the client leaves before it has its answer. */
function abandonmentOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
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

/**
 * Bounds the work before execution. Yoga ignores these when a plugin changes the parameters of parse and validate, hence
 * the functions.
 */
function limitWork({ maxTokens, maxValidationErrors }: GraphqlLimits): Plugin {
  return {
    onParse: ({ setParseFn }) => {
      setParseFn((source, options) => parse(source, { ...options, maxTokens }));
    },
    onValidate: ({ setValidationFn }) => {
      setValidationFn(
        ((schema: GraphQLSchema, document: DocumentNode, rules: never, _: never, typeInfo: never) =>
          validate(
            schema,
            document,
            rules,
            { maxErrors: maxValidationErrors },
            typeInfo,
          ) as readonly GraphQLError[]) as never,
      );
    },
  };
}
