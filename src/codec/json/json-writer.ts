import { giveBackJson, holdText, lendBytes, returnBytes } from './json-buffers.ts';
import type { JsonStyle } from './json-style.ts';

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
  /** How many bytes a text may have; whoever writes more gets a JsonTooLong. */
  maxBytes: number;
  /** Of the lists that are being written, from the outermost inwards: where in each the writer is. Kept by projections alone. */
  readonly indices: number[];
  /** Numbers that an enum has no name for, and where they stood; null was written for each. Filled by projections alone. */
  readonly unnamed: UnnamedNumber[];
  /** What is put off until the rest is written, in the order of its places. */
  deferred: DeferredText[];
}

/** A part of the text that is written when the rest of it is. */
export interface DeferredText {
  /** Where it belongs. */
  readonly position: number;
  readonly write: (writer: JsonWriter) => void;
}

/** A number that an enum has no name for. */
export interface UnnamedNumber {
  /** Where null was written for it, seen from the message that was projected. */
  readonly path: readonly (string | number)[];
  readonly number: number;
}

/** A text grew beyond what its writer may write. */
export class JsonTooLong extends Error {
  override readonly name = 'JsonTooLong';
  /** How many bytes were allowed. */
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the text is longer than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Capacity a writer begins with, in bytes: most answers fit. */
const FIRST_CAPACITY = 1 << 16;
/** Largest capacity that a writer keeps for its next text, in bytes. */
const KEPT_CAPACITY = 1 << 20;
/** Shorter texts, in bytes, are copied into buffers of their own: there are many, and they end young. */
const WORTH_LENDING = 1 << 13;
/** Room before the text: the spaced style writes over the byte before an object for a moment. */
const START = 1;

const NO_BYTES = Buffer.alloc(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));

/** Opens a writer; it can be used for any number of texts, one after the other. */
export function createJsonWriter(style: JsonStyle): JsonWriter {
  const writer: JsonWriter = {
    bytes: NO_BYTES,
    view: NO_VIEW,
    position: START,
    spaced: style === 'spaced',
    maxBytes: Number.POSITIVE_INFINITY,
    indices: [],
    unnamed: [],
    deferred: [],
  };
  setBytes(writer, lendBytes(FIRST_CAPACITY));
  return writer;
}

/**
 * Takes the text out, and readies the writer for another one. A text that fills half of the buffer takes it along, which
 * saves a tenth of the time of a large one; a smaller one is copied, so that it does not keep what it does not use.
 *
 * Whoever knows that nobody reads the text any more gives it back (`giveBackJson`).
 */
export function takeJson(writer: JsonWriter): Buffer {
  if (writer.deferred.length > 0) return takeWithDeferred(writer);
  const { bytes } = writer;
  const text = bytes.subarray(START, writer.position);
  writer.position = START;
  const isCopied = text.length < bytes.length / 2;
  const copy = isCopied ? copyText(text) : text;
  if (isCopied && bytes.length > KEPT_CAPACITY) returnBytes(bytes);
  if (!isCopied || bytes.length > KEPT_CAPACITY) setBytes(writer, lendBytes(Math.min(bytes.length, KEPT_CAPACITY)));
  return isCopied ? copy : holdText(text, bytes);
}

function copyText(text: Buffer): Buffer {
  if (text.length < WORTH_LENDING) return Buffer.from(text);
  const bytes = lendBytes(text.length);
  text.copy(bytes);
  return holdText(bytes.subarray(0, text.length), bytes);
}

/** Ends a writer that is not used any more; what it has written and nobody has taken is void. */
export function closeJsonWriter(writer: JsonWriter): void {
  const { bytes } = writer;
  setBytes(writer, NO_BYTES);
  if (bytes.length > 0) returnBytes(bytes);
}

/** Writes what was put off, by and by, each into the emptied writer, and puts the pieces together. */
function takeWithDeferred(writer: JsonWriter): Buffer {
  const { deferred } = writer;
  writer.deferred = [];
  const text = takeJson(writer);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { position, write } of deferred) {
    const at = position - START;
    write(writer);
    pieces.push(text.subarray(from, at), takeJson(writer));
    from = at;
  }
  pieces.push(text.subarray(from));
  const whole = Buffer.concat(pieces);
  for (const piece of [text, ...pieces]) giveBackJson(piece);
  return whole;
}

/** Throws away what was written since the last text. */
export function discardJson(writer: JsonWriter): void {
  writer.position = START;
  writer.deferred = [];
  if (writer.bytes.length <= KEPT_CAPACITY) return;
  returnBytes(writer.bytes);
  setBytes(writer, lendBytes(KEPT_CAPACITY));
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
  if (writer.position - START > writer.maxBytes) throw new JsonTooLong(writer.maxBytes);
  const { bytes } = writer;
  const larger = lendBytes(Math.max(bytes.length * 2, writer.position + count));
  larger.set(bytes.subarray(0, writer.position));
  setBytes(writer, larger);
  returnBytes(bytes);
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

/** Writes any text that is JSON already. */
export function writeText(writer: JsonWriter, text: string): void {
  reserve(writer, text.length * 3);
  writer.position += writer.bytes.write(text, writer.position, 'utf8');
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

/** Writes the digits of an integer below 10^9, two at a time from the last on; zeros in front when `count` asks for them. */
function writeDigits(writer: JsonWriter, value: number, count: number): void {
  const { view, position: start } = writer;
  let rest = value | 0;
  let position = start + count;
  while (position - start >= 2) {
    const hundredth = (rest / 100) | 0;
    position -= 2;
    view.setUint16(position, PAIRS[rest - hundredth * 100]!);
    rest = hundredth;
  }
  if (position > start) {
    writer.bytes[start] = ZERO + rest;
  }
  writer.position = start + count;
}

/** The two digits of every number below 100. */
const PAIRS = Uint16Array.from(
  { length: 100 },
  (_, pair) => ((ZERO + Math.floor(pair / 10)) << 8) | (ZERO + (pair % 10)),
);

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
