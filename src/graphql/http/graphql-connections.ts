import type { ByteBudget } from '../../http/byte-budget.ts';

import { createLive, type Live, type LiveOptions } from '../subscriptions/create-live.ts';
import { createWebSockets, type WebSockets } from '../web-sockets/create-web-sockets.ts';

/** What the connections of an endpoint are served with, whatever the schema is. */
export interface GraphqlConnectionsOptions extends LiveOptions {
  /** What may be held in memory for all callers together. */
  readonly budget: ByteBudget;
}

/** What outlives a schema: the subscriptions and the WebSockets of an endpoint. Each schema that comes takes them over. */
export interface GraphqlConnections {
  readonly live: Live;
  readonly webSockets: WebSockets;
  /**
   * Breaks off the streams of all subscriptions and closes all WebSockets, so that their clients come back, and refuses new ones;
   * call before the server waits for what is under way.
   */
  readonly complete: () => void;
}

/** Begins without any. */
export function createGraphqlConnections({ budget, ...options }: GraphqlConnectionsOptions): GraphqlConnections {
  const { identify, logger, onRefused } = options;
  const live = createLive(options);
  const webSockets = createWebSockets({ identify, budget, logger, onRefused });
  return {
    live,
    webSockets,
    complete: () => {
      // First the sockets: a stream that ends on an open one would seem complete.
      webSockets.complete();
      live.complete();
    },
  };
}
