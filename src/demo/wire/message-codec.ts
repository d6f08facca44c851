import { isUtf8 } from 'node:buffer';

import protobuf from 'protobufjs';

/** A message as a plain object: camel case names, enums by name, 64-bit integers as numbers, bytes as Buffer. */
export type Message = Readonly<Record<string, unknown>>;

/**
 * Decodes a request with every field present: scalars at their defaults, repeated fields as arrays, absent messages as null.
 * Throws on truncated input and on strings that are not UTF-8, both of which Java's decoder refuses too.
 */
export function decodeMessage(type: protobuf.Type, bytes: Uint8Array): Message {
  return type.toObject(type.decode(new StrictReader(bytes)), { defaults: true, enums: String, longs: Number });
}

/**
 * Encodes a plain object. Values equal to the field's default are left out, as Java's encoder does (protobufjs would
 * write them), so replies have the size and the gaps of real ones. Members of a oneof are written whenever present.
 */
export function encodeMessage(type: protobuf.Type, value: Message): Buffer {
  return Buffer.from(type.encode(withoutDefaults(type, value)).finish());
}

/** Whether some string inside a decoded message holds a NUL character, which PostgreSQL cannot store or compare. */
export function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some(holdsNul);
}

/** protobufjs replaces bad UTF-8 silently; this reader refuses it. */
class StrictReader extends protobuf.Reader {
  override string(): string {
    const bytes = this.bytes();
    if (!isUtf8(bytes)) throw new RangeError('a string field is not valid UTF-8');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }
}

function withoutDefaults(type: protobuf.Type, value: Message): protobuf.Message {
  const properties: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const given = value[field.name];
    if (given === undefined || given === null) continue;
    if (field.repeated) {
      const list = given as readonly unknown[];
      if (list.length > 0) properties[field.name] = list.map((item) => toWireValue(field, item));
      continue;
    }
    const wire = toWireValue(field, given);
    if (field.partOf || !isDefault(wire)) properties[field.name] = wire;
  }
  return type.create(properties);
}

function toWireValue(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return withoutDefaults(resolvedType, value as Message);
  if (!(resolvedType instanceof protobuf.Enum) || typeof value !== 'string') return value;
  const number = resolvedType.values[value];
  if (number === undefined) throw new Error(`${field.fullName}: ${value} is no value of ${resolvedType.fullName}`);
  return number;
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === '' || value === false || (ArrayBuffer.isView(value) && value.byteLength === 0);
}
