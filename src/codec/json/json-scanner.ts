/**
 * JSON syntax as Go's encoding/json sees it: the same texts accepted, the same words for what is wrong. Clients of the
 * Go gateway match on those words. Grammar: https://www.rfc-editor.org/rfc/rfc8259.
 */

/** Open brackets at once; one more is an error. Go's limit, and what keeps every later pass over the text bounded. */
export const MAX_JSON_DEPTH = 10_000;

/**
 * The most digits in a row. The longest number that means something has some 800, a float written exactly. Numbers are read in
 * one go, so that a hundred million digits would keep everybody else waiting. Go has no such limit.
 */
export const MAX_DIGITS_IN_A_ROW = 65_536;

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

/** A value in its text, and what is long in it. */
export interface ScannedJson extends JsonSpan {
  /** Where strings begin that take long to read, at their opening quotes; names of members are among them. */
  readonly longStrings: readonly { readonly start: number; readonly end: number }[];
  /** Where white space ends that takes long to skip, by where it begins. */
  readonly longSpaces: LongSpaces;
}

/** Undefined where there is none, as is nearly always so. */
export type LongSpaces = ReadonlyMap<number, number> | undefined;

/** How many bytes are scanned before others may have their turn, and how long a string is that takes long: some milliseconds. */
const stepBytes = 1024 * 1024;

/** As `scanJsonValue`, but stops now and then. */
export function* scanJsonInSteps(bytes: Uint8Array): Generator<void, ScannedJson | undefined> {
  const longSpaces = yield* findLongSpaces(bytes);
  const start = skipSpace(bytes, 0, longSpaces);
  if (start === bytes.length) return undefined;
  const scan = beginScan(start, new Uint8Array(MAX_JSON_DEPTH), longSpaces);
  while (!goOn(bytes, scan, scan.at + stepBytes, streamEnd)) yield;
  return { start, end: scan.at, longStrings: scan.longStrings, longSpaces };
}

/** Finds the white space of at least `stepBytes`, and some that is shorter: all that spans one of the places that it looks at. */
function* findLongSpaces(bytes: Uint8Array): Generator<void, LongSpaces> {
  let found: Map<number, number> | undefined;
  for (let place = 0; place < bytes.length; place += stepBytes) {
    if (!isSpace(bytes[place])) continue;
    let start = place;
    while (isSpace(bytes[start - 1])) start--;
    let end = place;
    while (isSpace(bytes[end])) {
      const stop = end + stepBytes;
      while (end < stop && isSpace(bytes[end])) end++;
      yield;
    }
    found ??= new Map();
    found.set(start, end);
    place = end;
  }
  return found;
}

function isSpace(c: number | undefined): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
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

/** How far a scan has come. */
interface Scan {
  /** Where it goes on. */
  at: number;
  /** How many brackets are open. */
  depth: number;
  /** Which they are, innermost last. */
  readonly openBrackets: Uint8Array;
  /** Where the string began in which it stopped, at its opening quote; -1: it stopped between values. */
  inString: number;
  /** The same for the name of a member. */
  inName: number;
  readonly longStrings: { readonly start: number; readonly end: number }[];
  readonly longSpaces: LongSpaces;
}

function beginScan(at: number, openBrackets: Uint8Array, longSpaces?: LongSpaces): Scan {
  return { at, depth: 0, openBrackets, inString: -1, inName: -1, longStrings: [], longSpaces };
}

/** Shared by all scans that run to their end without interruption. */
const sharedBrackets = new Uint8Array(MAX_JSON_DEPTH);

/** Scans the value at `at` (white space allowed before it) and returns the offset behind it. */
function scanValue(bytes: Uint8Array, from: number, endError: EndError): number {
  const scan = beginScan(from, sharedBrackets);
  goOn(bytes, scan, Number.POSITIVE_INFINITY, endError);
  return scan.at;
}

