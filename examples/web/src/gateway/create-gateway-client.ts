import { type Client, createClient, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange, type Entity } from '@urql/exchange-graphcache';

import { fetchWithToken } from './access-token.ts';
import { createLiveConnection } from './live-connection.ts';

/** Types without an id: they belong to the object around them. docs/clients.md of cuegate tells how to find all of them. */
const embedded = ['JobStats', 'JobPauseResponse', 'JobResumeResponse', 'JobKillResponse'];

/** A client of urql whose cache knows every object by its id, whichever answer it came by. */
export function createGatewayClient(url: string): Client {
  return createClient({
    url,
    preferGetMethod: false,
    fetch: fetchWithToken,
    exchanges: [
      cacheExchange({
        keys: Object.fromEntries(embedded.map((type) => [type, () => null])),
        updates: {
          Subscription: {
            // What the subscription tells is what the query of the same arguments reads.
            // An answer without jobs is an error; the rows of before are better than none.
            jobs: ({ jobs }, args, cache) => {
              if (Array.isArray(jobs)) cache.link('Query', 'jobs', args, jobs as Entity[]);
            },
          },
        },
      }),
      fetchExchange,
      subscriptionExchange({ forwardSubscription: createLiveConnection(url) }),
    ],
  });
}
