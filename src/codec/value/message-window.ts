import type { FieldDescriptor, MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { findField, layOutMessage } from '../wire/message-layout.ts';
import { malformedWire } from '../wire/wire-error.ts';
import { orderWire } from '../wire/wire-order.ts';
import { createWireReader, readLimit, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';
import { readTagOf } from '../wire/wire-run.ts';
import { WELL_KNOWN_TYPES } from '../well-known/well-known-types.ts';
import type { ReadValue } from './message-value.ts';
import { absentValue, compileField } from './wire-to-value.ts';

/** Where a window's message lies. Symbols, so that no field of any message can have the name. */
export const BYTES: unique symbol = Symbol('bytes');
/** Where it begins in its bytes. */
export const START: unique symbol = Symbol('start');
/** Where it ends in its bytes. */
export const END: unique symbol = Symbol('end');
const KEPT: unique symbol = Symbol('kept');

/**
 * A message that is still on the wire. It looks like its decoded value (see `compileWireToValue`): a property for each
 * field by JSON name, which is read when somebody asks for it. Messages inside it are windows, too. Reading throws a
 * WireError for a fault on the way to the field; faults elsewhere in the message stay unnoticed.
 */
export interface MessageWindow {
  [BYTES]: Buffer;
  [START]: number;
  [END]: number;
  /** Lists and messages that were read before, by field: whoever reads them again gets the same objects. */
  [KEPT]: Map<number, unknown> | undefined;
}

type WindowType = new (bytes: Buffer, start: number, end: number) => MessageWindow;

const types = new WeakMap<Registry, Map<MessageDescriptor, WindowType>>();

/** Compiles how a message type's wire bytes are opened as a window. Nothing of them is read before somebody asks. */
export function compileWireToWindow(
  message: MessageDescriptor,
  registry: Registry,
): (wire: Uint8Array) => MessageWindow {
  const Window = windowTypeOf(message, registry);
  return (wire) => {
    const bytes = Buffer.isBuffer(wire) ? wire : Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);
    return new Window(bytes, 0, bytes.length);
  };
}

/** Whether a value is a window. */
export function isWindow(value: unknown): value is MessageWindow {
  return typeof value === 'object' && value !== null && BYTES in value;
}

/** Another window on the same message, for whoever wants to keep something of their own with it. */
export function copyWindow(window: MessageWindow): MessageWindow {
  return new (window.constructor as WindowType)(window[BYTES], window[START], window[END]);
}

/** Puts a message that came in parts, or with several members of a oneof, in its plainest form. It says the same as before. */
export function tidyWindow(window: MessageWindow, message: MessageDescriptor): void {
  const reader = createWireReader(window[BYTES]);
  reader.position = window[START];
  const ordered = orderWire(layOutMessage(message), reader, window[END]);
  window[BYTES] = ordered;
  window[START] = 0;
  window[END] = ordered.length;
}

/** One class for each message type, with a getter for each field. */
function windowTypeOf(message: MessageDescriptor, registry: Registry): WindowType {
  let ofRegistry = types.get(registry);
  if (ofRegistry === undefined) {
    ofRegistry = new Map();
    types.set(registry, ofRegistry);
  }
  const known = ofRegistry.get(message);
  if (known !== undefined) return known;
  class Window implements MessageWindow {
    [BYTES]: Buffer;
    [START]: number;
    [END]: number;
    [KEPT]: Map<number, unknown> | undefined;

    constructor(bytes: Buffer, start: number, end: number) {
      this[BYTES] = bytes;
      this[START] = start;
      this[END] = end;
      this[KEPT] = undefined;
    }
  }
  ofRegistry.set(message, Window);
  for (const field of message.fields) {
    // Compiled when it is first read: most fields never are.
    let get: Get | undefined;
    Object.defineProperty(Window.prototype, field.jsonName, {
      get(this: MessageWindow) {
        get ??= compileGet(field, registry);
        return get(this);
      },
    });
  }
  return Window;
}

type Get = (window: MessageWindow) => unknown;

function compileGet(field: FieldDescriptor, registry: Registry): Get {
  const { parent } = field;
  const layout = layOutMessage(parent);
  const own = layout.fields[field.index]!;
  const { oneof } = own;
  const read = isShownAsWindow(field) ? compileReadWindows(field, registry) : compileField(field, registry);
  const keeps = field.cardinality !== 'singular' || field.type.kind === 'message';
  const isScalar = !keeps;
  const absent = absentValue(field);
  /** Undefined: the message has to be tidied first. */
  const find = (window: MessageWindow): { readonly value: unknown } | undefined => {
    // Scalars need no reader of their own: nobody else reads meanwhile.
    const reader = isScalar ? scratch : createWireReader(window[BYTES]);
    reader.bytes = window[BYTES];
    reader.position = window[START];
    const end = window[END];
    let value: unknown = absent;
    // How often the field, or another member of its oneof, was there.
    let times = 0;
    let rivals = 0;
    while (reader.position < end) {
      const tag = readTag(reader);
      const index = findField(layout, tag);
      if (index !== own.index) {
        if (oneof >= 0 && index >= 0 && layout.fields[index]!.oneof === oneof) rivals += 1;
        skipValue(reader, tag);
        continue;
      }
      times += 1;
      if (times > 1) return undefined;
      reader.tag = tag;
      value = read(reader, end);
    }
    if (reader.position !== end) throw malformedWire();
    return times > 0 && rivals > 0 ? undefined : { value };
  };
  const get: Get = (window) => {
    const found = find(window);
    if (found !== undefined) return found.value;
    tidyWindow(window, parent);
    return find(window)!.value;
  };
  if (!keeps) return get;
  return (window) => {
    const kept = window[KEPT];
    if (kept?.has(field.index)) return kept.get(field.index);
    const value = get(window);
    window[KEPT] ??= new Map();
    window[KEPT].set(field.index, value);
    return value;
  };
}

const scratch = createWireReader(Buffer.alloc(0));

function isShownAsWindow({ type, cardinality }: FieldDescriptor): boolean {
  return type.kind === 'message' && cardinality !== 'map' && !WELL_KNOWN_TYPES.has(type.message.fullName);
}

function compileReadWindows(field: FieldDescriptor, registry: Registry): ReadValue {
  const Window = windowTypeOf((field.type as { readonly message: MessageDescriptor }).message, registry);
  const own = layOutMessage(field.parent).fields[field.index]!;
  const readOne = (reader: WireReader) => {
    const end = readLimit(reader);
    const window = new Window(reader.bytes, reader.position, end);
    reader.position = end;
    return window as never;
  };
  if (field.cardinality === 'singular') return readOne;
  return (reader, limit) => {
    const all: never[] = [];
    do all.push(readOne(reader));
    while (readTagOf(reader, own, limit));
    return all;
  };
}
