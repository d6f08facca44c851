import { isUtf8 } from 'node:buffer';

import { countTo, JsonError, type Place, UnplacedJsonError } from './json-error.ts';
import { quoteBytes, showToken } from './json-quote.ts';
import type { LongSpaces, ScannedJson } from './json-scanner.ts';
import { ERROR_PREFIX, type JsonStyle } from './json-style.ts';

/**
 * The most messages inside messages, and the most brackets inside a value that is skipped: protobuf-go's limit. A body
 * of as many brackets gets past the scanner, yet some types (Any, Value) count twice.
 */
export const MAX_MESSAGE_DEPTH = 10_000;

/**
 * Reads the tokens of one JSON value that the scanner has accepted: its syntax is right, which no method checks again. What
 * the scanner leaves open is checked here: UTF-8 and surrogates in strings, everywhere, also in what is skipped.
 * Positions in errors are lines and columns (code points) from the value's first byte, as protobuf-go counts them.
 */
export class JsonReader {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Where the next token, or white space before it, begins. */
  position: number;
  /** The string that was read last, unescaped, is `text[textStart, textEnd)`: a piece of `bytes` where possible. */
  text: Buffer;
  textStart = 0;
  textEnd = 0;
  readonly #style: JsonStyle;
  readonly #longSpaces: LongSpaces;
  /** Whether who reads also waits, so that a place far on is not counted at once. */
  readonly #isInSteps: boolean;
  #unescaped: Buffer | undefined;
  /** Strings that were read ahead, by their opening quotes; undefined: none were. */
  #readAhead: Map<number, ReadString> | undefined;

