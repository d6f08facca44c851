import { GatewayError } from '../call/gateway-error.ts';

import type { Interceptor } from './interceptor.ts';

/**
 * Refuses requests above a size before they are sent. Cuebot answers a request above its 100 MiB by resetting the stream,
 * which a client sees as CANCELLED with no reason; this says what is wrong.
 */
export function limitRequestSize(maxRequestBytes: number): Interceptor {
  return () => (next) => (call) => {
    const size = call.request.byteLength;
    if (size <= maxRequestBytes) return next(call);
    const message = `the request message has ${size} bytes; the upstream accepts at most ${maxRequestBytes}`;
    return Promise.reject(new GatewayError('RESOURCE_EXHAUSTED', message, { reason: 'REQUEST_TOO_LARGE' }));
  };
}
