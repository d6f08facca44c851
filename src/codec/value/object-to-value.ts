import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import { findField, layOutMessage, type MessageLayout } from '../wire/message-layout.ts';
import type { MessageValue, ObjectValue, ReadValue } from './message-value.ts';
import { malformedWire, tooDeep } from '../wire/wire-error.ts';
import { orderWire } from '../wire/wire-order.ts';
import { MAX_DEPTH, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';

/** How a message without a value of its own kind is read: as an object of all its fields. */
export interface ObjectToValue {
  readonly layout: MessageLayout;
  readonly names: readonly string[];
  readonly values: readonly ReadValue[];
  /** The object of an empty message; every object begins as its copy, so that all have the same shape. */
  readonly template: ObjectValue;
  /** The reader that met a message of this type out of order; what follows in the same answer is likely to be so too. */
  disorderedIn: number;
}

/** Compiles the plan by which a message becomes an object. `absentValue` gives the value of an absent field. */
export function planObjectValue(
  message: MessageDescriptor,
  values: readonly ReadValue[],
  absentValue: (field: FieldDescriptor) => MessageValue,
): ObjectToValue {
  return {
    layout: layOutMessage(message),
    names: message.fields.map((field) => field.jsonName),
    values,
    // Not by assignment: a field may be named `__proto__`.
    template: Object.fromEntries(message.fields.map((field) => [field.jsonName, absentValue(field)])),
    disorderedIn: 0,
  };
}

/** Reads the message between `reader.position` and `limit` as an object. */
export function readObject(plan: ObjectToValue, reader: WireReader, limit: number): ObjectValue {
  if (reader.depth >= MAX_DEPTH) {
    throw tooDeep();
  }
  reader.depth += 1;
  const { position } = reader;
  const hopeful = plan.layout.ascending && plan.disorderedIn !== reader.id && !reader.careful;
  let object = hopeful ? readInOrder(plan, reader, limit, false) : undefined;
  if (object === undefined) {
    plan.disorderedIn = reader.id;
    reader.position = position;
    object = readOutOfOrder(plan, reader, limit);
  }
  reader.depth -= 1;
  return object;
}

/**
 * Reads the object in one pass, as long as fields come in declaration order, once each, one of each oneof; undefined when
 * they do not. `ordered`: they are known to.
 */
function readInOrder(
  plan: ObjectToValue,
  reader: WireReader,
  limit: number,
  ordered: boolean,
): ObjectValue | undefined {
  const { layout, names, values } = plan;
  const object: Record<string, MessageValue> = { ...plan.template };
  let next = 0;
  let oneofs = 0;
  while (reader.position < limit) {
    const tag = readTag(reader);
    const index = findField(layout, tag);
    if (index < 0) {
      skipValue(reader, tag);
      continue;
    }
    const bit = layout.oneofBits[index]!;
    if (index < next || ((oneofs & bit) !== 0 && !ordered)) {
      return undefined;
    }
    oneofs |= bit;
    reader.tag = tag;
    object[names[index]!] = values[index]!(reader, limit);
    next = index + 1;
  }
  if (reader.position !== limit) {
    throw malformedWire();
  }
  return object;
}

function readOutOfOrder(plan: ObjectToValue, reader: WireReader, limit: number): ObjectValue {
  const { bytes } = reader;
  const ordered = orderWire(plan.layout, reader, limit);
  reader.bytes = ordered;
  reader.position = 0;
  const object = readInOrder(plan, reader, ordered.length, true);
  if (object === undefined) {
    throw new Error('The ordered message is out of order.');
  }
  reader.bytes = bytes;
  reader.position = limit;
  return object;
}
