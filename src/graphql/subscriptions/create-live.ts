import { createHash } from 'node:crypto';

import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';

import type { AddressOf } from '../../http/client-address.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Span, SpanParent } from '../../telemetry/span.ts';

import type { IdentifyRequest, Identity } from '../../call/identity.ts';

import { standardAnswerLimits } from '../execution/answer-limits.ts';
import { createReferenceExecutor, type Execute } from '../execution/reference-executor.ts';
import { createOperation, type OperationOptions } from '../execution/create-operation.ts';
import type { OperationRequest } from '../limits/collect-fields.ts';
import { finishResult } from '../execution/finish-results.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import { JsonData } from '../execution/json-data.ts';
import { limitOperationTime } from '../execution/limit-operation-time.ts';
import { describeOperation } from '../execution/trace-operations.ts';
import type { RequestContext } from '../http/guard-requests.ts';
import { refusal } from '../http/http-error.ts';
import type { LiveIntervals } from './live-interval.ts';
import { OpenStreams, type Stream, StreamBrokenOff } from './open-streams.ts';
import { createPolledCalls, type PolledCalls } from './poll-calls.ts';
import { readInterval, waitForTick } from './live-interval.ts';

/** What subscriptions are served with, whatever the schema is. */
export interface LiveOptions {
  readonly identify: IdentifyRequest;
  readonly addressOf: AddressOf;
  readonly intervals: LiveIntervals;
  /** How many subscriptions one user may have open (LIVE_MAX_STREAMS). */
  readonly maxStreams: number;
  /** Who speaks for many users, and how many subscriptions each of them may have open; not given: nobody does. */
  readonly services?: { readonly include: (identity: Identity) => boolean; readonly maxStreams: number };
  readonly logger: Logger;
  /** Counts what was refused, by its reason. */
  readonly onRefused: (reason: string) => void;
}

/** What subscriptions are executed by. */
export interface LiveSchema extends Omit<OperationOptions, 'peer'> {
  readonly schema: GraphQLSchema;
  /** Not given: graphql-js. */
  readonly execute?: Execute;
  /** How long one look may take (GRAPHQL_TIMEOUT); not given: as long as its calls. */
  readonly timeoutMs?: number;
  /** Why an operation that was let in with another schema does not fit this one; empty: it does. */
  readonly findMisfits: (request: OperationRequest) => Promise<readonly GraphQLError[]>;
}

/** A subscription that is about to begin; its context belongs to its HTTP request. */
export interface LiveRequest extends OperationRequest {
  /** It has been let in with this one. */
  readonly schema: GraphQLSchema;
  readonly contextValue: GraphqlContext & RequestContext;
}

/** All subscriptions of one endpoint. They outlive the schema with which they began. */
export interface Live {
  /**
   * From the next look on, every subscription is answered by this schema and its pipeline. One that does not fit any more is told
   * so, and ends. The oldest ones are broken off where there are some of too many earlier schemas.
   */
  readonly serve: (served: LiveSchema) => void;
  /**
   * Begins a subscription: an event with the answer, and another one whenever it has changed. Ends when the caller leaves, when
   * their credentials are no longer good. Throws StreamBrokenOff where its client is to come back.
   *
   * @throws GraphQLError for an interval out of bounds, GatewayError when the user may not open another one
   */
  readonly subscribe: (request: LiveRequest) => AsyncGenerator<ExecutionResult>;
  /** How many are open. */
  readonly count: () => number;
  /** Ends all streams, and refuses new ones: the gateway is shutting down. */
  readonly complete: () => void;
}

/**
 * Serves subscriptions by looking: in every tick of its interval, a subscription makes the calls of its last execution again,
 * which others who look at the same share with it, and executes again only when a reply is another one. So nothing has to be
 * known of what depends on what, nested fields are as live as roots, and an unchanged farm costs no execution at all.
 */
