import type { ExecutionResult, SubscriptionForwarder } from '@urql/core';
import { createClient } from 'graphql-sse';

import { fetchWithToken } from './access-token.ts';
import { createStore } from './store.ts';

/** away: the gateway was there and is not, or never was; the page tries every second. */
export type ConnectionState = 'connecting' | 'live' | 'away';

export const connectionState = createStore<ConnectionState>('connecting');

/** As long as the gateway tells clients to wait, by the field `retry` of its streams. */
const reconnectMs = 1_000;

/** Subscribes by graphql-sse: server-sent events over `fetch`, since the browser's own EventSource cannot send a token. */
export function createLiveConnection(url: string): SubscriptionForwarder {
  const client = createClient({
    url,
    fetchFn: fetchWithToken,
    // A gateway that is started anew breaks its streams off, and this one comes back until it is there.
    retryAttempts: Number.POSITIVE_INFINITY,
    retry: () => {
      connectionState.set('away');
      return new Promise((resolve) => setTimeout(resolve, reconnectMs));
    },
    on: { connected: () => connectionState.set('live') },
  });

  return ({ query = '', variables }) => ({
    subscribe: (sink) => {
      let stop = () => {};
      let hasErrors = false;
      // urql takes answers for patches of one result, and keeps errors until others replace them.
      const show = (result: ExecutionResult) => {
        sink.next(hasErrors ? { errors: [], ...result } : result);
        hasErrors = result.errors !== undefined;
      };
      const start = () => {
        let hasTokenExpired = false;
        stop = client.subscribe(
          { query, variables },
          {
            // When the token expires under way, the gateway says so and completes. Asking again then waits for a new token.
            next: (result) => {
              hasTokenExpired =
                result.errors?.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED') ?? false;
              if (!hasTokenExpired) show(result as ExecutionResult);
            },
            error: sink.error,
            complete: () => (hasTokenExpired ? start() : sink.complete()),
          },
        );
      };
      start();
      return { unsubscribe: () => stop() };
    },
  });
}
