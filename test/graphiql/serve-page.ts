import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { makeExecutableSchema } from '@graphql-tools/schema';
import { createYoga } from 'graphql-yoga';

import type { WebPage } from '../../src/web-pages/create-web-page.ts';

/** The token that the little gateway below accepts. */
export const goodToken = 'good.token.here';

const schema = makeExecutableSchema({
  typeDefs: `
    type Query { "Every show of the farm." shows(active: Boolean): [Show!], allocations: [Allocation!] }
    type Show { name: String!, showStats: ShowStats, subscriptions: [Share!] }
    type ShowStats { runningFrames: Int!, pendingFrames: Int!, deadFrames: Int!, pendingJobs: Int!, reservedCores: Float! }
    type Share { allocationName: String!, sizeCores: Float!, burstCores: Float!, usedCores: Float! }
    type Allocation { name: String!, stats: AllocationStats }
    type AllocationStats { hosts: Int!, cores: Float!, runningCores: Float!, idleCores: Float! }
  `,
  resolvers: {
    Query: {
      shows: () =>
        ['amberfall', 'tidewater'].map((name, index) => ({
          name,
          showStats: {
            runningFrames: 212 - index,
            pendingFrames: 1_480,
            deadFrames: index,
            pendingJobs: 4,
            reservedCores: 1_696,
          },
          subscriptions: [],
        })),
      allocations: () => [],
    },
  },
});

/**
 * A page at `/graphql` before a real GraphQL endpoint that asks for the token; both also below `/farm`, as a proxy would put
 * them there. `address` ends without a slash.
 */
export async function servePage(page: WebPage, { needsToken = true } = {}) {
  const yoga = createYoga({ schema, graphiql: false, landingPage: false, logging: false });
  const requests: { readonly url: string; readonly authorization: string | undefined }[] = [];
  let [refusal, refusalStatus] = ['Authorization header required', 401];
  const server = createServer((request, response) => {
    request.url = request.url?.replace(/^\/farm(?=\/)/, '') ?? '';
    const { url, headers } = request;
    if (page.handles(request)) return page.handle(request, response);
    requests.push({ url, authorization: headers.authorization });
    if (!needsToken || headers.authorization === `Bearer ${goodToken}`) return void yoga(request, response);
    response.writeHead(url === '/graphql' ? refusalStatus : 404, {
      'content-type': 'application/graphql-response+json',
    });
    const code = refusalStatus === 401 ? 'UNAUTHENTICATED' : 'UNAVAILABLE';
    response.end(JSON.stringify({ errors: [{ message: refusal, extensions: { code } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What reached the gateway and not the page. */
    requests,
    /** Sets the words, and the status, with which every other token is refused. */
    refuse: (message: string, status = 401) => {
      [refusal, refusalStatus] = [message, status];
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await yoga.dispose();
    },
  };
}
