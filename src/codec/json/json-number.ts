/**
 * JSON numbers to integers and binary floating point, exactly: no integer passes through a double, and a float is rounded
 * once. All functions read decimal text in `bytes[start, end)` and accept precisely JSON's grammar
 * (https://www.rfc-editor.org/rfc/rfc8259#section-6), so that they serve numbers inside strings as well.
 */

import type { JsonReader } from './json-reader.ts';
import { MAX_DIGITS_IN_A_ROW } from './json-scanner.ts';

/** Below this many digits a decimal integer is certainly a safe one. */
const SAFE_DIGITS = 15;

/**
 * Reads the number that comes next if it is a plain one of at most 15 digits, `-12` or `0.5`, which nearly all are; NaN,
 * and nothing is read, if not. With a fraction it is what the text rounds to: both the digits and the power of ten are
 * exact doubles, so that the quotient is rounded once.
 */
export function readPlainNumber(reader: JsonReader): number {
  const { bytes } = reader;
  let at = reader.position;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const first = at;
  let value = 0;
  let digit = bytes[at]! - ZERO;
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit;
    digit = bytes[++at]! - ZERO;
  }
  let count = at - first;
  let scale = 1;
  if (bytes[at] === DOT) {
    digit = bytes[++at]! - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      scale *= 10;
      count++;
      digit = bytes[++at]! - ZERO;
    }
  }
  if (count === 0 || count > SAFE_DIGITS || (bytes[at]! | 0x20) === LOWER_E) return Number.NaN;
  // The text may go on behind the value: of `01` the value is the zero.
  if (at > reader.end) return Number.NaN;
  reader.position = at;
  const magnitude = value / scale;
  return negative ? -magnitude : magnitude;
}

/** The decimal digits of the largest 64-bit integer; protobuf-go gives up beyond them before it looks at the value. */
const MAX_DIGITS = 20;

/**
 * Reads a number whose value is an integer, however it is written: `1`, `1.0`, `10e-1`. Returns a bigint only where a
 * number would not be safe, and undefined when the text is not a number, not integral, or has more than 20 digits.
 */
export function parseInteger(bytes: Buffer, start: number, end: number): number | bigint | undefined {
  const negative = bytes[start] === MINUS;
  let at = negative ? start + 1 : start;
  const first = at;
  let value = 0;
  while (at < end && at - first < SAFE_DIGITS) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    at++;
  }
  if (at < end || at === first || (bytes[first] === ZERO && at - first > 1)) {
    return parseUncommonInteger(bytes, start, end);
  }
  // Zero has no sign here: a number -0 would compare, print and divide differently from what was meant.
  return negative && value !== 0 ? -value : value;
}

/** A number's text, cut up; a number without a fraction has an empty one, and so on. */
interface NumberParts {
  readonly negative: boolean;
  /** Without the single zero that stands for no digits. */
  readonly integer: string;
  readonly fraction: string;
  /** With its sign. */
  readonly exponent: string;
}

/**
 * Cuts a number up; undefined when the text is none. By hand: a regular expression keeps a way back for every digit, and
 * a client may send ten million of them.
 */
function parseParts(bytes: Buffer, start: number, end: number): NumberParts | undefined {
  // The scanner has not seen numbers in strings. Before the point, behind it and in the exponent there may be so many.
  if (end - start > 3 * MAX_DIGITS_IN_A_ROW) return undefined;
  const negative = bytes[start] === MINUS;
  const integer = negative ? start + 1 : start;
  let at = endOfDigits(bytes, integer, end);
  const isZero = bytes[integer] === ZERO;
  if (at === integer || (isZero && at > integer + 1)) return undefined;
  const integerEnd = at;
  let fraction = at;
  if (at < end && bytes[at] === DOT) {
    fraction = at + 1;
    at = endOfDigits(bytes, fraction, end);
    if (at === fraction) return undefined;
  }
  const fractionEnd = at;
  let exponent = at;
  if (at < end && (bytes[at]! | 0x20) === LOWER_E) {
    exponent = at + 1;
    const digits = exponent < end && (bytes[exponent] === PLUS || bytes[exponent] === MINUS) ? exponent + 1 : exponent;
    at = endOfDigits(bytes, digits, end);
    if (at === digits) return undefined;
  }
  if (at !== end) return undefined;
  return {
    negative,
    integer: isZero ? '' : bytes.toString('latin1', integer, integerEnd),
    fraction: bytes.toString('latin1', fraction, fractionEnd),
    exponent: bytes.toString('latin1', exponent, at),
  };
}

function endOfDigits(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at++;
  return at;
}

