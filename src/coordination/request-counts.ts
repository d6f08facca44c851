import { type RateLimiterAbstract, type RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';

import type { Keys } from './keys.ts';
import type { Store } from './store.ts';

/** Counts callers' requests with the other gateways. */
export type ShareCounts = (own: RateLimiterMemory) => RateLimiterAbstract;

/** Counts in the store, by what `own` allows. While the store is away, each gateway counts for itself. */
export function shareRequestCounts({ client }: Pick<Store, 'client'>, keys: Keys): ShareCounts {
  return (own) =>
    new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `${keys.requests}:${own.keyPrefix}`,
      points: own.points,
      duration: own.duration,
      rejectIfRedisNotReady: true,
      insuranceLimiter: own,
      // Who is over the limit costs no way to the store until they may come again.
      inMemoryBlockOnConsumed: own.points + 1,
    });
}
