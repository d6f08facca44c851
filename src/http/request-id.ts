import { randomUUID } from 'node:crypto';

/** Letters, digits, dot, dash and underscore: nothing that could forge a log line or need quoting in one. */
const sane = /^[\w.-]{1,128}$/;

/**
 * The id that ties one request's log lines, audit records and answers together: the caller's own `X-Request-Id` when it
 * is harmless, else a new random one.
 */
export function requestIdOf(offered: string | string[] | undefined): string {
  return typeof offered === 'string' && sane.test(offered) ? offered : randomUUID();
}
