import { nearestName } from '../../errors/did-you-mean.ts';

import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { compileResolve } from '../json/compile-json-plan.ts';
import type { OneofPlan, ResolvePlan } from '../json/json-plan.ts';
import { compileFindMissing } from '../wire/required-fields.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { isWindow } from './message-window.ts';
import { ValueError } from './value-error.ts';
import { type ValueField, type ValuePlan, valuePlanOf } from './value-plan.ts';
import type { SetScalar } from './value-scalars.ts';
import { writeWellKnownValue } from './value-well-known.ts';
import { tagOf, WireWriter } from '../wire/wire-writer.ts';

/**
 * A message as plain values: an object keyed by JSON names, where undefined and null mean that a field is not set.
 * 32-bit integers, floats and enums are numbers; 64-bit integers decimal strings, bigints or safe integers; bytes
 * Uint8Array or base64; lists arrays; maps arrays of `{ key, value }`; well-known types what they are in proto3 JSON, so
 * that null in a `google.protobuf.Value` is a null.
 */
export type MessageInput = Readonly<Record<string, unknown>>;

/**
 * Compiles the way from plain values of a message type (`MessageInput`; whatever does not fit is reported, so the type
 * of the argument is open) to its wire form. The function throws ValueError with the path to what is wrong. Fields are
 * written in the order of the object.
 */
export function compileValueToWire(message: MessageDescriptor, registry: Registry): (value: unknown) => Buffer {
  const plan = valuePlanOf(message);
  const resolve = compileResolve(registry);
  const missingIn = compileFindMissing(message);
  return (value) => {
    try {
      if (isPresent(plan, value)) writeMessage({ resolve, path: [] }, plan, value);
      const wire = writer.finish();
      const missing = missingIn?.(wire);
      if (missing !== undefined) throw new ValueError(`the required field ${missing} is not set`, []);
      return wire;
    } finally {
      writer.reset();
    }
  };
}

/** One for all messages: each is written without interruption. */
const writer = new WireWriter();

/** Objects inside objects; also what ends an object that contains itself. Servers stop reading far earlier, Java's at 100. */
const MAX_PATH = 1000;

/** What the writing of one message carries along. */
interface Writing {
  readonly resolve: ResolvePlan;
  /** To what is being written; for errors. */
  readonly path: (string | number)[];
}

/** Writes a message's content. */
function writeMessage(writing: Writing, plan: ValuePlan, value: unknown): void {
  if (plan.wrapped !== undefined) {
    writeSingular(writing, plan.wrapped, value);
  } else if (plan.json.wellKnown !== undefined) {
    writeWellKnownValue(writer, plan.json, value, writing);
  } else {
    writeFields(writing, plan, value);
  }
}

function writeFields(writing: Writing, plan: ValuePlan, value: unknown): void {
  const { path } = writing;
  if (!isObject(value)) throw mismatch(path, 'an object', value);
  if (path.length > MAX_PATH) throw new ValueError(`nested deeper than ${MAX_PATH} levels`, [...path]);
  const seen: [OneofPlan, string][] = [];
  for (const name of isWindow(value) ? plan.fields.keys() : Object.keys(value)) {
    const input = value[name];
    const field = plan.fields.get(name);
    if (field === undefined) throw unknownField(path, plan, name);
    if (!isPresent(field.message, input)) continue;
    const { oneof } = field.json;
    if (oneof !== undefined) {
      const other = seen.find(([set]) => set === oneof)?.[1];
      if (other !== undefined) throw bothSet(path, oneof, other, name);
      seen.push([oneof, name]);
    }
    path.push(name);
    WRITE[field.json.container](writing, field, input);
    path.pop();
  }
}

const WRITE = Object.freeze({ singular: writeSingular, repeated: writeElements, map: writeEntries });

function writeSingular(writing: Writing, field: ValueField, value: unknown): void {
  const { json } = field;
  if (json.scalar === undefined) {
    writer.tag(json.tag);
    writeNested(writing, field.message!, value);
    return;
  }
  set(writing, field.set!, value);
  if (!json.scalar.explicit && writer.isZero(json.scalar.wireType)) return;
  writer.tag(json.tag);
  writer.scalar(json.scalar.wireType);
}

