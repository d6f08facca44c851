import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { GatewayError } from '../call/gateway-error.ts';
import type { Identity } from '../call/identity.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Lets a request in, or rejects with the GatewayError that says when to come again. */
export type AdmitCaller = (identity: Identity) => Promise<Identity>;

/** How many requests callers may send. */
export interface RequestRateOptions {
  /** Of each caller, in a second, on the average of some seconds; 0: there is no limit. */
  readonly perSecond: number;
  /** The same of a caller who speaks for many. */
  readonly perSecondOfService: number;
  readonly isService: (identity: Identity) => boolean;
  /** Counts together with other gateways; undefined: there are none. */
  readonly shareCounts: ((own: RateLimiterMemory) => RateLimiterAbstract) | undefined;
  /** Told of each request that is refused. */
  readonly onRefused: () => void;
  readonly logger: Logger;
}

/** What is counted at once. A page that opens sends a dozen requests in one go, and then none for a while. */
const windowSeconds = 5;

/**
 * Compiles the limit of requests by RATE_LIMIT_RPS; undefined where there is none. It counts requests and not RPCs: what an
 * operation of GraphQL may cost has limits of its own.
 */
export function limitRequests(options: RequestRateOptions): AdmitCaller | undefined {
  const { perSecond, perSecondOfService, isService } = options;
  const callers = countBy('RATE_LIMIT_RPS', 'caller', perSecond, options);
  const services = countBy('RATE_LIMIT_SERVICE_RPS', 'service', perSecondOfService, options);
  if (callers === undefined && services === undefined) return undefined;
  return async (identity) => {
    await (isService(identity) ? services : callers)?.(identity.subject);
    return identity;
  };
}

function countBy(
  setting: string,
  keyPrefix: string,
  perSecond: number,
  { shareCounts, onRefused, logger }: RequestRateOptions,
): ((subject: string) => Promise<void>) | undefined {
  if (perSecond === 0) return undefined;
  const limit = perSecond * windowSeconds;
  const own = new RateLimiterMemory({ keyPrefix, points: limit, duration: windowSeconds });
  const limiter = shareCounts?.(own) ?? own;
  return async (subject) => {
    try {
      await limiter.consume(subject);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      onRefused();
      const { consumedPoints, msBeforeNext } = error;
      // Once in each time that is counted, however many are refused in it.
      if (consumedPoints === limit + 1) {
        logger.warn({ event: 'RATE_LIMITED', subject, limit, windowSeconds }, `a caller is over ${setting}`);
      }
      throw tooManyRequests(setting, limit, Math.max(1, Math.ceil(msBeforeNext / 1000)));
    }
  };
}

function tooManyRequests(setting: string, limit: number, resetSeconds: number): GatewayError {
  const message = `more than ${limit} requests in ${windowSeconds} s (${setting}); try again in ${resetSeconds} s`;
  return new GatewayError('RESOURCE_EXHAUSTED', message, {
    reason: 'RATE_LIMITED',
    retryAfterSeconds: resetSeconds,
    rateLimit: { limit, resetSeconds },
  });
}
