/** Wire bytes by hand, for tests that say exactly what lies on the wire: right, odd, or wrong. */

/** A varint of up to 64 bits; negative numbers as two's complement. */
export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** A field's tag. */
export function tag(number: number, wireType: number): Buffer {
  return varint(BigInt(number) * 8n + BigInt(wireType));
}

/** A varint field. */
export function int(number: number, value: number | bigint): Buffer {
  return Buffer.concat([tag(number, 0), varint(value)]);
}

/** A length-delimited field: a string, bytes, a message, or a packed run. */
export function bytes(number: number, ...content: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part as string)));
  return Buffer.concat([tag(number, 2), varint(body.length), body]);
}

/** A four-byte field. */
export function fixed32(number: number, value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeInt32LE(value | 0);
  return Buffer.concat([tag(number, 5), body]);
}

/** An eight-byte field. */
export function fixed64(number: number, value: bigint): Buffer {
  const body = Buffer.alloc(8);
  body.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(number, 1), body]);
}

/** A float field. */
export function float(number: number, value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeFloatLE(value);
  return Buffer.concat([tag(number, 5), body]);
}

/** A double field. */
export function double(number: number, value: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeDoubleLE(value);
  return Buffer.concat([tag(number, 1), body]);
}

/** Fields one after the other. */
export function wire(...fields: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(fields.map((field) => Buffer.from(field as string)));
}

/** A message in a message in a message, all in the field of this number, and nothing else. */
export function nest(number: number, levels: number): Buffer {
  const heads: Buffer[] = [];
  let length = 0;
  for (let level = 0; level < levels; level += 1) {
    const head = Buffer.concat([tag(number, 2), varint(length)]);
    heads.push(head);
    length += head.length;
  }
  return Buffer.concat(heads.reverse());
}
