/**
 * Path arithmetic as Go's `path` and `net/url` packages do it, on text of one character per byte. Redirects have to
 * agree with the Go gateway to the letter, and the WHATWG rules of `URL` are different ones.
 */

/** Bytes that need no escape in a path when Go writes one by itself. */
const plain = /[A-Za-z0-9\-_.~$&+,/:;=@]/;
/** Bytes and escapes that Go leaves alone when they come in. */
const acceptable = /^(?:[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]]|%[0-9A-Fa-f]{2})*$/;
const invalidEscape = /%(?![0-9A-Fa-f]{2})/;

/**
 * The shortest path with the same meaning: no empty, `.` or `..` segment, with a slash in front, and one at the end if
 * there was one. Escapes are not looked into.
 */
export function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const clean = `/${kept.join('/')}`;
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}

/** The path as it came if it was escaped well, else escaped anew; undefined when an escape is broken. */
export function escapedPathOf(path: string): string | undefined {
  if (acceptable.test(path)) return path;
  if (invalidEscape.test(path)) return undefined;
  return escapePath(unescapePath(path));
}

/** Escapes every byte that is not plain, `%` included. */
export function escapePath(path: string): string {
  let escaped = '';
  for (const character of path) escaped += plain.test(character) ? character : hexEscape(character);
  return escaped;
}

/** `%41` → `A`, for well-formed escapes, byte by byte. */
export function unescapePath(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * The path of a request target, without its query and with every `%xx` decoded, so that an encoded slash separates like
 * any other. `target` is well-formed: the server has seen to it.
 */
export function decodePath(target: string): string {
  const queryAt = target.indexOf('?');
  const path = queryAt < 0 ? target : target.slice(0, queryAt);
  return path.includes('%') ? unescapePath(path) : path;
}

function hexEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
