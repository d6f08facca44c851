import type { IncomingMessage } from 'node:http';

import { trimSpace } from '../errors/trim-space.ts';

/**
 * `x-request-id` → `X-Request-Id`: the letter after a dash is upper case and every other lower, nothing else separates
 * words. As Go's textproto.CanonicalMIMEHeaderKey.
 */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** The value of a header's first line; node joins those of most headers. `name` is in lower case. Empty when absent. */
export function firstLineOf(request: IncomingMessage, name: string): string {
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.toLowerCase() === name) return rawHeaders[index + 1]!;
  }
  return '';
}

/**
 * A value that can stand in a field line. Binary values go out as their raw bytes, as they always did. Line breaks become
 * spaces, or an upstream could write fields of its own; a character beyond one byte would become one of those when it is
 * cut to a byte.
 */
export function fieldValueOf(value: string | Uint8Array): string {
  const text =
    typeof value === 'string'
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  const line = unsafe.test(text) ? text.replace(/[\r\n]/g, ' ').replace(/[^\0-\xff]/g, '?') : text;
  return trimSpace(line);
}

const unsafe = /[\r\n]|[^\0-\xff]/;
