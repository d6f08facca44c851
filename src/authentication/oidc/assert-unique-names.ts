/** An object names a member twice. */
export class DuplicateNameError extends Error {
  override readonly name = 'DuplicateNameError';
}

/** Strings, and what moves in, out and along. What is between them is no name. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * Asserts that no object names a member twice, at any depth. Of equal names JSON.parse takes the last and other parsers the
 * first, so that two readers of one token may see two users; RFC 7519, 4 (https://www.rfc-editor.org/rfc/rfc7519#section-4) lets us
 * refuse. The text must be known to be JSON. Throws DuplicateNameError.
 */
export function assertUniqueNames(text: string): void {
  const open: Set<string>[] = [];
  let lastString = '';
  for (const [found] of text.matchAll(token)) {
    if (found === '{' || found === '[') {
      open.push(new Set());
    } else if (found === '}' || found === ']') {
      open.pop();
    } else if (found === ':') {
      // Escapes spell one name in many ways.
      const name = JSON.parse(lastString) as string;
      const names = open.at(-1)!;
      if (names.has(name)) throw new DuplicateNameError(`the member ${lastString} is there twice`);
      names.add(name);
    } else {
      lastString = found;
    }
  }
}