/** By protobuf-go's rules, which are about the digits as written and not about the value they amount to. */
function parseUncommonInteger(bytes: Buffer, start: number, end: number): number | bigint | undefined {
  const parts = parseParts(bytes, start, end);
  if (parts === undefined) return undefined;
  const { integer } = parts;
  const fraction = parts.fraction.slice(0, significantLength(parts.fraction));
  if (integer === '' && fraction === '') return 0;
  const exponent = Number(parts.exponent);
  if (exponent > 0x7fff_ffff || exponent < -0x8000_0000) return undefined;
  let digits: string;
  if (exponent >= 0) {
    if (fraction.length > exponent || integer.length + exponent > MAX_DIGITS) return undefined;
    digits = integer + fraction.padEnd(exponent, '0');
  } else {
    const length = integer.length + exponent;
    if (fraction !== '' || length > MAX_DIGITS || length < significantLength(integer)) return undefined;
    digits = integer.slice(0, length);
  }
  const value = BigInt(parts.negative ? `-${digits}` : digits);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Reads a number as binary64, rounded to nearest; undefined when it is not a number or too large. */
export function parseDouble(bytes: Buffer, start: number, end: number): number | undefined {
  if (parseParts(bytes, start, end) === undefined) return undefined;
  const value = Number(bytes.toString('latin1', start, end));
  return Number.isFinite(value) ? value : undefined;
}

/**
 * Reads a number as binary32, rounded to nearest once; undefined when it is not a number or too large. Rounding the
 * nearest double again is right except where that double lies exactly between two floats and the text does not.
 */
export function parseFloat32(bytes: Buffer, start: number, end: number): number | undefined {
  const double = parseDouble(bytes, start, end);
  if (double === undefined) return undefined;
  let float = roundToFloat(double);
  if (float === undefined) {
    const side = compareMagnitude(parseParts(bytes, start, end)!, double);
    const { nearer, farther } = tieOf(double)!;
    float = side < 0 ? nearer : side > 0 ? farther : Math.fround(double);
  }
  return Number.isFinite(float) ? float : undefined;
}

/** Rounds the double that is nearest to a text; undefined where it does not tell which float is. */
export function roundToFloat(double: number): number | undefined {
  const float = Math.fround(double);
  return float === double || tieOf(double) === undefined ? float : undefined;
}

const doubleView = new Float64Array(1);
const doubleHalves = new Uint32Array(doubleView.buffer);
const floatView = new Float32Array(1);
const floatBits = new Int32Array(floatView.buffer);

/** Half of what separates the largest float from the next power of two, added to it: from here on, infinity. */
const FLOAT_OVERFLOW = 2 ** 128 - 2 ** 103;

/** The two floats that a double lies exactly between, by their distance from zero; undefined when it does not. */
function tieOf(double: number): { nearer: number; farther: number } | undefined {
  const magnitude = Math.abs(double);
  doubleView[0] = magnitude;
  // A normal float drops 29 bits of a double; a tie has only the first of them set. Below, floats drop more.
  if (magnitude >= 2 ** -126 && (doubleHalves[0]! & 0x1fff_ffff) !== 0x1000_0000) return undefined;
  floatView[0] = magnitude;
  if (floatView[0]! > magnitude) floatBits[0] = floatBits[0]! - 1;
  const nearer = floatView[0]!;
  floatBits[0] = floatBits[0]! + 1;
  const farther = floatView[0]!;
  const middle = farther === Number.POSITIVE_INFINITY ? FLOAT_OVERFLOW : (nearer + farther) / 2;
  if (middle !== magnitude) return undefined;
  const sign = double < 0 ? -1 : 1;
  return { nearer: sign * nearer, farther: sign * farther };
}

/** Compares the magnitude of a number's text with that of a finite double, digit by digit: linear in the text. */
function compareMagnitude({ integer, fraction, exponent }: NumberParts, double: number): number {
  const written = normalize(integer + fraction, Number(exponent) - fraction.length);
  const exact = exactDecimal(Math.abs(double));
  if (written.magnitude !== exact.magnitude) return written.magnitude - exact.magnitude;
  const length = Math.max(written.digits.length, exact.digits.length);
  const left = written.digits.padEnd(length, '0');
  const right = exact.digits.padEnd(length, '0');
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Digits without zeros in front, and the power of ten that the first of them stands before. */
function normalize(digits: string, exponent: number): { digits: string; magnitude: number } {
  const zeros = leadingZeros(digits);
  return { digits: digits.slice(zeros), magnitude: digits.length - zeros + exponent };
}

/** All digits of a positive double. Every binary fraction is a finite decimal one: m / 2^k = m · 5^k / 10^k. */
function exactDecimal(double: number): { digits: string; magnitude: number } {
  let mantissa = double;
  let halvings = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    halvings++;
  }
  return normalize((BigInt(mantissa) * 5n ** BigInt(halvings)).toString(), -halvings);
}

/** The length without the zeros at the end. */
function significantLength(digits: string): number {
  let length = digits.length;
  while (digits.charCodeAt(length - 1) === ZERO) length--;
  return length;
}

function leadingZeros(digits: string): number {
  let count = 0;
  while (digits.charCodeAt(count) === ZERO) count++;
  return count;
}

const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
