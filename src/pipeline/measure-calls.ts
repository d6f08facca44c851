import { type Surface, surfaces } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { StatusName } from '../call/status.ts';
import type { RpcKind } from '../rpc-table/rpc-kind.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';

import type { Interceptor } from './interceptor.ts';

/** Adds one. */
export type Count = () => void;

/** Takes a measured time, in seconds. */
export type Observe = (seconds: number) => void;

/** Where the pipeline counts. Whatever takes arguments is asked once for each series, and its answer is kept. */
export interface CallMeters {
  /** Calls that ended, by status. */
  readonly ended: (surface: Surface, rpc: string, status: StatusName) => Count;
  readonly duration: (surface: Surface, kind: RpcKind) => Observe;
  /** Calls that their caller had no right to. */
  readonly refused: (rpc: string, reason: string) => Count;
  /** Calls that the gateway failed at by itself. */
  readonly failed: (reason: string) => Count;
  /** Reads that joined one in flight. */
  readonly shared: Count;
  /** Reads that were answered by a recent reply. */
  readonly reused: Count;
}

/** Counts how calls end and how long they take. Stands outermost, where every error is a GatewayError. */
export function measureCalls(meters: CallMeters): Interceptor {
  const failed = remember(meters.failed);
  return (rpc) => {
    const { refused, bySurface } = compileSeries(rpc, meters);
    return (next) => (call) => {
      const { ended, duration } = bySurface[call.surface];
      const startedAt = performance.now();
      const end = (status: StatusName) => {
        duration((performance.now() - startedAt) / 1000);
        ended(status)();
      };
      return next(call).then(
        (reply) => {
          end('OK');
          return reply;
        },
        (error: unknown) => {
          const { status, origin, reason } = GatewayError.from(error);
          end(status.name);
          if (origin === 'gateway') (status.name === 'PERMISSION_DENIED' ? refused : failed)(reason)();
          throw error;
        },
      );
    };
  };
}

/** Notes how long the upstream takes, for the calls that want to know. Stands next to the upstream. */
export const measureUpstream: Interceptor = () => (next) => (call) => {
  const { timings } = call;
  if (timings === undefined) return next(call);
  const startedAt = performance.now();
  return next(call).finally(() => {
    timings.upstreamMs = performance.now() - startedAt;
  });
};

function compileSeries({ method, kind }: RpcFacts, meters: CallMeters) {
  const compileSurface = (surface: Surface) => ({
    ended: remember((status: StatusName) => meters.ended(surface, method.fullName, status)),
    duration: meters.duration(surface, kind),
  });
  return {
    refused: remember((reason: string) => meters.refused(method.fullName, reason)),
    bySurface: eachSurface(compileSurface),
  };
}

/** Statuses and reasons are few; which of them an RPC ever ends with shows only in time. */
function remember<Key extends string>(make: (key: Key) => Count): (key: Key) => Count {
  const known = new Map<Key, Count>();
  return (key) => {
    let count = known.get(key);
    if (count === undefined) {
      count = make(key);
      known.set(key, count);
    }
    return count;
  };
}

function eachSurface<Series>(compile: (surface: Surface) => Series): Readonly<Record<Surface, Series>> {
  return Object.fromEntries(surfaces.map((surface) => [surface, compile(surface)])) as Record<Surface, Series>;
}