function writeElements(writing: Writing, field: ValueField, value: unknown): void {
  const { tag, scalar } = field.json;
  const { path } = writing;
  if (!Array.isArray(value)) throw mismatch(path, 'a list', value);
  if (value.length === 0) return;
  const packed = scalar?.packed === true;
  if (packed) {
    writer.tag(tag);
    writer.open();
  }
  for (let index = 0; index < value.length; index++) {
    path.push(index);
    if (!packed) writer.tag(tag);
    if (scalar === undefined) {
      writeNested(writing, field.message!, value[index]);
    } else {
      set(writing, field.set!, value[index]);
      writer.scalar(scalar.wireType);
    }
    path.pop();
  }
  if (packed) writer.close();
}

function writeEntries(writing: Writing, field: ValueField, value: unknown): void {
  const { path } = writing;
  if (!Array.isArray(value)) throw mismatch(path, 'a list of { key, value }', value);
  const keys = new Set<string>();
  for (let index = 0; index < value.length; index++) {
    path.push(index);
    writeEntry(writing, field, value[index], keys);
    path.pop();
  }
}

function writeEntry(
  writing: Writing,
  { json, setKey, set: setValue, message }: ValueField,
  entry: unknown,
  keys: Set<string>,
): void {
  const { path } = writing;
  if (!isObject(entry)) throw mismatch(path, 'an object { key, value }', entry);
  writer.tag(json.tag);
  writer.open();
  path.push('key');
  set(writing, setKey!, entry['key']);
  const { wireType } = json.key!;
  const identity = wireType === WIRE_TYPE.bytes ? String(entry['key']) : `${writer.low} ${writer.high}`;
  if (keys.has(identity)) throw new ValueError(`the key ${describe(entry['key'])} is given twice`, [...path]);
  keys.add(identity);
  path.pop();
  writer.tag(json.key!.tag);
  writer.scalar(wireType);
  path.push('value');
  if (json.scalar === undefined) {
    writer.tag(tagOf(VALUE_NUMBER, WIRE_TYPE.bytes));
    writeNested(writing, message!, entry['value']);
  } else {
    set(writing, setValue!, entry['value']);
    writer.tag(tagOf(VALUE_NUMBER, json.scalar.wireType));
    writer.scalar(json.scalar.wireType);
  }
  path.pop();
  writer.close();
}

/** A map entry is a message of a key (1) and a value (2): https://protobuf.dev/programming-guides/encoding/#maps. */
const VALUE_NUMBER = 2;

function writeNested(writing: Writing, plan: ValuePlan, value: unknown): void {
  writer.open();
  writeMessage(writing, plan, value);
  writer.close();
}

function set({ path }: Writing, setScalar: SetScalar, value: unknown): void {
  const expected = setScalar(writer, value);
  if (expected !== undefined) throw mismatch(path, expected, value);
}

/** Whether a value counts as set: null is a value of no type but `google.protobuf.Value`. */
function isPresent(plan: ValuePlan | undefined, value: unknown): boolean {
  return value !== undefined && (value !== null || plan?.takesNull === true);
}

function isObject(value: unknown): value is MessageInput {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(path: readonly (string | number)[], expected: string, found: unknown): ValueError {
  return new ValueError(`expected ${expected}, found ${describe(found)}`, [...path]);
}

function unknownField(path: readonly (string | number)[], { fields, json }: ValuePlan, name: string): ValueError {
  const nearest = nearestName(name, fields.keys());
  const hint = nearest === undefined ? '' : `; did you mean ${describe(nearest)}?`;
  return new ValueError(`${json.message.fullName} has no field ${describe(name)}${hint}`, [...path, name]);
}

function bothSet(path: readonly (string | number)[], oneof: OneofPlan, first: string, second: string): ValueError {
  const members = `${describe(first)} and ${describe(second)}`;
  return new ValueError(`expected one member of the oneof ${oneof.fullName}, found ${members}`, [...path, second]);
}

/** Longer strings are cut in messages. */
const SHOWN = 60;

/** A value for people: scalars as they are, containers by their kind. */
function describe(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > SHOWN ? `${JSON.stringify(value.slice(0, SHOWN))}…` : JSON.stringify(value);
  }
  if (value === undefined) return 'nothing';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
