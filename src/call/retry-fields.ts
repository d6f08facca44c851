import type { GatewayError } from './gateway-error.ts';

/**
 * The header fields that tell a caller when to come again: `Retry-After` in seconds (RFC 9110, 10.2.3:
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3), and `X-RateLimit-*` where it was too many requests.
 */
export function retryFieldsOf({
  retryAfterSeconds,
  rateLimit,
}: Pick<GatewayError, 'retryAfterSeconds' | 'rateLimit'>): Readonly<Record<string, string>> {
  return {
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(Math.ceil(retryAfterSeconds)) }),
    ...(rateLimit !== undefined && {
      'X-RateLimit-Limit': String(rateLimit.limit),
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(rateLimit.resetSeconds),
    }),
  };
}
