import type { ServerResponse } from 'node:http';

import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';

import { giveBackJson, isLent } from '../../codec/json/json-buffers.ts';
import { JsonData } from '../execution/json-data.ts';
import { StreamBrokenOff } from '../subscriptions/open-streams.ts';
import type { RequestContext } from './guard-requests.ts';

type Result = ExecutionResult | AsyncIterable<ExecutionResult>;

/** How results are written that yoga would write otherwise. */
export interface WriteResultsOptions {
  /** How often a silent stream shows that it lives, in milliseconds. */
  readonly pingIntervalMs: number;
}

/** How long clients wait before they come back, in milliseconds: the field `retry` of an event stream. */
const retryMs = 1_000;

const acceptsJson = /(?:^|,)\s*(?:\*\/\*|application\/(?:\*|json|graphql-response\+json))\s*(?:[;,]|$)/i;

const acceptsEvents = /(?:^|,)\s*text\/event-stream\s*(?:[;,]|$)/i;

/**
 * Writes streams as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) by the distinct
 * connections mode of GraphQL over SSE (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md). Unlike yoga's, they
 * pass through proxies that buffer or transform, tell clients when to come back, and say `complete` only when nothing more can
 * come. Also answers in JSON whoever accepts nothing that there is, in place of an empty body.
 */
export function writeResults({ pingIntervalMs }: WriteResultsOptions): Plugin<RequestContext, RequestContext> {
  const writeStream = (result: Result, fetchApi: FetchAPI) =>
    new fetchApi.Response(streamOf(resultsOf(result), fetchApi, pingIntervalMs), {
      status: httpStatusOf(result) ?? 200,
      headers: {
        'content-type': 'text/event-stream',
        // Nobody's to keep, and not to be packed: a proxy that packs would wait for more.
        'cache-control': 'no-store, no-transform',
        // nginx would hold events until its buffer is full: http://nginx.org/en/docs/http/ngx_http_proxy_module.html
        'x-accel-buffering': 'no',
      },
    });
  return {
    onResultProcess: ({ request, result, setResultProcessor, serverContext }) => {
      if ('data' in result && result.data instanceof JsonData) giveBackWhenSent(result.data, serverContext.res);
      const accept = request.headers.get('accept') ?? '*/*';
      if (Symbol.asyncIterator in result) setResultProcessor(writeStream as never, 'text/event-stream');
      else if (acceptsJson.test(accept)) return;
      else if (acceptsEvents.test(accept)) setResultProcessor(writeStream as never, 'text/event-stream');
      else setResultProcessor(writePlainJson as never, 'application/json');
    },
  };
}

/**
 * Lends the memory of an answer to others when the last of it is with the operating system. Of one that is cut off, and of what
 * goes to streams and sockets, nobody knows who still reads it: that is left to the garbage collector.
 */
function giveBackWhenSent({ envelope }: JsonData, response: ServerResponse): void {
  if (isLent(envelope)) response.once('finish', () => giveBackJson(envelope));
}

/** A stream's results; one result is a stream of one. */
async function* resultsOf(result: Result): AsyncGenerator<ExecutionResult> {
  if (Symbol.asyncIterator in result) yield* result;
  else yield result;
}

function streamOf(
  results: AsyncGenerator<ExecutionResult>,
  { TextEncoder, ReadableStream }: FetchAPI,
  pingIntervalMs: number,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let ping: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      // Something at once: some browsers hold the response until then.
      controller.enqueue(encoder.encode(`retry: ${retryMs}\n\n`));
      ping = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'));
      }, pingIntervalMs);
      ping.unref();
    },
    async pull(controller) {
      try {
        const { done, value } = await results.next();
        controller.enqueue(
          encoder.encode(done ? 'event: complete\ndata:\n\n' : `event: next\ndata: ${format(value)}\n\n`),
        );
        if (!done) return;
      } catch (error) {
        // Without `complete`, its client opens it again.
        if (!(error instanceof StreamBrokenOff)) throw error;
      }
      clearInterval(ping);
      controller.close();
    },
    async cancel() {
      clearInterval(ping);
      await results.return(undefined);
    },
  });
}

function writePlainJson(result: ExecutionResult, fetchApi: FetchAPI) {
  return new fetchApi.Response(format(result), {
    status: httpStatusOf(result) ?? 406,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
}

/** By the result's own `stringify`, where it is JSON already. */
function format(result: ExecutionResult): string {
  const { stringify = JSON.stringify } = result as { readonly stringify?: (shown: unknown) => unknown };
  return String(stringify(withoutHttp(result)));
}

/** `extensions.http` is for the response, and not for its reader. */
export function withoutHttp(result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined) return result;
  const errors = result.errors.map((error) => {
    const { http: _, ...extensions } = error.extensions ?? {};
    const shown: Partial<GraphQLError> = typeof error.toJSON === 'function' ? (error.toJSON() as never) : error;
    return { ...shown, ...(Object.keys(extensions).length > 0 ? { extensions } : { extensions: undefined }) };
  });
  return { ...result, errors } as ExecutionResult;
}

/** The status that an error of the whole request asks for; undefined: none does. */
function httpStatusOf(result: Result): number | undefined {
  const { errors } = result as ExecutionResult;
  const [http] = (errors ?? []).flatMap(
    ({ extensions }) => (extensions?.['http'] as { status?: number } | undefined) ?? [],
  );
  return http?.status;
}
