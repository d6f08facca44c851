/** How much of a token an error shows, in bytes. Who sends megabytes in the wrong place need not have them back. */
const longestEcho = 4 * 1024;

/** A token of a JSON text as it was written; of a long one its beginning and how long it is. */
export function showToken(json: Buffer, start: number, end: number): string {
  if (end - start <= longestEcho) return json.toString('utf8', start, end);
  let cut = start + longestEcho;
  // Not inside a character.
  while ((json[cut]! & 0xc0) === 0x80) cut--;
  return `${json.toString('utf8', start, cut)}… (${end - start} bytes)`;
}

/**
 * Text between quotation marks the way Go's `%q` prints it, for error messages that carry a piece of the input which is
 * not necessarily valid UTF-8. https://pkg.go.dev/strconv#Quote
 */
export function quoteBytes(bytes: Uint8Array): string {
  let quoted = '"';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      quoted += `\\x${hex(bytes[at]!, 2)}`;
      at++;
    } else {
      quoted += quoteCharacter(decoder.decode(bytes.subarray(at, at + length)));
      at += length;
    }
  }
  return `${quoted}"`;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The length in bytes of the character that begins at `at`; 0 when none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    return [...decoder.decode(bytes.subarray(at, at + length))].length === 1 ? length : 0;
  } catch {
    return 0;
  }
}

function quoteCharacter(character: string): string {
  const escaped = ESCAPES.get(character);
  if (escaped !== undefined) return escaped;
  if (PRINTABLE.test(character)) return character;
  const code = character.codePointAt(0)!;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Letters, marks, numbers, punctuation, symbols and the ASCII space: what Go calls printable. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);
