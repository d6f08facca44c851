import type { JsonStyle } from './json-style.ts';
import { invalidUtf8 } from './wire-error.ts';

/**
 * JSON text in the making: UTF-8 bytes in one buffer that grows. Whoever writes reserves first; the write functions of
 * this file reserve for themselves.
 */
export interface JsonWriter {
  bytes: Buffer;
  /** The same bytes, for stores of more than one at a time. */
  view: DataView;
  position: number;
  readonly spaced: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const BACKSLASH = 0x5c;

/** Capacity a writer begins with: most answers fit. */
const FIRST_CAPACITY = 1 << 16;
/** Capacity up to which a writer keeps its buffer for the next text; a larger one goes to whoever takes the text. */
const KEPT_CAPACITY = 1 << 20;
/** Room before the text: the spaced style writes over the byte before an object for a moment. */
const START = 1;

const NO_BYTES = Buffer.alloc(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));

/** Opens a writer; it can be used for any number of texts, one after the other. */
export function createJsonWriter(style: JsonStyle): JsonWriter {
  const writer: JsonWriter = { bytes: NO_BYTES, view: NO_VIEW, position: START, spaced: style === 'spaced' };
  setBytes(writer, Buffer.allocUnsafeSlow(FIRST_CAPACITY));
  return writer;
}

/** Takes the text out, and readies the writer for another one. */
export function takeJson(writer: JsonWriter): Buffer {
  const { bytes } = writer;
  const text = bytes.subarray(START, writer.position);
  writer.position = START;
  if (bytes.length <= KEPT_CAPACITY) {
    return Buffer.from(text);
  }
  setBytes(writer, Buffer.allocUnsafeSlow(FIRST_CAPACITY));
  return text;
}

/** Makes room for `count` more bytes. */
export function reserve(writer: JsonWriter, count: number): void {
  if (writer.position + count > writer.bytes.length) {
    grow(writer, count);
  }
}

function setBytes(writer: JsonWriter, bytes: Buffer): void {
  writer.bytes = bytes;
  writer.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function grow(writer: JsonWriter, count: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(writer.bytes.length * 2, writer.position + count));
  larger.set(writer.bytes.subarray(0, writer.position));
  setBytes(writer, larger);
}

/** Writes one ASCII character by its code. */
export function writeCode(writer: JsonWriter, code: number): void {
  reserve(writer, 1);
  writer.bytes[writer.position++] = code;
}

/** Writes what stands between two members or elements. */
export function writeSeparator(writer: JsonWriter): void {
  reserve(writer, 2);
  writer.bytes[writer.position++] = COMMA;
  if (writer.spaced) {
    writer.bytes[writer.position++] = 0x20;
  }
}

/** Text that is copied piece by piece, many times: see `writeTemplate`. */
export type Template = DataView;

/** Readies text for `writeTemplate`. */
export function createTemplate(text: Uint8Array): Template {
  const template = new DataView(new ArrayBuffer(text.length + 4));
  new Uint8Array(template.buffer).set(text);
  return template;
}

/**
 * Writes the bytes of a template from `start` to `end`. Four at a time: half of an answer is keys, a native copy costs as
 * much as some hundred bytes, and copying up to three bytes too many is cheaper than not to.
 */
export function writeTemplate(writer: JsonWriter, template: Template, start: number, end: number): void {
  const length = end - start;
  reserve(writer, length + 4);
  const { view, position } = writer;
  for (let offset = 0; offset < length; offset += 4) {
    view.setInt32(position + offset, template.getInt32(start + offset, true), true);
  }
  writer.position = position + length;
}

/** Writes text that is known to be ASCII and to need no escapes. */
export function writeAscii(writer: JsonWriter, text: string): void {
  const length = text.length;
  reserve(writer, length);
  const bytes = writer.bytes;
  let position = writer.position;
  for (let index = 0; index < length; index += 1) {
    bytes[position++] = text.charCodeAt(index);
  }
  writer.position = position;
}

/** Writes an integer of at most 53 bits, digit by digit. */
export function writeInteger(writer: JsonWriter, value: number): void {
  reserve(writer, 20);
  let magnitude = value;
  if (value < 0) {
    writer.bytes[writer.position++] = MINUS;
    magnitude = -value;
  }
  if (magnitude < 10) {
    writer.bytes[writer.position++] = ZERO + magnitude;
  } else if (magnitude < 100_000_000) {
    writeDigits(writer, magnitude, countDigits(magnitude));
  } else {
    // In halves of eight digits, so that all arithmetic is on small integers.
    const head = Math.floor(magnitude / 100_000_000);
    writeDigits(writer, head, countDigits(head));
    writeDigits(writer, magnitude - head * 100_000_000, 8);
  }
}

function writeDigits(writer: JsonWriter, value: number, count: number): void {
  const bytes = writer.bytes;
  const start = writer.position;
  let rest = value | 0;
  for (let position = start + count - 1; position >= start; position -= 1) {
    const tenth = (rest / 10) | 0;
    bytes[position] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  writer.position = start + count;
}

/** Digits of an integer from 1 to 999,999,999. */
function countDigits(value: number): number {
  if (value < 10_000) {
    return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  }
  if (value < 1_000_000) {
    return value < 100_000 ? 5 : 6;
  }
  return value < 100_000_000 ? (value < 10_000_000 ? 7 : 8) : 9;
}

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