/** Scans to the end of the value, or to somewhere behind `stop`; false: there is more to come. */
function goOn(bytes: Uint8Array, scan: Scan, stop: number, endError: EndError): boolean {
  const { openBrackets, longSpaces } = scan;
  let { at, depth, inString } = scan;
  if (scan.inName >= 0) {
    at = scanName(bytes, at, endError, stop, scan);
    if (at < 0) return pauseScan(scan, -at, depth, inString);
  }
  for (;;) {
    if (at >= stop) return pauseScan(scan, at, depth, inString);
    if (inString < 0) at = skipSpace(bytes, at, longSpaces);
    const c = inString < 0 ? bytes[at] : QUOTE;
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      if (depth === MAX_JSON_DEPTH) throw unexpected(bytes, at, 'exceeded max depth', endError);
      openBrackets[depth++] = c;
      at = skipSpace(bytes, at + 1, longSpaces);
      // A bracket that closes at once is closed below, like any other.
      if (bytes[at] !== c + 2) {
        if (c === OPEN_OBJECT) at = scanName(bytes, at, endError, stop, scan);
        if (at < 0) return pauseScan(scan, -at, depth, inString);
        continue;
      }
    } else if (c === QUOTE) {
      const start = inString < 0 ? at : inString;
      const end = scanString(bytes, inString < 0 ? at + 1 : at, endError, stop);
      if (end < 0) return pauseScan(scan, -end, depth, start);
      if (end - start >= stepBytes) scan.longStrings.push({ start, end });
      at = end;
      inString = -1;
    } else {
      at = scanScalar(bytes, at, c, endError);
    }
    // A value is complete: close brackets until one of them goes on.
    for (;;) {
      if (depth === 0) {
        scan.at = at;
        return true;
      }
      at = skipSpace(bytes, at, longSpaces);
      const bracket = openBrackets[depth - 1]!;
      const next = bytes[at];
      if (next === bracket + 2) {
        depth--;
        at++;
      } else if (next === COMMA) {
        at++;
        if (bracket === OPEN_OBJECT) at = scanName(bytes, skipSpace(bytes, at, longSpaces), endError, stop, scan);
        if (at < 0) return pauseScan(scan, -at, depth, inString);
        break;
      } else {
        const context = bracket === OPEN_OBJECT ? 'after object key:value pair' : 'after array element';
        throw unexpectedOrSpace(bytes, at, context, endError);
      }
    }
  }
}

function pauseScan(scan: Scan, at: number, depth: number, inString: number): false {
  scan.at = at;
  scan.depth = depth;
  scan.inString = inString;
  return false;
}

/** Scans a member's name and its colon, or the rest of them; a negative offset says where in the name it stopped. */
function scanName(bytes: Uint8Array, from: number, endError: EndError, stop: number, scan: Scan): number {
  const isBegun = scan.inName >= 0;
  const start = isBegun ? scan.inName : from;
  if (bytes[start] !== QUOTE) {
    throw unexpectedOrSpace(bytes, start, 'looking for beginning of object key string', endError);
  }
  const end = scanString(bytes, isBegun ? from : from + 1, endError, stop);
  scan.inName = end < 0 ? start : -1;
  if (end < 0) return end;
  if (end - start >= stepBytes) scan.longStrings.push({ start, end });
  const at = skipSpace(bytes, end, scan.longSpaces);
  if (bytes[at] !== COLON) throw unexpectedOrSpace(bytes, at, 'after object key', endError);
  return at + 1;
}

function scanScalar(bytes: Uint8Array, at: number, c: number | undefined, endError: EndError): number {
  if (c === MINUS || isDigit(c)) return scanNumber(bytes, at, endError);
  if (c === LOWER_T) return scanKeyword(bytes, at, 'true', endError);
  if (c === LOWER_F) return scanKeyword(bytes, at, 'false', endError);
  if (c === LOWER_N) return scanKeyword(bytes, at, 'null', endError);
  throw unexpectedOrSpace(bytes, at, 'looking for beginning of value', endError);
}

/**
 * Scans from somewhere behind the opening quote to behind the closing one; where it passes `stop` it returns the negative of where
 * it goes on. UTF-8 is not checked here: Go does not either.
 */
function scanString(bytes: Uint8Array, from: number, endError: EndError, stop = Number.POSITIVE_INFINITY): number {
  let at = from;
  const plainStop = Math.min(stop, bytes.length);
  for (;;) {
    // The run of plain bytes, which is nearly all there is. Behind the end there is undefined, which no number is less than.
    let c = bytes[at]!;
    while (c >= 0x20 && c !== QUOTE && c !== BACKSLASH && at < plainStop) c = bytes[++at]!;
    if (c === QUOTE) return at + 1;
    if (at >= stop && at < bytes.length) return -at;
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
  const stop = from + MAX_DIGITS_IN_A_ROW + 1;
  let at = from;
  while (at < stop && isDigit(bytes[at])) at++;
  if (at === from) throw unexpected(bytes, at, context, endError);
  if (at === stop) throw new JsonSyntaxError(`a number has more than ${MAX_DIGITS_IN_A_ROW} digits in a row`, at);
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

function skipSpace(bytes: Uint8Array, from: number, longSpaces?: LongSpaces): number {
  let at = longSpaces?.get(from) ?? from;
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
