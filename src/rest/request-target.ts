import type { RequestTarget } from '../http/before-routing.ts';

import { cleanPath, escapePath, escapedPathOf } from './clean-path.ts';

const invalid: RequestTarget = { kind: 'invalid' };

/**
 * Reads a request target as Go's http.ServeMux does: an absolute-form target loses scheme and host, a path with `//`,
 * `/./` or `/../` is redirected to its clean form, an encoded dot or slash is left alone. CONNECT is never cleaned.
 */
export function parseRequestTarget(method: string, target: string): RequestTarget {
  if (isPlain(target)) return { kind: 'path', url: target, host: undefined };
  if (target === '*') return { kind: 'server' };
  const { host, url } = splitAuthority(method, target);
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const query = queryAt < 0 ? '' : url.slice(queryAt + 1);
  const escaped = escapedPathOf(path);
  if (escaped === undefined || (path !== '' && path[0] !== '/')) return invalid;
  const clean = method === 'CONNECT' && path !== '' ? escaped : cleanPath(escaped);
  if (clean === escaped) return { kind: 'path', url, host };
  // The clean path is escaped once more, as it always was: clients that follow it see `%2520` for `%20`.
  const location = escapePath(clean) + (query === '' ? '' : `?${query}`);
  return { kind: 'redirect', location: escapeNonAscii(location) };
}

/** The usual request: nothing but unreserved characters and single slashes that no dot follows, up to a query. */
function isPlain(target: string): boolean {
  if (target.charCodeAt(0) !== slash) return false;
  let previous = slash;
  for (let index = 1; index < target.length; index++) {
    const code = target.charCodeAt(index);
    if (code === question) return true;
    if (previous === slash && (code === slash || code === dot)) return false;
    if (code === percent || code > 0x7e || code <= 0x20) return false;
    previous = code;
  }
  return true;
}

const slash = 0x2f;
const dot = 0x2e;
const percent = 0x25;
const question = 0x3f;

/** `http://host/path` → host and path. CONNECT names a host alone, which is an empty path. */
function splitAuthority(method: string, target: string): { host: string | undefined; url: string } {
  if (target.startsWith('/')) return { host: undefined, url: target };
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(target);
  const rest = scheme === null ? target : target.slice(scheme[0].length);
  if (scheme === null && method !== 'CONNECT') return { host: undefined, url: target };
  const end = rest.search(/[/?]/);
  return end < 0 ? { host: rest, url: '' } : { host: rest.slice(0, end), url: rest.slice(end) };
}

/** A field value is ASCII; what a query holds beyond it goes out as lower-case escapes of its bytes. */
function escapeNonAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
