import { malformedWire, WireError } from '../codec/wire/wire-error.ts';
import { createWireReader, readLimit, readTag, skipValue } from '../codec/wire/wire-reader.ts';

/** One `google.protobuf.Any` of a `google.rpc.Status`. */
export interface Detail {
  /** The full name of its type, without the URL in front. */
  readonly type: string;
  /** The encoded message. */
  readonly value: Buffer;
}

/** The field `details` of `google.rpc.Status`, and the fields of `google.protobuf.Any`; all are length-delimited. */
const details = 3;
const typeUrl = 1;
const value = 2;

/**
 * The details of a `google.rpc.Status`. Bytes that are no such message have no details: the error itself is told all the same.
 */
export function readDetails(status: Uint8Array): readonly Detail[] {
  try {
    return fieldsOf(Buffer.from(status)).flatMap(([number, bytes]) => {
      if (number !== details) return [];
      const any = new Map(fieldsOf(bytes));
      const name = (any.get(typeUrl) ?? nothing).toString();
      return [{ type: name.slice(name.lastIndexOf('/') + 1), value: any.get(value) ?? nothing }];
    });
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}

const nothing = Buffer.alloc(0);

const lengthDelimited = 2;

/** The length-delimited fields of a message, in their order. Throws WireError. */
function fieldsOf(message: Buffer): readonly (readonly [number: number, bytes: Buffer])[] {
  const reader = createWireReader(message);
  const fields: [number, Buffer][] = [];
  while (reader.position < message.length) {
    const tag = readTag(reader);
    if ((tag & 7) !== lengthDelimited) skipValue(reader, tag);
    else {
      const end = readLimit(reader);
      fields.push([tag >>> 3, message.subarray(reader.position, end)]);
      reader.position = end;
    }
  }
  if (reader.position > message.length) throw malformedWire();
  return fields;
}
