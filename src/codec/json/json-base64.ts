import type { WireWriter } from '../wire/wire-writer.ts';

/** How many bytes are decoded before others may have their turn: a millisecond or less. */
const bytesPerStep = 256 * 1024;

/**
 * Decodes base64 as Go does (https://pkg.go.dev/encoding/base64) under protobuf-go's choice of alphabet and padding: any
 * `-` or `_` makes it the URL alphabet throughout; a text whose length is a multiple of four must be padded where that is
 * needed, any other must not be. CR and LF are skipped, yet count for the length; unused bits may be anything.
 * Leaves the content in the writer's registers; false when the text is not base64.
 */
export function setBase64(writer: WireWriter, text: Uint8Array, start: number, end: number): boolean {
  const steps = decodeBase64(text, start, end);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return setDecoded(writer, step.value);
}

/** Leaves what was decoded in the writer's registers; false when it was not base64. */
export function setDecoded(writer: WireWriter, content: Uint8Array | undefined): boolean {
  if (content === undefined) return false;
  writer.source = content;
  writer.from = 0;
  writer.to = content.length;
  return true;
}

/** As `setBase64`, but stops now and then. Returns the content; undefined when the text is not base64. */
export function* decodeBase64(text: Uint8Array, start: number, end: number): Generator<void, Uint8Array | undefined> {
  const alphabet = alphabetOf(text, start, end);
  const padded = (end - start) % 4 === 0;
  const content = Buffer.allocUnsafe(Math.ceil((end - start) / 4) * 3);
  let length = 0;
  let at = skipLineEnds(text, start, end);
  let stop = Math.min(end, at + bytesPerStep);
  while (at < end) {
    // Four digits in a row, which is nearly all there is. What is no digit has bits above those of digits.
    while (at + 4 <= stop) {
      const a = alphabet[text[at]!]!;
      const b = alphabet[text[at + 1]!]!;
      const c = alphabet[text[at + 2]!]!;
      const d = alphabet[text[at + 3]!]!;
      if ((a | b | c | d) > 63) break;
      content[length++] = (a << 2) | (b >> 4);
      content[length++] = (b << 4) | (c >> 2);
      content[length++] = (c << 6) | d;
      at += 4;
    }
    if (at + 4 > stop && stop < end) {
      yield;
      stop = Math.min(end, at + bytesPerStep);
    }
    at = skipLineEnds(text, at, end);
    if (at === end) break;
    let bits = 0;
    let digits = 0;
    while (digits < 4 && at < end) {
      const digit = alphabet[text[at]!]!;
      if (digit === NO_DIGIT) break;
      bits = (bits << 6) | digit;
      digits++;
      at = skipLineEnds(text, at + 1, end);
    }
    if (digits < 2) return undefined;
    bits <<= 6 * (4 - digits);
    content[length++] = bits >> 16;
    if (digits > 2) content[length++] = bits >> 8;
    if (digits > 3) content[length++] = bits;
    if (digits < 4) {
      if (padded) at = skipPadding(text, at, end, 4 - digits);
      if (at !== end) return undefined;
    }
  }
  return content.subarray(0, length);
}

function alphabetOf(text: Uint8Array, start: number, end: number): Uint8Array {
  const part = text.subarray(start, end);
  return part.includes(0x2d) || part.includes(0x5f) ? URL_ALPHABET : STANDARD_ALPHABET;
}

/** Returns the place behind `count` equals signs and any line ends; -1 when they are not there. */
function skipPadding(text: Uint8Array, from: number, end: number, count: number): number {
  let at = from;
  for (let index = 0; index < count; index++) {
    if (at >= end || text[at] !== EQUALS) return -1;
    at = skipLineEnds(text, at + 1, end);
  }
  return at;
}

function skipLineEnds(text: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (text[at] === 0x0a || text[at] === 0x0d)) at++;
  return at;
}

const EQUALS = 0x3d;
const NO_DIGIT = 0xff;

function digitsOf(last: string): Uint8Array {
  const digits = new Uint8Array(256).fill(NO_DIGIT);
  const alphabet = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`;
  for (let digit = 0; digit < 64; digit++) digits[alphabet.charCodeAt(digit)] = digit;
  return digits;
}

const STANDARD_ALPHABET = digitsOf('+/');
const URL_ALPHABET = digitsOf('-_');
