import type { FieldLayout } from '../wire/message-layout.ts';
import type { MessageValue, ReadValue } from './message-value.ts';
import { malformedWire } from '../wire/wire-error.ts';
import { readLimit, type WireReader } from '../wire/wire-reader.ts';
import { readTagOf } from '../wire/wire-run.ts';

/** Compiles how a repeated field's values, which follow each other on the wire, packed, one by one, or both, become an array. */
export function compileRepeatedToValue(field: FieldLayout, one: ReadValue): ReadValue {
  return (reader, limit) => {
    const values: MessageValue[] = [];
    do {
      if (reader.tag === field.tag) {
        values.push(one(reader, limit));
      } else {
        readPacked(values, one, reader);
      }
    } while (readTagOf(reader, field, limit));
    return values;
  };
}

function readPacked(values: MessageValue[], one: ReadValue, reader: WireReader): void {
  const end = readLimit(reader);
  while (reader.position < end) {
    values.push(one(reader, end));
  }
  if (reader.position !== end) {
    throw malformedWire();
  }
}
