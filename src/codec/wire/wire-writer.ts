/**
 * Writes protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) front to back into one growing
 * buffer. The length of a nested message is known only behind it: one byte is reserved in front, and where that is not
 * enough the missing bytes are put in by a single copy at the end. Moving the content at every level instead would let a
 * small hostile body (deep nesting around one long string) cost gigabytes of copying.
 *
 * A scalar travels through the writer's registers: whoever reads it leaves its wire form in `low` and `high` (the halves
 * of 64 bits), in `source`, `from`, `to` (a run of bytes) or by `setText` (a string of JavaScript); `scalar()` then writes it
 * by its wire type. So reading and writing stay apart without an object or a bigint per value.
 */

import { WIRE_TYPE, type WireType } from './scalar-types.ts';

/** A field's tag: its number and its wire type. */
export function tagOf(number: number, wireType: WireType): number {
  return ((number << 3) | wireType) >>> 0;
}

const FIRST_CAPACITY = 4096;

/** A buffer that grew beyond this is not kept for the next message. */
const KEPT_CAPACITY = 1 << 20;

/** The same for the list of reserved lengths. */
const KEPT_GAPS = 1 << 14;

/** Up to here a loop copies faster than a typed array does, which needs a view of the source first. Identifiers are 36 long. */
const LOOPED_BYTES = 64;

const EMPTY = new Uint8Array(0);

/** See the top of this file. One writer may write many messages, one after the other. */
export class WireWriter {
  /** The lower half of a varint or fixed scalar. */
  low = 0;
  /** The upper half; 0 for 32-bit forms. */
  high = 0;
  /** A string's or bytes' content is `source[from, to)`. */
  source: Uint8Array = EMPTY;
  from = 0;
  to = 0;

  /** A string that is to be encoded; `[from, to)` then tells its length alone. */
  #text: string | undefined;

  #buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #position = 0;
  /** The reserved length bytes, in the order of their positions; those of short lengths are dropped where possible. */
  readonly #gapPosition: number[] = [];
  readonly #gapLength: number[] = [];
  readonly #gapGrowth: number[] = [];
  #gaps = 0;
  /** How many bytes the final copy has to put in for the lengths closed so far. */
  #growth = 0;
  /** Indexes into the gaps of those not yet closed, innermost last. */
  readonly #open: number[] = [];
  #depth = 0;

