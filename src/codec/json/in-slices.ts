import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { findField } from '../wire/message-layout.ts';
import { compileFindMissing } from '../wire/required-fields.ts';
import { malformedWire, tooDeep, WireError } from '../wire/wire-error.ts';
import { createWireReader, MAX_DEPTH, readLimit, readTag, skipValue, type WireReader } from '../wire/wire-reader.ts';
import { readSameTag } from '../wire/wire-run.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { compileResolve, planOf } from './compile-json-plan.ts';
import type { JsonCompiler } from './json-compiler.ts';
import { UnplacedJsonError } from './json-error.ts';
import { JsonReader } from './json-reader.ts';
import { scanJsonInSteps } from './json-scanner.ts';
import type { JsonStyle } from './json-style.ts';
import { JsonTranscoder } from './json-transcoder.ts';
import { compileCheckRequired, compileJsonToWire } from './json-to-wire.ts';
import {
  closeJsonWriter,
  createJsonWriter,
  type JsonWriter,
  reserve,
  takeJson,
  writeCode,
  writeSeparator,
  writeTemplate,
} from './json-writer.ts';
import { type ObjectToJson, writeObject } from './object-to-json.ts';
import { compilerOf, compileWireToJson } from './wire-to-json.ts';

/**
 * Asked every few elements of a long message: undefined means to go on, a promise is waited for. So whoever transcodes
 * decides how long others wait.
 */
export type Pause = () => Promise<void> | undefined;

/** Shorter ones take some milliseconds at most, and are transcoded at once. */
export const longBytes = 256 * 1024;

/** Messages below are written at once. Steps inside steps would be resumed one by one, each time. */
const deepestStep = 50;

/** How many elements of a list are written before the pause is asked. */
const elementsPerLook = 32;

/** As `compileWireToJson`, in slices: the lists in a reply, or in a message that it holds, are written bit by bit. */
export function compileWireToJsonInSlices(
  message: MessageDescriptor,
  registry: Registry,
  style: JsonStyle = 'compact',
): (wire: Uint8Array, pause: Pause) => Promise<Buffer> {
  const atOnce = compileWireToJson(message, registry, style);
  const compiler = compilerOf(registry, style);
  const missingIn = compileFindMissing(message);
  return async (wire, pause) => {
    const plan = wire.length < longBytes ? undefined : compiler.message(message).object;
    if (plan === undefined) return atOnce(wire);
    const writer = createJsonWriter(style);
    const reader = createWireReader(wire);
    try {
      await inSlices(writeInSteps(message, plan, compiler, reader, writer, reader.bytes.length), pause);
    } catch (error) {
      // What is wrong, and whether something later on the wire undoes it, is found by reading all of it.
      if (error instanceof WireError) return atOnce(wire);
      throw error;
    }
    // Told as any other fault is.
    if (missingIn?.(wire) !== undefined) return atOnce(wire);
    const json = takeJson(writer);
    closeJsonWriter(writer);
    return json;
  };
}

/** As `writeObject`, but stops now and then; an object whose fields are out of order is written at once. */
function* writeInSteps(
  message: MessageDescriptor,
  plan: ObjectToJson,
  compiler: JsonCompiler,
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
): Generator<void> {
  if (reader.depth >= MAX_DEPTH) throw tooDeep();
  const { position } = reader;
  const start = writer.position;
  const deferred = writer.deferred.length;
  const isWritten = yield* writeMembersInSteps(message, plan, compiler, reader, writer, limit);
  if (isWritten) return;
  reader.position = position;
  writer.position = start;
  writer.deferred.length = deferred;
  writeObject(plan, reader, writer, limit);
}

function* writeMembersInSteps(
  message: MessageDescriptor,
  plan: ObjectToJson,
  compiler: JsonCompiler,
  reader: WireReader,
  writer: JsonWriter,
  limit: number,
): Generator<void, boolean> {
  const { layout, values, template, zeroStarts, zeroKeyEnds, keyStarts, keyEnds } = plan;
  if (!layout.ascending) return false;
  reserve(writer, 2);
  const start = writer.position;
  const before = writer.spaced ? start - 1 : start;
  const covered = writer.bytes[before]!;
  writer.position = before;
  reader.depth += 1;
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
    if (index < next || (oneofs & bit) !== 0) {
      writer.bytes[before] = covered;
      reader.depth -= 1;
      return false;
    }
    oneofs |= bit;
    writeTemplate(writer, template, zeroStarts[next]!, zeroKeyEnds[index]!);
    if (keyStarts[index] !== keyEnds[index]) writeTemplate(writer, template, keyStarts[index]!, keyEnds[index]!);
    reader.tag = tag;
    const { type, cardinality } = message.fields[index]!;
    const inner = type.kind === 'message' && cardinality !== 'map' ? compiler.message(type.message) : undefined;
    if (type.kind !== 'message' || inner?.object === undefined || reader.depth > deepestStep)
      values[index]!(reader, writer, limit);
    else if (cardinality === 'singular') {
      yield* writeInSteps(type.message, inner.object, compiler, reader, writer, readLimit(reader));
    } else {
      writeCode(writer, OPEN_LIST);
      for (let count = 0; count === 0 || readSameTag(reader, tag, limit); count += 1) {
        if (count > 0) writeSeparator(writer);
        inner.write(reader, writer, readLimit(reader));
        if (count % elementsPerLook === elementsPerLook - 1) yield;
      }
      writeCode(writer, CLOSE_LIST);
    }
    next = index + 1;
  }
  if (reader.position !== limit) throw malformedWire();
  writeTemplate(writer, template, zeroStarts[next]!, zeroStarts[values.length]!);
  if (writer.position === before) writer.position = start + 1;
  writer.bytes[before] = covered;
  writer.bytes[start] = OPEN;
  writeCode(writer, CLOSE);
  reader.depth -= 1;
  return true;
}

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** As `compileJsonToWire`, in slices. Whether the text is JSON is looked at before. */
export function compileJsonToWireInSlices(
  message: MessageDescriptor,
  registry: Registry,
  style: JsonStyle = 'compact',
): (json: Uint8Array, pause: Pause) => Promise<Buffer> {
  const atOnce = compileJsonToWire(message, registry, style);
  const plan = planOf(message);
  const resolve = compileResolve(registry);
  const checkRequired = compileCheckRequired(message, style);
  return async (json, pause) => {
    if (json.length < longBytes) return atOnce(json);
    const scanned = await inSlices(scanJsonInSteps(json), pause);
    if (scanned === undefined) return Buffer.alloc(0);
    const bytes = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
    const writer = new WireWriter();
    const reader = new JsonReader(bytes, scanned.start, scanned.end, style, scanned);
    try {
      for (const { start, end } of scanned.longStrings) await inSlices(reader.readStringAhead(start, end), pause);
      await inSlices(new JsonTranscoder(reader, writer, resolve).runInSteps(plan), pause);
    } catch (error) {
      throw error instanceof UnplacedJsonError ? await inSlices(error.placeInSteps(), pause) : error;
    }
    return checkRequired(writer.finish());
  };
}

async function inSlices<Result>(steps: Generator<void, Result>, pause: Pause): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const pausing = pause();
    if (pausing !== undefined) await pausing;
  }
}
