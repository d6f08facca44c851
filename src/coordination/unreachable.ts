import { GatewayError } from '../call/gateway-error.ts';

/**
 * The error of a call that must be agreed upon with other gateways, while that is not possible.
 *
 * @param opensInMs for how long nobody can, in milliseconds, where that is known; else 0
 */
export function unreachable(opensInMs = 0): GatewayError {
  const why =
    opensInMs > 0 ? 'the store by which they do was started anew' : 'the store by which they do cannot be reached';
  return new GatewayError(
    'UNAVAILABLE',
    `gateways agree on who sends calls of this kind, and ${why}; the call was not sent, try again`,
    { reason: 'COORDINATION_UNREACHABLE', retryAfterSeconds: Math.max(1, Math.ceil(opensInMs / 1_000)) },
  );
}