  /** Forgets everything written, also after an error in the middle of a message, and keeps hold of nothing large. */
  reset(): void {
    this.source = EMPTY;
    this.#text = undefined;
    this.#position = 0;
    this.#gaps = 0;
    this.#growth = 0;
    this.#depth = 0;
    if (this.#buffer.length > KEPT_CAPACITY) this.#buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
    if (this.#gapPosition.length > KEPT_GAPS) {
      this.#gapPosition.length = 0;
      this.#gapLength.length = 0;
      this.#gapGrowth.length = 0;
    }
  }

  /** The message's bytes, copied out of the working buffer; of a long message it is that buffer itself, so reset before the next. */
  finish(): Buffer {
    if (this.#buffer.length > KEPT_CAPACITY) return this.#finishInPlace();
    const message = Buffer.allocUnsafe(this.#position + this.#growth);
    let copied = 0;
    let at = 0;
    for (let gap = 0; gap < this.#gaps; gap++) {
      const length = this.#gapLength[gap]!;
      if (length < 0x80) continue;
      const position = this.#gapPosition[gap]!;
      at += this.#buffer.copy(message, at, copied, position);
      copied = position + 1;
      at = writeVarint(message, at, length);
    }
    this.#buffer.copy(message, at, copied, this.#position);
    return message;
  }

  /** Puts the missing bytes of lengths in, back to front. The message keeps the buffer, which would be given up anyway. */
  #finishInPlace(): Buffer {
    this.#reserve(this.#growth);
    const length = this.#position + this.#growth;
    let from = this.#position;
    let to = length;
    for (let gap = this.#gaps - 1; gap >= 0; gap--) {
      const content = this.#gapLength[gap]!;
      if (content < 0x80) continue;
      const position = this.#gapPosition[gap]!;
      to -= from - position - 1;
      this.#buffer.copyWithin(to, position + 1, from);
      to -= varintSize(content);
      writeVarint(this.#buffer, to, content);
      from = position;
    }
    const message = this.#buffer.subarray(0, length);
    this.#buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
    return message;
  }

  tag(tag: number): void {
    if (tag < 0x80) {
      if (this.#position === this.#buffer.length) this.#reserve(1);
      this.#buffer[this.#position++] = tag;
    } else {
      this.#reserve(5);
      this.#position = writeVarint(this.#buffer, this.#position, tag);
    }
  }

  /** Begins a length-delimited value; its tag stands before it. */
  open(): void {
    this.#reserve(1);
    const gap = this.#gaps++;
    this.#gapPosition[gap] = this.#position++;
    this.#gapGrowth[gap] = this.#growth;
    this.#gapLength[gap] = 0;
    this.#open[this.#depth++] = gap;
  }

  /** Ends the length-delimited value that was opened last. */
  close(): void {
    const gap = this.#open[--this.#depth]!;
    const position = this.#gapPosition[gap]!;
    const length = this.#position - position - 1 + (this.#growth - this.#gapGrowth[gap]!);
    if (length < 0x80) {
      this.#buffer[position] = length;
      if (gap === this.#gaps - 1) this.#gaps = gap;
    } else {
      this.#gapLength[gap] = length;
      this.#growth += varintSize(length) - 1;
    }
  }

  /** A place to come back to by `cancel()`. */
  mark(): number {
    return this.#position;
  }

  /** Takes back what was written since `mark`, the one length-delimited value that was opened since included. */
  cancel(mark: number): void {
    const gap = this.#open[--this.#depth]!;
    this.#growth = this.#gapGrowth[gap]!;
    this.#gaps = gap;
    this.#position = mark;
  }

  /** Puts a binary64 into the registers. */
  setDouble(value: number): void {
    doubleView[0] = value;
    this.low = doubleHalves[0]!;
    this.high = doubleHalves[1]!;
  }

  /** Puts a string into the registers. It must be well-formed: there is no UTF-8 for half of a surrogate pair. */
  setText(text: string): void {
    this.#text = text;
    this.from = 0;
    this.to = Buffer.byteLength(text);
  }

  /** Puts a number that is a binary32 into the registers. */
  setFloat(value: number): void {
    floatView[0] = value;
    this.low = floatBits[0]!;
    this.high = 0;
  }

  /** True when the scalar in the registers is the zero of its type, which implicit presence leaves out. */
  isZero(wireType: WireType): boolean {
    return wireType === WIRE_TYPE.bytes ? this.from === this.to : this.low === 0 && this.high === 0;
  }

  /** Writes the scalar in the registers, without a tag. */
  scalar(wireType: WireType): void {
    if (wireType === WIRE_TYPE.bytes) {
      this.#bytes();
      return;
    }
    this.#reserve(10);
    const buffer = this.#buffer;
    if (wireType === WIRE_TYPE.varint) {
      this.#varint();
    } else {
      this.#position = buffer.writeInt32LE(this.low | 0, this.#position);
      if (wireType === WIRE_TYPE.fixed64) this.#position = buffer.writeInt32LE(this.high | 0, this.#position);
    }
  }

  #varint(): void {
    const buffer = this.#buffer;
    let position = this.#position;
    let low = this.low >>> 0;
    let high = this.high >>> 0;
    while (high !== 0) {
      buffer[position++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#position = writeVarint(buffer, position, low);
  }

  #bytes(): void {
    const { source, from, to } = this;
    const length = to - from;
    this.#reserve(length + 5);
    const buffer = this.#buffer;
    let position = writeVarint(buffer, this.#position, length);
    if (this.#text !== undefined) {
      position += buffer.write(this.#text, position);
      this.#text = undefined;
    } else if (length < LOOPED_BYTES) {
      for (let at = from; at < to; at++) buffer[position++] = source[at]!;
    } else {
      buffer.set(source.subarray(from, to), position);
      position += length;
    }
    this.#position = position;
  }

  #reserve(count: number): void {
    const needed = this.#position + count;
    if (needed <= this.#buffer.length) return;
    // With some more, for lengths that are put in at the end of what one long string has filled.
    const grown = Buffer.allocUnsafeSlow(Math.max(needed + FIRST_CAPACITY, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#position);
    this.#buffer = grown;
  }
}

/** Node runs on little-endian machines only, so the first half is the lower one. */
const doubleView = new Float64Array(1);
const doubleHalves = new Int32Array(doubleView.buffer);
const floatView = new Float32Array(1);
const floatBits = new Int32Array(floatView.buffer);

/** Writes an unsigned number below 2^32 and returns the position behind it; the caller has made room. */
function writeVarint(buffer: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = value;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}
