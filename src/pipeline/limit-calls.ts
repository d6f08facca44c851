import { deadlineExceeded, GatewayError } from '../call/gateway-error.ts';

import type { Interceptor } from './interceptor.ts';

/** How large a call may be, and how long it may take. */
export interface CallLimits {
  readonly maxRequestBytes: number;
  readonly timeoutMs: number;
  /** How long a call of an RPC that may take long may take, where its caller asks for more than `timeoutMs`. */
  readonly maxTimeoutMs?: number;
  /** How long one may take that came by HTTP; undefined: as long as any. */
  readonly httpTimeoutMs?: number | undefined;
}

/**
 * Refuses requests above a size, and gives every other call a deadline.
 *
 * Cuebot answers a request above its 100 MiB by resetting the stream, which a client sees as CANCELLED with no reason; this
 * says what is wrong. The deadline is the gateway's own, or the caller's where that is sooner, or later and the RPC may take
 * long: a wish for more time is clamped and not refused. It counts from here, so that time spent waiting in a lane is part of it.
 */
export function limitCalls(limits: CallLimits): Interceptor {
  const { maxRequestBytes, timeoutMs: usualMs, maxTimeoutMs = usualMs } = limits;
  const { httpTimeoutMs = Number.POSITIVE_INFINITY } = limits;
  return ({ mayTakeLong }) => {
    const anyMs = mayTakeLong ? Math.max(usualMs, maxTimeoutMs) : usualMs;
    return (next) => (call) => {
      const httpMs = call.surface === 'grpc' ? Number.POSITIVE_INFINITY : httpTimeoutMs;
      const longestMs = Math.min(anyMs, httpMs);
      const { request, timeoutMs = Math.min(usualMs, httpMs) } = call;
      if (request.byteLength > maxRequestBytes) return Promise.reject(tooLarge(request.byteLength, maxRequestBytes));
      if (timeoutMs <= 0) return Promise.reject(deadlineExceeded());
      return next({ ...call, deadlineAt: Date.now() + Math.min(timeoutMs, longestMs) });
    };
  };
}

function tooLarge(size: number, maxRequestBytes: number): GatewayError {
  const message = `the request message has ${size} bytes; the upstream accepts at most ${maxRequestBytes}`;
  return new GatewayError('RESOURCE_EXHAUSTED', message, { reason: 'REQUEST_TOO_LARGE' });
}
