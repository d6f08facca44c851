import { describe, expect, it } from 'vitest';

import { WIRE_TYPE } from '../../../src/codec/wire/scalar-types.ts';
import { INTEGER_TYPES } from '../../../src/codec/value/value-integer.ts';
import { tagOf, WireWriter } from '../../../src/codec/wire/wire-writer.ts';

describe('WireWriter', () => {
  it('writes varints of every length', () => {
    const writer = new WireWriter();
    for (let bits = 0; bits <= 63; bits++) {
      for (const value of [2n ** BigInt(bits) - 1n, 2n ** BigInt(bits)]) {
        writer.reset();
        INTEGER_TYPES.uint64.set(writer, value);
        writer.scalar(WIRE_TYPE.varint);
        expect(writer.finish().toString('hex')).toBe(varint(value));
      }
    }
  });

  it('writes tags up to the largest field number', () => {
    const writer = new WireWriter();
    for (const number of [1, 15, 16, 2047, 2048, 2 ** 29 - 1]) {
      writer.reset();
      writer.tag(tagOf(number, WIRE_TYPE.fixed32));
      expect(writer.finish().toString('hex')).toBe(varint(BigInt(number) * 8n + 5n));
    }
  });

  it('takes back what was opened since a mark, long content inside included', () => {
    const writer = new WireWriter();
    writer.tag(1);
    writer.open();
    const mark = writer.mark();
    writer.tag(2);
    writer.open();
    writer.tag(3);
    writer.open();
    putBytes(writer, 300);
    writer.close();
    writer.cancel(mark);
    putBytes(writer, 1);
    writer.close();
    expect(writer.finish().toString('hex')).toBe('01020100');
  });

  it('gives away bytes that later messages do not change', () => {
    const writer = new WireWriter();
    putBytes(writer, 3);
    const first = writer.finish();
    writer.reset();
    putBytes(writer, 2, 9);
    writer.finish();
    expect(first.toString('hex')).toBe('03000000');
  });

  it('grows for content of any size, and lengths of all sizes in one another', () => {
    const writer = new WireWriter();
    const sizes = [2 ** 21, 2 ** 14, 128, 1];
    for (const size of sizes) {
      putBytes(writer, size);
      writer.open();
    }
    for (const _ of sizes) writer.close();
    const expected = sizes.reduceRight<Buffer>((inner, size) => {
      const length = Buffer.from(varint(BigInt(inner.length)), 'hex');
      return Buffer.concat([Buffer.from(varint(BigInt(size)), 'hex'), Buffer.alloc(size), length, inner]);
    }, Buffer.of());
    expect(writer.finish().equals(expected)).toBe(true);
  });

  it.each([10, 127, 128, 2 ** 20 - 4096, 2 ** 20, 2 ** 22])(
    'encodes texts of %i characters, and keeps nothing of them',
    (length) => {
      const writer = new WireWriter();
      const text = 'é語a'.repeat(Math.ceil(length / 3));
      const utf8 = Buffer.from(text);
      writer.open();
      writer.setText(text);
      expect(writer.isZero(WIRE_TYPE.bytes)).toBe(false);
      writer.scalar(WIRE_TYPE.bytes);
      writer.close();
      const inner = Buffer.concat([Buffer.from(varint(BigInt(utf8.length)), 'hex'), utf8]);
      const message = writer.finish();
      writer.reset();
      putBytes(writer, 2, 9);
      expect(writer.finish().toString('hex')).toBe('020909');
      expect(message.equals(Buffer.concat([Buffer.from(varint(BigInt(inner.length)), 'hex'), inner]))).toBe(true);
    },
  );
});

function putBytes(writer: WireWriter, length: number, fill = 0): void {
  writer.source = new Uint8Array(length).fill(fill);
  writer.from = 0;
  writer.to = length;
  writer.scalar(WIRE_TYPE.bytes);
}

function varint(value: bigint): string {
  const bytes = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]).toString('hex');
}