export function createLive({
  identify,
  addressOf,
  intervals,
  maxStreams,
  services,
  logger,
  onRefused,
}: LiveOptions): Live {
  let served: LiveSchema | undefined;
  const streams = new OpenStreams();
  const userLimit = { max: maxStreams, setting: 'LIVE_MAX_STREAMS' };
  const serviceLimit = { max: services?.maxStreams ?? maxStreams, setting: 'LIVE_MAX_SERVICE_STREAMS' };

  const invokeInTime = ({ invoke, table, timeoutMs }: LiveSchema) =>
    timeoutMs === undefined ? invoke : limitOperationTime(invoke, table, timeoutMs);

  const look = async (
    { execute = createReferenceExecutor(standardAnswerLimits), table, maxCalls }: LiveSchema,
    request: LiveRequest,
    identity: Identity,
    calls: PolledCalls,
    spanParent: SpanParent | undefined,
  ): Promise<ExecutionResult> => {
    const peer = addressOf(request.contextValue.req);
    const operation = createOperation({ table, maxCalls, invoke: calls.invoke, peer });
    if (request.contextValue.operation.explanation() !== undefined) operation.startExplaining();
    // A context of its own: whatever resolvers keep there is good for one execution.
    const contextValue = {
      ...request.contextValue,
      identity,
      spanParent,
      operation,
      unknownEnumValues: [],
      truncated: [],
      unsupported: [],
    };
    const result = await executeSafely(execute, request, contextValue);
    return finishResult(result, contextValue, { logger, onRefused });
  };

  async function* follow(begun: LiveRequest, stream: Stream, intervalMs: number): AsyncGenerator<ExecutionResult> {
    const { contextValue: context } = begun;
    let request = begun;
    let last = served;
    let identity: Identity | GraphQLError = context.identity;
    let polled: PolledCalls | undefined;
    let shown = '';
    try {
      while (true) {
        const by = served!;
        if (request.schema !== by.schema) {
          const errors = await by.findMisfits(request);
          if (errors.length > 0) return yield finishResult({ errors }, context, { logger, onRefused });
          request = { ...request, schema: by.schema };
        }
        // What was answered or refused was so by another policy.
        if (last !== by) [last, polled] = [by, undefined];
        const span = shown === '' ? undefined : startLook(request);
        const calls: PolledCalls = createPolledCalls(invokeInTime(by), maxAgeOf(polled, intervals), span);
        let result: ExecutionResult | undefined;
        try {
          if (isRefused(identity)) result = { errors: [identity] };
          else if (polled === undefined || (await calls.haveChanged(polled, identity)))
            result = await look(by, request, identity, calls, span ?? context.spanParent);
        } finally {
          span?.end();
        }
        if (context.signal.aborted) return;
        if (result !== undefined) {
          polled = isRefused(identity) ? undefined : calls;
          const digest = digestOf(result);
          if (digest !== shown) yield result;
          shown = digest;
          if (isFinal(result, identity)) return;
        }
        await waitForTick(intervalMs, stream.ended);
        if (stream.isBrokenOff()) throw new StreamBrokenOff();
        if (stream.ended.aborted) return;
        identity = await identifyAgain(identify, context);
      }
    } finally {
      stream.end();
    }
  }

  return {
    serve: (next) => {
      served = next;
      streams.beginAnew(maxEarlierSchemas);
    },
    subscribe: (request) => {
      const intervalMs = readInterval(request, intervals);
      const { signal, identity } = request.contextValue;
      const stream = streams.open(identity.subject, services?.include(identity) ? serviceLimit : userLimit);
      signal.addEventListener('abort', stream.end);
      if (signal.aborted) stream.end();
      return follow(request, stream, intervalMs);
    },
    count: () => streams.size,
    complete: () => streams.complete(),
  };
}

/**
 * Of so many earlier schemas the subscriptions stay open. Each of these schemas stays in memory, some 6 MB, by whoever writes the
 * stream that it was opened with.
 */
const maxEarlierSchemas = 8;

/**
 * Each look but the first, which belongs to the request, has a trace of its own: one that is as long as its stream would be too
 * large for whatever keeps traces, and complete when the page is closed.
 */
function startLook({ contextValue: { spanParent, requestId }, ...operation }: LiveRequest): Span | undefined {
  const span = spanParent?.apart.startChild('look');
  if (span?.isRecorded === true) span.set({ ...describeOperation(operation), 'cuegate.request_id': requestId });
  return span;
}

/**
 * The first answer may be as old as the shortest interval, so that a hundred tabs that open together ask once. Later ones must
 * be of this tick; half of the interval tells it from the one before, whatever the timers do.
 */
function maxAgeOf(polled: PolledCalls | undefined, { minMs }: LiveIntervals): number {
  return polled === undefined ? minMs : minMs / 2;
}

/** graphql-js throws what it takes for a programmer's mistake; to a stream that is one more error. */
async function executeSafely(execute: Execute, request: LiveRequest, contextValue: object): Promise<ExecutionResult> {
  try {
    return await execute({ ...request, contextValue } as ExecutionArgs);
  } catch (error) {
    return { errors: [new GraphQLError('execution failed', { originalError: error as Error })] };
  }
}

/** A token may have expired, or been revoked, since the stream began. */
async function identifyAgain(
  identify: IdentifyRequest,
  { req, requestId }: RequestContext,
): Promise<Identity | GraphQLError> {
  try {
    return await identify(req, requestId);
  } catch (error) {
    return refusal(error, requestId);
  }
}

function isRefused(identity: Identity | GraphQLError): identity is GraphQLError {
  return identity instanceof GraphQLError;
}

/** Nothing can come after it: the request as such is wrong, or its sender is nobody any more. */
function isFinal(result: ExecutionResult, identity: Identity | GraphQLError): boolean {
  return isRefused(identity) ? identity.extensions['code'] === 'UNAUTHENTICATED' : !('data' in result);
}

/** Stands for what was sent last: lists of megabytes need not be kept to be compared. Times are no change. */
function digestOf({ data, errors, extensions }: ExecutionResult): string {
  const hash = createHash('sha256');
  if (data instanceof JsonData) hash.update(data.bytes);
  else hash.update(JSON.stringify(data) ?? '');
  const { unknownEnumValues, truncated, unsupported } = extensions ?? {};
  const rest = [errors, unknownEnumValues, truncated, unsupported];
  return hash.update(JSON.stringify(rest)).digest('base64');
}
