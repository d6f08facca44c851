import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import type { Logger } from '../../telemetry/logger.ts';

import type { Identity } from '../../call/identity.ts';

import { BAD_USER_INPUT } from './bad-user-input.ts';
import type { GraphqlContext } from './graphql-context.ts';
import type { RequestContext } from '../http/guard-requests.ts';
import { refusal } from '../http/http-error.ts';
import { type RefusalListeners, tellRefusals } from '../limits/tell-refusals.ts';

/** What the last look at a result needs of its operation. */
export type Finishing = Pick<
  GraphqlContext,
  'unknownEnumValues' | 'truncated' | 'unsupported' | 'requestId' | 'operation'
> & {
  readonly identity?: Identity;
};

/**
 * The last look at every result before it becomes JSON, whichever stage it comes from: adds what the operation noted down
 * for its caller, gives every error a code, and replaces what was not meant for a caller.
 */
export function finishResults(
  listeners: RefusalListeners,
): Plugin<Finishing & RequestContext, Finishing & RequestContext> {
  return {
    onResultProcess: ({ result, setResult, serverContext }) => {
      // The events of a stream are finished where they are made: each has a context of its own.
      if (Array.isArray(result) || Symbol.asyncIterator in result) return;
      setResult(finishResult(result, serverContext, listeners));
    },
  };
}

/** The same for one result, wherever it goes. */
export function finishResult<Result extends ExecutionResult>(
  result: Result,
  context: Finishing,
  listeners: RefusalListeners,
): Result {
  const { unknownEnumValues, truncated, unsupported, requestId, operation } = context;
  const turnedAway = operation.turnedAway();
  if (turnedAway !== undefined && 'data' in result) {
    // Nothing was done, so the whole request may be sent again: 503 says so to proxies and clients, too.
    return finishResult({ errors: [refusal(turnedAway, requestId)] } as unknown as Result, context, listeners);
  }
  const { errors } = result;
  const explanation = operation.explanation();
  const notes = { unknownEnumValues, truncated, unsupported };
  const told = Object.entries(notes).filter(([, list]) => list.length > 0);
  const hasNotes = told.length > 0 || explanation !== undefined;
  if (errors === undefined && !hasNotes) return result;
  const isRequestError = !('data' in result);
  if (errors !== undefined) tellRefusals(errors.filter(isMeantForCallers), isRequestError, context, listeners);
  const extensions = {
    ...result.extensions,
    ...Object.fromEntries(told),
    ...(explanation !== undefined && { explain: explanation.toJSON() }),
  };
  return {
    ...result,
    ...(errors !== undefined && {
      errors: errors.map((error) => finishError(error, isRequestError, requestId, listeners.logger)),
    }),
    ...(Object.keys(extensions).length > 0 && { extensions }),
  };
}

function finishError(error: GraphQLError, isRequestError: boolean, requestId: string, logger: Logger): GraphQLError {
  if (!isMeantForCallers(error)) {
    logger.error({ requestId, err: error.originalError ?? error }, 'GraphQL operation failed unexpectedly');
    return withExtensions(error, 'internal error', { code: 'INTERNAL', requestId, http: { status: 500 } });
  }
  const { http, ...extensions } = error.extensions;
  if (!isRequestError) return withExtensions(error, error.message, { code: 'INTERNAL', ...extensions });
  return withExtensions(error, error.message, {
    code: BAD_USER_INPUT,
    ...extensions,
    http: finishHttp(http as HttpExtension | undefined, error.extensions['code'] === 'BAD_REQUEST'),
  });
}

interface HttpExtension {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Yoga: the status holds for application/graphql-response+json only; application/json gets 200. */
  readonly spec?: boolean;
}

/**
 * A request that is well-formed but cannot be executed is 400, yet 200 for clients that only know application/json; one that
 * is no GraphQL request at all is what it is to both: https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes.
 */
function finishHttp(http: HttpExtension | undefined, isMalformed: boolean): HttpExtension {
  if (http === undefined) return { spec: true, status: 400 };
  const { spec: _, ...exact } = http;
  return isMalformed ? exact : http;
}

/** Errors of graphql-js and ours are; what some code threw by accident is not. */
function isMeantForCallers(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  return error.originalError === undefined || isMeantForCallers(error.originalError);
}

/** graphql-js repeats what it was sent, however long it is. */
const longestMessage = 2_000;

function withExtensions(error: GraphQLError, text: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes, source, positions, path } = error;
  const message = text.length <= longestMessage ? text : `${text.slice(0, longestMessage)} …`;
  return new GraphQLError(message, { nodes: nodes ?? null, source, positions, path, extensions });
}
