import type { FieldDescriptor, MapKeyType, MessageDescriptor, ScalarType } from '../../registry/descriptors.ts';

import { SCALAR_TYPES, WIRE_TYPE, type WireType } from './scalar-types.ts';

/** How a message lies on the wire: what is left of its descriptor once only bytes matter. */
export interface MessageLayout {
  /** In declaration order; a map entry's are its key and its value. */
  readonly fields: readonly FieldLayout[];
  /** Whether field numbers ascend in declaration order, so that what a sender writes is already in JSON's order. */
  readonly ascending: boolean;
  /**
   * By field: one bit for the oneof that it is a member of; 0: none. The 33rd oneof shares the bit of the first, so bits in
   * common are a reason to look closer, not a proof.
   */
  readonly oneofBits: Int32Array;
  /** By tag, as far as tags are small: the index of the field it belongs to; -1: none. */
  readonly smallTags: Int16Array;
  /** The same for every tag. */
  readonly tags: ReadonlyMap<number, number>;
}

/** How one field lies on the wire. */
export interface FieldLayout {
  readonly index: number;
  /** The tag that one value has. */
  readonly tag: number;
  /** The tag that a packed run of values has; 0 when the type cannot be packed or the field does not repeat. */
  readonly packedTag: number;
  readonly repeated: boolean;
  /** What must be known of the values to check them. */
  readonly content: 'number' | 'string' | 'bytes' | 'message';
  readonly wireType: WireType;
  /** The layout of a message's, or of a map's entries. Late, since messages may hold themselves. */
  readonly message: (() => MessageLayout) | undefined;
  /** The oneof that the field is a member of: its index in the message; -1: none. */
  readonly oneof: number;
}

/** Tags below this are found in an array: field numbers up to 255. */
const SMALL_TAGS = 2_048;

const layouts = new WeakMap<MessageDescriptor, MessageLayout>();

/** Lays out a message; once per descriptor. */
export function layOutMessage(message: MessageDescriptor): MessageLayout {
  let layout = layouts.get(message);
  if (layout === undefined) {
    layout = createLayout(message.fields.map((field) => layOutField(field)));
    layouts.set(message, layout);
  }
  return layout;
}

/** The index of the field that a tag belongs to, wire type included; -1 when the message has no such field. */
export function findField(layout: MessageLayout, tag: number): number {
  return tag < layout.smallTags.length ? layout.smallTags[tag]! : (layout.tags.get(tag) ?? -1);
}

/** Index of the key in the layout of a map's entry. */
export const ENTRY_KEY = 0;
/** Index of the value in the layout of a map's entry. */
export const ENTRY_VALUE = 1;

/** The layout of a map's entries: a message of a key, numbered 1, and a value, numbered 2. */
export function layOutEntry(field: FieldDescriptor): MessageLayout {
  const key: MapKeyType = field.mapKey!;
  return createLayout([
    { index: ENTRY_KEY, ...singular(1, scalarContent(key), SCALAR_TYPES[key].wireType) },
    { index: ENTRY_VALUE, ...singularOf(field, 2) },
  ]);
}

function createLayout(fields: readonly FieldLayout[]): MessageLayout {
  const tags = new Map<number, number>();
  for (const field of fields) {
    tags.set(field.tag, field.index);
    if (field.packedTag !== 0) {
      tags.set(field.packedTag, field.index);
    }
  }
  const small = [...tags.keys()].filter((tag) => tag < SMALL_TAGS);
  const smallTags = new Int16Array(Math.max(-1, ...small) + 1).fill(-1);
  for (const tag of small) {
    smallTags[tag] = tags.get(tag)!;
  }
  const ascending = fields.every((field, index) => index === 0 || fields[index - 1]!.tag < field.tag);
  const oneofBits = Int32Array.from(fields, (field) => (field.oneof < 0 ? 0 : 1 << (field.oneof & 31)));
  return Object.freeze({ fields: Object.freeze(fields), ascending, oneofBits, smallTags, tags });
}

function layOutField(field: FieldDescriptor): FieldLayout {
  if (field.cardinality === 'map') {
    let entry: MessageLayout | undefined;
    const message = () => {
      entry ??= layOutEntry(field);
      return entry;
    };
    return { index: field.index, ...singular(field.number, 'message', WIRE_TYPE.bytes), repeated: true, message };
  }
  const one = singularOf(field, field.number);
  const repeated = field.cardinality === 'repeated';
  const packedTag = repeated && one.content === 'number' ? field.number * 8 + WIRE_TYPE.bytes : 0;
  const oneof = field.oneof === undefined ? -1 : field.parent.oneofs.indexOf(field.oneof);
  return Object.freeze({ index: field.index, ...one, repeated, packedTag, oneof });
}

function singularOf(field: FieldDescriptor, number: number): Omit<FieldLayout, 'index'> {
  switch (field.type.kind) {
    case 'message': {
      const { message } = field.type;
      return { ...singular(number, 'message', WIRE_TYPE.bytes), message: () => layOutMessage(message) };
    }
    case 'enum':
      return singular(number, 'number', WIRE_TYPE.varint);
    case 'scalar':
      return singular(number, scalarContent(field.type.scalar), SCALAR_TYPES[field.type.scalar].wireType);
  }
}

function scalarContent(scalar: ScalarType): FieldLayout['content'] {
  return scalar === 'string' || scalar === 'bytes' ? scalar : 'number';
}

function singular(number: number, content: FieldLayout['content'], wireType: WireType): Omit<FieldLayout, 'index'> {
  const tag = number * 8 + wireType;
  return { tag, packedTag: 0, repeated: false, content, wireType, message: undefined, oneof: -1 };
}