  /** @param inSteps what is known of a text that is read in steps; errors far on in it have no place yet, see `UnplacedJsonError` */
  constructor(bytes: Buffer, start: number, end: number, style: JsonStyle, inSteps?: Pick<ScannedJson, 'longSpaces'>) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.position = start;
    this.text = bytes;
    this.#style = style;
    this.#isInSteps = inSteps !== undefined;
    this.#longSpaces = inSteps?.longSpaces;
  }

  /** Goes to the next token and returns its first byte. */
  peek(): number {
    const bytes = this.bytes;
    let c = bytes[this.position]!;
    if (c <= 0x20 && this.#longSpaces !== undefined) {
      this.position = this.#longSpaces.get(this.position) ?? this.position;
      c = bytes[this.position]!;
    }
    while (c <= 0x20) c = bytes[++this.position]!;
    return c;
  }

  /** Goes to an object's next member or an array's next element; false when it is closed, which is then read. */
  next(): boolean {
    let c = this.peek();
    if (c === COMMA) {
      this.position++;
      c = this.peek();
    }
    if (c !== CLOSE_OBJECT && c !== CLOSE_ARRAY) return true;
    this.position++;
    return false;
  }

  /** Reads the name of a member and its colon; the name is the string read last. */
  readName(): void {
    this.readString();
    this.peek();
    this.position++;
  }

  /** Reads a member's name and its colon, if it is written like `token`; the string read last stays what it was. */
  skipName(token: Uint8Array): boolean {
    const bytes = this.bytes;
    const start = this.position;
    for (let index = 0; index < token.length; index++) {
      if (bytes[start + index] !== token[index]) return false;
    }
    this.position = start + token.length;
    this.peek();
    this.position++;
    return true;
  }

  /** Reads `null`, if that is what comes next. */
  skipNull(): boolean {
    if (this.peek() !== LOWER_N) return false;
    this.position += 4;
    return true;
  }

  /** Reads the string whose opening quote comes next. Throws JsonError when it is not made of Unicode characters. */
  readString(): void {
    if (this.#readAhead !== undefined && this.#takeReadAhead()) return;
    const bytes = this.bytes;
    const start = this.position + 1;
    let at = start;
    let c = bytes[at]!;
    let seen = c;
    while (c !== QUOTE && c !== BACKSLASH) {
      c = bytes[++at]!;
      seen |= c;
    }
    if (c === BACKSLASH) {
      this.#unescape(start, at);
      return;
    }
    if (seen >= 0x80 && !isUtf8(bytes.subarray(start, at))) throw this.#invalidUtf8(start - 1);
    this.text = bytes;
    this.textStart = start;
    this.textEnd = at;
    this.position = at + 1;
  }

  /**
   * Reads the string that begins at the quote at `start` and ends before `end`, for when its turn comes; stops now and then. What
   * is wrong with it is told then, since other mistakes may come first.
   */
  *readStringAhead(start: number, end: number): Generator<void> {
    const from = start + 1;
    const to = end - 1;
    const firstEscape = this.bytes.indexOf(BACKSLASH, from);
    yield;
    const isPlain = firstEscape < 0 || firstEscape >= to;
    this.#readAhead ??= new Map();
    if (isPlain) {
      const error = isUtf8(this.bytes.subarray(from, to)) ? undefined : this.#invalidUtf8(start);
      this.#readAhead.set(start, { text: this.bytes, textStart: from, textEnd: to, end, error });
      return;
    }
    const unescaping: Unescaping = { target: Buffer.allocUnsafe(to - from), length: 0, at: from };
    try {
      while (unescaping.at < to) {
        this.#unescapeTo(Math.min(to, unescaping.at + PIECE), unescaping, start);
        yield;
      }
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#readAhead.set(start, { text: this.bytes, textStart: from, textEnd: to, end, error });
      return;
    }
    const { target: text, length: textEnd } = unescaping;
    this.#readAhead.set(start, { text, textStart: 0, textEnd, end, error: undefined });
  }

  #takeReadAhead(): boolean {
    const found = this.#readAhead!.get(this.position);
    if (found === undefined) return false;
    if (found.error !== undefined) throw found.error;
    this.text = found.text;
    this.textStart = found.textStart;
    this.textEnd = found.textEnd;
    this.position = found.end;
    return true;
  }

  /** Reads a value that nobody wants; `depth` is how many more brackets may open in it. */
  skipValue(depth: number): void {
    this.skipSome(0, depth, Number.POSITIVE_INFINITY);
  }

  /**
   * Reads some of a value that nobody wants: little more than `most` bytes.
   *
   * @param opened how many of its brackets are open already
   * @param depth how many may be
   * @returns how many are open now; 0 at the value's end
   */
  skipSome(opened: number, depth: number, most: number): number {
    const stop = this.position + most;
    let open = opened;
    do {
      const c = this.peek();
      if (c === QUOTE) {
        this.readString();
      } else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
        this.position++;
        if (++open > depth) throw this.tooDeep();
      } else if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) {
        this.position++;
        open--;
      } else if (c === COMMA || c === COLON) {
        this.position++;
      } else {
        this.position = this.scalarEnd();
      }
    } while (open > 0 && this.position < stop);
    return open;
  }

  /** The end of the number or keyword that comes next. */
  scalarEnd(): number {
    const bytes = this.bytes;
    let at = this.position;
    while (at < this.end && IN_SCALAR[bytes[at]!] === 1) at++;
    return at;
  }

  /** For a value of the wrong kind or out of range; `at` is where it begins. */
  invalidValue(at: number, kind: string, field: string): JsonError {
    const token = this.rawToken(at);
    return this.error(at, `invalid value for ${kind} field ${field}: ${token}`);
  }

  /** For a value that cannot begin like this; `at` is where it begins. */
  unexpectedToken(at: number): JsonError {
    const token = this.rawToken(at);
    return this.#errorAt(at, 'syntax error ', `unexpected token ${token}`);
  }

  /** For what is wrong at `at`, in protobuf-go's words. */
  error(at: number, message: string): JsonError {
    return this.#errorAt(at, '', message);
  }

  tooDeep(): JsonError {
    return new JsonError(`${ERROR_PREFIX[this.#style]}exceeded max recursion depth`);
  }

  /** A token as it was written, cut where it is long. Reading a string may throw: its own mistakes come first. */
  rawToken(at: number): string {
    this.position = at;
    const c = this.bytes[at]!;
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) return String.fromCharCode(c);
    if (c === QUOTE) this.readString();
    else this.position = this.scalarEnd();
    return showToken(this.bytes, at, this.position);
  }

  /** Reads the rest of a string that has escapes; the first of them is at `firstEscape`. */
  #unescape(start: number, firstEscape: number): void {
    const bytes = this.bytes;
    let end = firstEscape;
    while (bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
    if (this.#unescaped === undefined || this.#unescaped.length < end - start) {
      this.#unescaped = Buffer.allocUnsafe(end - start);
    }
    const unescaping: Unescaping = { target: this.#unescaped, length: 0, at: start };
    this.#unescapeTo(end, unescaping, start - 1);
    this.text = unescaping.target;
    this.textStart = 0;
    this.textEnd = unescaping.length;
    this.position = end + 1;
  }

  /**
   * Unescapes a string, whose opening quote is at `quote`, to `stop` or a little beyond: to the end of a character. `stop` is not
   * behind the closing quote.
   */
  #unescapeTo(stop: number, unescaping: Unescaping, quote: number): void {
    const { bytes } = this;
    const { target } = unescaping;
    let { length, at } = unescaping;
    while (at < stop) {
      const run = at;
      while (at < stop && bytes[at] !== BACKSLASH) at++;
      // Between two escapes there is mostly nothing.
      if (at > run) {
        while ((bytes[at]! & 0xc0) === 0x80) at++;
        const plain = bytes.subarray(run, at);
        if (!isUtf8(plain)) throw this.#invalidUtf8(quote);
        target.set(plain, length);
        length += plain.length;
        continue;
      }
      const c = bytes[at + 1]!;
      if (c === LOWER_U) {
        const code = this.#codePoint(at, quote);
        at += code > 0xffff ? 12 : 6;
        length = writeUtf8(target, length, code);
      } else {
        target[length++] = SIMPLE_ESCAPES[c]!;
        at += 2;
      }
    }
    unescaping.at = at;
    unescaping.length = length;
  }

  /** The code point that the `\u` at `at` begins, its second half included when it takes two. */
  #codePoint(at: number, quote: number): number {
    const unit = this.#unit(at);
    if (unit < 0xd800 || unit > 0xdfff) return unit;
    const next = at + 6;
    if (this.end - next < 6) throw new JsonError(`${ERROR_PREFIX[this.#style]}unexpected EOF`);
    if (unit < 0xdc00 && this.bytes[next] === BACKSLASH && this.bytes[next + 1] === LOWER_U) {
      const low = this.#unit(next);
      if (low >= 0xdc00 && low <= 0xdfff) return 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    const found = quoteBytes(this.bytes.subarray(next, next + 6));
    throw this.#stringError(quote, `invalid escape code ${found} in string`);
  }

  #unit(at: number): number {
    const bytes = this.bytes;
    const high = (HEX_DIGITS[bytes[at + 2]!]! << 4) | HEX_DIGITS[bytes[at + 3]!]!;
    return (high << 8) | (HEX_DIGITS[bytes[at + 4]!]! << 4) | HEX_DIGITS[bytes[at + 5]!]!;
  }

  #invalidUtf8(quote: number): JsonError {
    return this.#stringError(quote, 'invalid UTF-8 in string');
  }

  #stringError(quote: number, message: string): JsonError {
    return this.#errorAt(quote, 'syntax error ', message);
  }

  #errorAt(at: number, kind: string, message: string): JsonError {
    const compose = (place: Place) =>
      `${ERROR_PREFIX[this.#style]}${kind}(line ${place.line}:${place.column}): ${message}`;
    const place = { at: this.start, line: 1, column: 1 };
    if (this.#isInSteps && at - this.start > PIECE) return new UnplacedJsonError(this.bytes, at, place, compose);
    countTo(this.bytes, place, at);
    return new JsonError(compose(place));
  }
}

