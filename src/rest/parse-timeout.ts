import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

import { GatewayError } from '../call/gateway-error.ts';

import { firstLineOf } from './header-fields.ts';

/** Milliseconds of each unit of the `Grpc-Timeout` header. */
const units: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Go's longest duration, some 292 years; a longer wish is granted as this one. */
const longestMs = 9_223_372_036_854;
const largestAmount = 2n ** 63n - 1n;

/**
 * Reads a `Grpc-Timeout` header: digits and a unit, e.g. `1500m`
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests), with more digits than the eight that
 * gRPC allows, as grpc-gateway reads it. Signs are refused and long times clamped, as it does since 2.31.
 *
 * @returns milliseconds; `none` for an empty header and for zero, which mean the same; undefined when it is malformed.
 */
export function parseTimeout(header: string): number | 'none' | undefined {
  if (header === '') return 'none';
  const match = /^(\d+)([HMSmun])$/.exec(header);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  if (digits.length > 18 && BigInt(digits) > largestAmount) return undefined;
  const timeoutMs = Number(digits) * units[unit]!;
  return timeoutMs === 0 ? 'none' : Math.min(timeoutMs, longestMs);
}

/**
 * How long the caller is willing to wait, by the first `Grpc-Timeout` line; undefined: no limit of its own. Throws
 * INVALID_ARGUMENT, which quotes the header.
 */
export function callerTimeoutMs(request: IncomingMessage): number | undefined {
  if (request.headers['grpc-timeout'] === undefined) return undefined;
  const header = firstLineOf(request, 'grpc-timeout');
  const timeoutMs = parseTimeout(header);
  if (timeoutMs === undefined) {
    throw new GatewayError('INVALID_ARGUMENT', `invalid grpc-timeout: ${decodeUtf8(header)}`, {
      reason: 'BAD_TIMEOUT',
    });
  }
  return timeoutMs === 'none' ? undefined : timeoutMs;
}

/**
 * A header's bytes, which node gives as one character each, as the UTF-8 that they are. If they are not, the result is not
 * valid Unicode either, which makes the error as unrenderable as it is in the Go gateway.
 */
function decodeUtf8(bytes: string): string {
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString() : '\ud800';
}
