import type { Interceptor } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';

/**
 * Refuses requests above a size before they are sent. Cuebot answers a request above its 100 MiB by resetting the stream,
 * which a client sees as CANCELLED with no reason; this says what is wrong.
 */
export function limitRequestSize(maxRequestBytes: number): Interceptor {
  return (next) => async (call) => {
    const size = call.request.byteLength;
    if (size > maxRequestBytes) {
      throw new GatewayError(
        'RESOURCE_EXHAUSTED',
        `the request message has ${size} bytes; the upstream accepts at most ${maxRequestBytes}`,
        { reason: 'REQUEST_TOO_LARGE' },
      );
    }
    return next(call);
  };
}
