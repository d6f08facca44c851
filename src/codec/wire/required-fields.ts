import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import { ENTRY_VALUE, findField, layOutEntry, layOutMessage, type MessageLayout } from './message-layout.ts';
import { createWireReader, readLimit, readTag, skipValue } from './wire-reader.ts';

/** Finds the full name of a required field that well-formed bytes lack; undefined when they have them all. */
export type FindMissing = (wire: Uint8Array) => string | undefined;

/**
 * Compiles the search for a `required` field (proto2), or one of LEGACY_REQUIRED presence (editions), that a message lacks
 * in itself or in what it holds: depth first in the order of field numbers, as protobuf-go's CheckInitialized. What is
 * inside an Any is not looked at, as there. Undefined for types that can lack none, which are nearly all.
 */
export function compileFindMissing(message: MessageDescriptor): FindMissing | undefined {
  if (!reachesRequired(message, new Set())) return undefined;
  const root = planOf(message);
  return (wire) => findMissing(root, Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength));
}

/** What is to be looked for in the messages of one type. */
interface RequiredPlan {
  readonly layout: MessageLayout;
  /** In the order of field numbers. */
  readonly checks: readonly Check[];
}

/** A field that is required, or whose message may lack something. */
interface Check {
  readonly index: number;
  readonly fullName: string;
  readonly required: boolean;
  readonly cardinality: FieldDescriptor['cardinality'];
  /** Of a map's entries. */
  readonly entry: MessageLayout | undefined;
  /** Of the message in it; undefined when that can lack nothing. */
  readonly inner: RequiredPlan | undefined;
}

const plans = new WeakMap<MessageDescriptor, RequiredPlan>();

function planOf(message: MessageDescriptor): RequiredPlan {
  const known = plans.get(message);
  if (known !== undefined) return known;
  const checks: Check[] = [];
  const plan = { layout: layOutMessage(message), checks };
  // Known before its fields are looked at, so that a type may contain itself.
  plans.set(message, plan);
  for (const field of message.fields.toSorted((a, b) => a.number - b.number)) {
    const { type, index, required, cardinality } = field;
    const inner =
      type.kind === 'message' && reachesRequired(type.message, new Set()) ? planOf(type.message) : undefined;
    if (!required && inner === undefined) continue;
    const entry = cardinality === 'map' ? layOutEntry(field) : undefined;
    checks.push({ index, fullName: `${message.fullName}.${field.name}`, required, cardinality, entry, inner });
  }
  return plan;
}

function reachesRequired(message: MessageDescriptor, seen: Set<MessageDescriptor>): boolean {
  if (seen.has(message)) return false;
  seen.add(message);
  return message.fields.some(
    ({ required, type }) => required || (type.kind === 'message' && reachesRequired(type.message, seen)),
  );
}

/** What is still to be done stands on a stack of its own: messages nest deeper than the call stack bears. */
function findMissing(root: RequiredPlan, wire: Buffer): string | undefined {
  const open: (string | { readonly plan: RequiredPlan; readonly wire: Buffer })[] = [{ plan: root, wire }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') return next;
    const { checks } = next.plan;
    const found = valuesOf(next.plan.layout, next.wire);
    // Backwards, since what was put on the stack last is taken first.
    for (const { index, fullName, required, cardinality, entry, inner } of checks.toReversed()) {
      const values = found.get(index);
      if (values === undefined) {
        if (required) open.push(fullName);
      } else if (inner !== undefined) {
        const messages =
          cardinality === 'singular'
            ? [Buffer.concat(values)]
            : values.map((value) => (entry === undefined ? value : valueOfEntry(entry, value))).reverse();
        for (const message of messages) open.push({ plan: inner, wire: message });
      }
    }
  }
  return undefined;
}

/** A message's values by the index of their field; those that are numbers stand as nothing. Members of a oneof end each other. */
function valuesOf(layout: MessageLayout, wire: Buffer): Map<number, Buffer[]> {
  const found = new Map<number, Buffer[]>();
  const reader = createWireReader(wire);
  while (reader.position < wire.length) {
    const tag = readTag(reader);
    const index = findField(layout, tag);
    const field = layout.fields[index];
    if (field === undefined) {
      skipValue(reader, tag);
      continue;
    }
    if (field.oneof >= 0) {
      for (const other of layout.fields) {
        if (other.oneof === field.oneof && other !== field) found.delete(other.index);
      }
    }
    const values = found.get(index) ?? [];
    found.set(index, values);
    if (field.message === undefined) {
      skipValue(reader, tag);
      continue;
    }
    const end = readLimit(reader);
    values.push(wire.subarray(reader.position, end));
    reader.position = end;
  }
  return found;
}

/** A map's value, which is an empty message where the entry has none. */
function valueOfEntry(entry: MessageLayout, wire: Buffer): Buffer {
  return Buffer.concat(valuesOf(entry, wire).get(ENTRY_VALUE) ?? []);
}
