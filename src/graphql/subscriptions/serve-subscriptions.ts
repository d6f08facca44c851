import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import type { GraphqlContext } from '../execution/graphql-context.ts';
import type { RequestContext } from '../http/guard-requests.ts';
import { httpError, refusal } from '../http/http-error.ts';
import type { Live, LiveRequest } from './create-live.ts';

type Context = GraphqlContext & RequestContext;

/** Lets subscriptions be answered by `live`, as server-sent events. */
export function serveSubscriptions(live: Live): Plugin<Context> {
  return {
    onSubscribe: ({ args, setSubscribeFn }) => {
      setSubscribeFn(() => subscribe(live, args as LiveRequest));
    },
    onResponse: ({ response: { headers } }) => {
      if (headers.get('content-type')?.startsWith('text/event-stream') === true) keepMoving(headers);
    },
  };
}

/**
 * Has proxies pass each event on when it comes. nginx collects answers by default, and compresses them
 * (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering; RFC 9111, 5.2.2.6). Yoga would set
 * `Content-Encoding: none` against that, which is no coding and makes some proxies refuse the answer.
 */
function keepMoving(headers: Headers): void {
  headers.delete('content-encoding');
  headers.set('cache-control', 'no-store, no-transform');
  headers.set('x-accel-buffering', 'no');
}

function subscribe(live: Live, request: LiveRequest): AsyncIterable<ExecutionResult> | ExecutionResult {
  const { req, requestId } = request.contextValue;
  try {
    assertStreamable(req.headers.accept);
    return live.subscribe(request);
  } catch (error) {
    return { errors: [error instanceof GraphQLError ? error : refusal(error, requestId)] };
  }
}

/** Without this, a stream that nobody can read would be opened, and stay open. */
function assertStreamable(accept = '*/*'): void {
  if (/(?:^|,)\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:[;,]|$)/i.test(accept)) return;
  throw httpError(
    406,
    'NOT_ACCEPTABLE',
    'A subscription is answered as text/event-stream; "Accept" does not allow it.',
  );
}
