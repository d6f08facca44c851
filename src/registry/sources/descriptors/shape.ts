/**
 * The few messages that describe schemas (descriptor.proto, reflection), read and written by a table of their fields. The
 * codec cannot do it, for it is made from what is read here; protobufjs could, but to load it takes longer than to read all of
 * OpenCue's descriptors.
 * Wire format: https://protobuf.dev/programming-guides/encoding/
 */
export interface Shape {
  readonly fields: readonly Field[];
  /** By tag, the number and the wire type that a field begins with. A list of numbers has two. */
  readonly byTag: ReadonlyMap<number, Field>;
  /** The names of fields that are lists. */
  readonly lists: readonly string[];
}

type Kind = 'int32' | 'bool' | 'string' | 'bytes' | (() => Shape);

interface Field {
  readonly name: string;
  readonly number: number;
  readonly kind: Kind;
  readonly repeated: boolean;
}

/** A message as a plain object: a field that is not set is absent, a repeated one is always there. */
export type Message = Record<string, unknown>;

const varint = 0;
const fixed64 = 1;
const delimited = 2;
const groupStart = 3;
const groupEnd = 4;
const fixed32 = 5;

/** A shape, from the fields that happen to be of interest: name, number, kind, and `repeated` where it is. */
export function shapeOf(
  entries: Readonly<Record<string, readonly [number: number, kind: Kind, repeated?: 'repeated']>>,
): Shape {
  const fields = Object.entries(entries).map(([name, [number, kind, repeated]]): Field => {
    return { name, number, kind, repeated: repeated !== undefined };
  });
  const byTag = new Map<number, Field>();
  for (const field of fields) {
    const isNumber = field.kind === 'int32' || field.kind === 'bool';
    if (isNumber) byTag.set((field.number << 3) | varint, field);
    if (!isNumber || field.repeated) byTag.set((field.number << 3) | delimited, field);
  }
  return { fields, byTag, lists: fields.flatMap(({ name, repeated }) => (repeated ? [name] : [])) };
}

/**
 * Reads a message; fields that its shape does not have are passed over.
 * @throws {RangeError} when the bytes are no protobuf message
 */
export function decodeShape(shape: Shape, bytes: Uint8Array): Message {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readMessage(shape, { buffer, at: 0 }, buffer.length);
}

interface Reader {
  readonly buffer: Buffer;
  at: number;
}

function readMessage({ byTag, lists }: Shape, reader: Reader, end: number): Message {
  const message: Message = {};
  for (const name of lists) message[name] = [];
  while (reader.at < end) {
    const tag = readVarint(reader);
    const field = byTag.get(tag);
    if (field === undefined) skip(reader, tag);
    else if (field.repeated) readElements(field.kind, tag & 7, reader, message[field.name] as unknown[]);
    else message[field.name] = readValue(field.kind, reader);
  }
  if (reader.at > end) throw new RangeError('a message is cut off');
  return message;
}

/** Numbers in a list may come one by one or in one run. */
function readElements(kind: Kind, wireType: number, reader: Reader, elements: unknown[]): void {
  if (wireType !== delimited || (kind !== 'int32' && kind !== 'bool')) {
    elements.push(readValue(kind, reader));
    return;
  }
  const end = readEnd(reader);
  while (reader.at < end) elements.push(readValue(kind, reader));
}

function readValue(kind: Kind, reader: Reader): unknown {
  if (kind === 'int32') return readVarint(reader) | 0;
  if (kind === 'bool') return readVarint(reader) !== 0;
  const end = readEnd(reader);
  if (typeof kind === 'function') return readMessage(kind(), reader, end);
  const start = reader.at;
  reader.at = end;
  return kind === 'string' ? reader.buffer.toString('utf8', start, end) : reader.buffer.subarray(start, end);
}

/** Reads a length; gives where what it measures ends. */
function readEnd(reader: Reader): number {
  const length = readVarint(reader) >>> 0;
  const end = reader.at + length;
  if (end > reader.buffer.length) throw new RangeError('a field is cut off');
  return end;
}

/** The lowest 32 bits of a varint. */
function readVarint(reader: Reader): number {
  const { buffer } = reader;
  const first = buffer[reader.at++];
  if (first === undefined) throw new RangeError('a number is cut off');
  if (first < 0x80) return first;
  let value = first & 0x7f;
  for (let shift = 7; shift < 70; shift += 7) {
    const byte = buffer[reader.at++];
    if (byte === undefined) throw new RangeError('a number is cut off');
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number has more than ten bytes');
}

function skip(reader: Reader, tag: number): void {
  const wireType = tag & 7;
  if (tag >>> 3 === 0) throw new RangeError('a field has the number 0');
  if (wireType === varint) readVarint(reader);
  else if (wireType === fixed64) reader.at += 8;
  else if (wireType === delimited) reader.at = readEnd(reader);
  else if (wireType === fixed32) reader.at += 4;
  else if (wireType === groupStart) {
    for (let inner = readVarint(reader); (inner & 7) !== groupEnd; inner = readVarint(reader)) skip(reader, inner);
  } else throw new RangeError(`there is no wire type ${wireType} here`);
}

/** Writes a message, in the order of its shape. Fields that are absent, and lists without elements, are left out. */
export function encodeShape({ fields }: Shape, message: Readonly<Message>): Buffer {
  const parts: Buffer[] = [];
  for (const { name, number, kind, repeated } of fields) {
    const value = message[name];
    if (value === undefined) continue;
    for (const element of repeated ? (value as readonly unknown[]) : [value]) {
      if (kind === 'int32' || kind === 'bool') {
        parts.push(encodeVarint((number << 3) | varint), encodeVarint(Number(element)));
        continue;
      }
      const bytes =
        typeof kind === 'function'
          ? encodeShape(kind(), element as Message)
          : kind === 'string'
            ? Buffer.from(element as string)
            : (element as Uint8Array);
      parts.push(encodeVarint((number << 3) | delimited), encodeVarint(bytes.length), Buffer.from(bytes));
    }
  }
  return Buffer.concat(parts);
}

/** A negative number takes ten bytes, as that of an int64 would. */
function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
