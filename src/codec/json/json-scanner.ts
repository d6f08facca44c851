/**
 * JSON syntax as Go's encoding/json sees it: the same texts accepted, the same words for what is wrong. Clients of the
 * Go gateway match on those words. Grammar: https://www.rfc-editor.org/rfc/rfc8259.
 */

/** Open brackets at once; one more is an error. Go's limit, and what keeps every later pass over the text bounded. */
export const MAX_JSON_DEPTH = 10_000;

/** The text is not JSON. The message is Go's, complete, without a position. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Offset in bytes of what was not expected; the length of the text when it ended too early. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Where a value stands in its text: bytes `[start, end)`. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the first JSON value of a stream, from byte `from` on; what follows the value is not looked at.
 * Returns undefined when there is nothing but white space.
 * Throws JsonSyntaxError; a text that ends too early says `unexpected EOF`.
 */
export function scanJsonValue(bytes: Uint8Array, from = 0): JsonSpan | undefined {
  const start = skipSpace(bytes, from);
  if (start === bytes.length) return undefined;
  return { start, end: scanValue(bytes, start, streamEnd) };
}

/**
 * Checks that the whole text is one JSON value; white space around it is allowed.
 * Throws JsonSyntaxError; a text that ends too early says `unexpected end of JSON input`, or, inside a number, keyword
 * or escape, that a space was not expected there (Go puts a virtual space behind every text).
 */
export function scanWholeJson(bytes: Uint8Array): JsonSpan {
  const start = skipSpace(bytes, 0);
  const end = scanValue(bytes, start, textEnd);
  const rest = skipSpace(bytes, end);
  if (rest < bytes.length) throw unexpected(bytes, rest, 'after top-level value', textEnd);
  return { start, end };
}

/** The error for a text that ends at `offset`; `context` is given where a space would not have been allowed either. */
type EndError = (offset: number, context: string | undefined) => JsonSyntaxError;

const streamEnd: EndError = (offset) => new JsonSyntaxError('unexpected EOF', offset);

const textEnd: EndError = (offset, context) =>
  new JsonSyntaxError(
    context === undefined ? 'unexpected end of JSON input' : `invalid character ' ' ${context}`,
    offset,
  );

/** Which brackets are open, innermost last. Shared by all scans: each runs to its end without interruption. */
const openBrackets = new Uint8Array(MAX_JSON_DEPTH);

/** Scans the value at `at` (white space allowed before it) and returns the offset behind it. */
function scanValue(bytes: Uint8Array, from: number, endError: EndError): number {
  let at = from;
  let depth = 0;
  for (;;) {
    at = skipSpace(bytes, at);
    const c = bytes[at];
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      if (depth === MAX_JSON_DEPTH) throw unexpected(bytes, at, 'exceeded max depth', endError);
      openBrackets[depth++] = c;
      at = skipSpace(bytes, at + 1);
      // A bracket that closes at once is closed below, like any other.
      if (bytes[at] !== c + 2) {
        if (c === OPEN_OBJECT) at = scanName(bytes, at, endError);
        continue;
      }
    } else {
      at = scanScalar(bytes, at, c, endError);
    }
    // A value is complete: close brackets until one of them goes on.
    for (;;) {
      if (depth === 0) return at;
      at = skipSpace(bytes, at);
      const bracket = openBrackets[depth - 1]!;
      const next = bytes[at];
      if (next === bracket + 2) {
        depth--;
        at++;
      } else if (next === COMMA) {
        at++;
        if (bracket === OPEN_OBJECT) at = scanName(bytes, skipSpace(bytes, at), endError);
        break;
      } else {
        const context = bracket === OPEN_OBJECT ? 'after object key:value pair' : 'after array element';
        throw unexpectedOrSpace(bytes, at, context, endError);
      }
    }
  }
}

/** Scans a member's name and its colon. */
function scanName(bytes: Uint8Array, from: number, endError: EndError): number {
  if (bytes[from] !== QUOTE) {
    throw unexpectedOrSpace(bytes, from, 'looking for beginning of object key string', endError);
  }
  const at = skipSpace(bytes, scanString(bytes, from + 1, endError));
  if (bytes[at] !== COLON) throw unexpectedOrSpace(bytes, at, 'after object key', endError);
  return at + 1;
}

