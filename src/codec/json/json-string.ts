import { type JsonWriter, reserve, writeCode } from './json-writer.ts';
import { invalidUtf8 } from '../wire/wire-error.ts';

const QUOTE = 0x22;
const ZERO = 0x30;
const BACKSLASH = 0x5c;

const AS_IT_IS = 0;
const MULTIBYTE = 1;
const HEX_ESCAPE = 0x75;
/** How a byte of a JSON string is written: as it is, as the begin of a longer UTF-8 sequence, or by this letter. */
const ESCAPES = buildEscapes();

function buildEscapes(): Uint8Array {
  const escapes = new Uint8Array(256);
  escapes.fill(HEX_ESCAPE, 0, 0x20);
  escapes.fill(MULTIBYTE, 0x80);
  escapes[0x08] = 0x62;
  escapes[0x09] = 0x74;
  escapes[0x0a] = 0x6e;
  escapes[0x0c] = 0x66;
  escapes[0x0d] = 0x72;
  escapes[QUOTE] = QUOTE;
  escapes[BACKSLASH] = BACKSLASH;
  return escapes;
}

/** Longest piece of a string for which the worst case, six bytes for each, is reserved at once. */
const STRING_PIECE = 4_096;

/** Writes `source[start, end)`, UTF-8 from the wire, as a JSON string. Throws a WireError where it is not UTF-8. */
export function writeString(writer: JsonWriter, source: Uint8Array, start: number, end: number): void {
  writeCode(writer, QUOTE);
  let index = start;
  while (index < end) {
    index = writeStringPiece(writer, source, index, Math.min(end, index + STRING_PIECE), end);
  }
  writeCode(writer, QUOTE);
}

/** Writes until `stop` or a little beyond, to the end of a sequence, and returns where it stopped. */
function writeStringPiece(writer: JsonWriter, source: Uint8Array, start: number, stop: number, end: number): number {
  reserve(writer, (stop - start) * 6 + 4);
  const bytes = writer.bytes;
  let position = writer.position;
  let index = start;
  while (index < stop) {
    const byte = source[index]!;
    const letter = ESCAPES[byte]!;
    if (letter === AS_IT_IS) {
      bytes[position++] = byte;
      index += 1;
    } else if (letter === MULTIBYTE) {
      const next = index + sequenceLength(source, index, end);
      while (index < next) {
        bytes[position++] = source[index++]!;
      }
    } else {
      position = writeEscape(bytes, position, byte, letter);
      index += 1;
    }
  }
  writer.position = position;
  return index;
}

function writeEscape(bytes: Buffer, start: number, byte: number, letter: number): number {
  let position = start;
  bytes[position++] = BACKSLASH;
  bytes[position++] = letter;
  if (letter === HEX_ESCAPE) {
    bytes[position++] = ZERO;
    bytes[position++] = ZERO;
    bytes[position++] = ZERO + (byte >> 4);
    bytes[position++] = '0123456789abcdef'.charCodeAt(byte & 0xf);
  }
  return position;
}

/**
 * Length of the UTF-8 sequence at `index`, whose first byte is not ASCII, by the table of well-formed sequences (Unicode
 * 16.0, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF. Throws a WireError where there is none.
 */
export function sequenceLength(source: Uint8Array, index: number, end: number): number {
  const first = source[index]!;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || index + length > end) {
    throw invalidUtf8();
  }
  const second = source[index + 1]!;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) {
    throw invalidUtf8();
  }
  for (let offset = 2; offset < length; offset += 1) {
    if ((source[index + offset]! & 0xc0) !== 0x80) {
      throw invalidUtf8();
    }
  }
  return length;
}

const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');
const PAD = 0x3d;

/** Writes `source[start, end)` as a JSON string of standard base64 with padding (RFC 4648, section 4). */
export function writeBase64(writer: JsonWriter, source: Uint8Array, start: number, end: number): void {
  reserve(writer, Math.ceil((end - start) / 3) * 4 + 2);
  const bytes = writer.bytes;
  let position = writer.position;
  bytes[position++] = QUOTE;
  let index = start;
  for (; index + 2 < end; index += 3) {
    const bits = (source[index]! << 16) | (source[index + 1]! << 8) | source[index + 2]!;
    bytes[position++] = BASE64[bits >> 18]!;
    bytes[position++] = BASE64[(bits >> 12) & 0x3f]!;
    bytes[position++] = BASE64[(bits >> 6) & 0x3f]!;
    bytes[position++] = BASE64[bits & 0x3f]!;
  }
  if (index < end) {
    const two = index + 1 < end;
    const bits = (source[index]! << 16) | (two ? source[index + 1]! << 8 : 0);
    bytes[position++] = BASE64[bits >> 18]!;
    bytes[position++] = BASE64[(bits >> 12) & 0x3f]!;
    bytes[position++] = two ? BASE64[(bits >> 6) & 0x3f]! : PAD;
    bytes[position++] = PAD;
  }
  bytes[position++] = QUOTE;
  writer.position = position;
}
