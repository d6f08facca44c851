/**
 * A text without spaces, tabs and line breaks at its ends. Any other white space stays, unlike with `String.trim`: a no-break
 * space belongs to a name. By hand, for `/[ ]+$/` takes time that grows with the square of a run of spaces in the middle.
 */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