function scanScalar(bytes: Uint8Array, at: number, c: number | undefined, endError: EndError): number {
  if (c === QUOTE) return scanString(bytes, at + 1, endError);
  if (c === MINUS || isDigit(c)) return scanNumber(bytes, at, endError);
  if (c === LOWER_T) return scanKeyword(bytes, at, 'true', endError);
  if (c === LOWER_F) return scanKeyword(bytes, at, 'false', endError);
  if (c === LOWER_N) return scanKeyword(bytes, at, 'null', endError);
  throw unexpectedOrSpace(bytes, at, 'looking for beginning of value', endError);
}

/** Scans from behind the opening quote to behind the closing one. UTF-8 is not checked here: Go does not either. */
function scanString(bytes: Uint8Array, from: number, endError: EndError): number {
  let at = from;
  for (;;) {
    // The run of plain bytes, which is nearly all there is. Behind the end there is undefined, which no number is less than.
    let c = bytes[at]!;
    while (c >= 0x20 && c !== QUOTE && c !== BACKSLASH) c = bytes[++at]!;
    if (c === QUOTE) return at + 1;
    if (c !== BACKSLASH) throw unexpectedOrSpace(bytes, at, 'in string literal', endError);
    const escaped = bytes[++at];
    if (escaped === LOWER_U) {
      for (let digit = 0; digit < 4; digit++) {
        if (!isHexDigit(bytes[++at])) {
          throw unexpected(bytes, at, 'in \\u hexadecimal character escape', endError);
        }
      }
    } else if (escaped === undefined || !SIMPLE_ESCAPES.includes(escaped)) {
      throw unexpected(bytes, at, 'in string escape code', endError);
    }
    at++;
  }
}

function scanNumber(bytes: Uint8Array, from: number, endError: EndError): number {
  let at = from;
  if (bytes[at] === MINUS) at++;
  if (bytes[at] === ZERO) at++;
  else at = scanDigits(bytes, at, 'in numeric literal', endError);
  if (bytes[at] === DOT) at = scanDigits(bytes, at + 1, 'after decimal point in numeric literal', endError);
  if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
    at++;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
    at = scanDigits(bytes, at, 'in exponent of numeric literal', endError);
  }
  return at;
}

/** Scans one or more digits. */
function scanDigits(bytes: Uint8Array, from: number, context: string, endError: EndError): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  if (at === from) throw unexpected(bytes, at, context, endError);
  return at;
}

function scanKeyword(bytes: Uint8Array, from: number, keyword: string, endError: EndError): number {
  for (let index = 1; index < keyword.length; index++) {
    if (bytes[from + index] !== keyword.charCodeAt(index)) {
      const context = `in literal ${keyword} (expecting '${keyword[index]}')`;
      throw unexpected(bytes, from + index, context, endError);
    }
  }
  return from + keyword.length;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  let c = bytes[at];
  while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = bytes[++at];
  return at;
}

/** The error at a place where not even white space may stand. */
function unexpected(bytes: Uint8Array, at: number, context: string, endError: EndError): JsonSyntaxError {
  const c = bytes[at];
  if (c === undefined) return endError(bytes.length, context);
  return new JsonSyntaxError(`invalid character ${quoteByte(c)} ${context}`, at);
}

/** The error at a place where white space may stand, so that a text may break off there without a wrong character. */
function unexpectedOrSpace(bytes: Uint8Array, at: number, context: string, endError: EndError): JsonSyntaxError {
  return at < bytes.length ? unexpected(bytes, at, context, endError) : endError(bytes.length, undefined);
}

/** One byte between apostrophes, as a Go programmer would write that code point; never a whole UTF-8 sequence. */
function quoteByte(c: number): string {
  const spelling = ESCAPES.get(c);
  if (spelling !== undefined) return `'${spelling}'`;
  if (c < 0x20 || c === 0x7f) return `'\\x${c.toString(16).padStart(2, '0')}'`;
  // C1 controls, no-break space and soft hyphen are what Latin-1 has that Go does not print.
  if ((c >= 0x80 && c <= 0xa0) || c === 0xad) return `'\\u00${c.toString(16)}'`;
  return `'${String.fromCharCode(c)}'`;
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= ZERO && c <= 0x39;
}

function isHexDigit(c: number | undefined): boolean {
  return c !== undefined && ((c >= ZERO && c <= 0x39) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46));
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_E = 0x45;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;
/** In ASCII both closing brackets stand two behind their opening ones; `scanValue` counts on it. */
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;

const SIMPLE_ESCAPES: readonly number[] = Array.from('bfnrt\\/"', (c) => c.charCodeAt(0));

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x27, "\\'"],
  [BACKSLASH, '\\\\'],
]);