/** A string that was read: `text[textStart, textEnd)`. */
interface ReadString {
  readonly text: Buffer;
  readonly textStart: number;
  readonly textEnd: number;
  /** Behind its closing quote. */
  readonly end: number;
  /** What is wrong with it. */
  readonly error: JsonError | undefined;
}

/** A string that is being unescaped. */
interface Unescaping {
  readonly target: Buffer;
  /** How much of it is filled. */
  length: number;
  /** What is unescaped next. */
  at: number;
}

/** How much of a long string is unescaped before others may have their turn, in bytes: a millisecond's worth. */
const PIECE = 256 * 1024;

/** Writes a code point that is no surrogate in UTF-8, and returns the position behind it. */
function writeUtf8(target: Uint8Array, start: number, code: number): number {
  let at = start;
  if (code < 0x80) {
    target[at++] = code;
    return at;
  }
  if (code < 0x800) {
    target[at++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x1_0000) {
      target[at++] = 0xe0 | (code >> 12);
    } else {
      target[at++] = 0xf0 | (code >> 18);
      target[at++] = 0x80 | ((code >> 12) & 0x3f);
    }
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  target[at++] = 0x80 | (code & 0x3f);
  return at;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LOWER_N = 0x6e;
const LOWER_U = 0x75;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** 1 for the bytes that numbers and keywords are made of. */
const IN_SCALAR = new Uint8Array(256);
for (const c of '+-.0123456789Eaeflnrstu') IN_SCALAR[c.charCodeAt(0)] = 1;

/** The value of each hexadecimal digit. */
const HEX_DIGITS = new Uint8Array(256);
for (const [value, digits] of [...'0123456789abcdef'].entries()) {
  HEX_DIGITS[digits.charCodeAt(0)] = value;
  HEX_DIGITS[digits.toUpperCase().charCodeAt(0)] = value;
}

/** What the byte behind a backslash stands for; 0 where it stands for nothing. */
const SIMPLE_ESCAPES = new Uint8Array(256);
for (const [c, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  SIMPLE_ESCAPES[c!.charCodeAt(0)] = meaning!.charCodeAt(0);
}
