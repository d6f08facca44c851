import { isTypeName } from './json-any-types.ts';
import { decodeBase64, setDecoded } from './json-base64.ts';
import type { FieldPlan, Frame, KeyPlan, ReadField, ScalarPlan, Transcoder } from './json-plan.ts';
import { type JsonReader, MAX_MESSAGE_DEPTH } from './json-reader.ts';
import { IGNORED, INVALID, type Reading } from './json-scalars.ts';
import { WIRE_TYPE } from '../wire/scalar-types.ts';
import { tagOf, type WireWriter } from '../wire/wire-writer.ts';

/** How much of a container is read before the transcoder looks whether others may have their turn, in bytes. */
const LONG_BYTES = 64 * 1024;

/** Reads the members of a message. */
export function stepMembers(transcoder: Transcoder, frame: Frame): void {
  const { reader } = transcoder;
  const stop = reader.position + LONG_BYTES;
  while (reader.next()) {
    const at = reader.position;
    if (readMember(transcoder, frame, readFieldName(reader, frame), at) || reader.position > stop) return;
  }
  transcoder.end();
}

/** Reads the members of a message inside an Any, where `@type` stands among them. */
export function stepMembersOfAny(transcoder: Transcoder, frame: Frame): void {
  const { reader } = transcoder;
  const stop = reader.position + LONG_BYTES;
  while (reader.next()) {
    const at = reader.position;
    const field = readFieldName(reader, frame);
    if (field === undefined && isTypeName(reader)) reader.skipValue(0);
    else if (readMember(transcoder, frame, field, at) || reader.position > stop) return;
  }
  transcoder.end();
}

/** Reads some of what is left of something long. */
export function stepLong(transcoder: Transcoder, { goOn, andThen }: Frame): void {
  if (!goOn!()) return;
  transcoder.end();
  andThen?.();
}

/** Reads a name; undefined when no field goes by it, and then it is the string read last. */
function readFieldName(reader: JsonReader, frame: Frame): FieldPlan | undefined {
  const { fields, names } = frame.plan;
  const likely = fields[frame.likely];
  if (likely !== undefined && reader.skipName(likely.nameToken)) {
    frame.likely++;
    return likely;
  }
  reader.readName();
  const field = names.find(reader.text, reader.textStart, reader.textEnd);
  if (field !== undefined) frame.likely = field.index + 1;
  return field;
}

/** Reads one element of a list of messages. */
export function stepElements(transcoder: Transcoder, { plan, tag, level }: Frame): void {
  if (!transcoder.reader.next()) {
    transcoder.end();
    return;
  }
  transcoder.writer.tag(tag);
  transcoder.writer.open();
  transcoder.begin(plan, 1, level + 1);
}

/** Reads one entry of a map of messages. */
export function stepEntries(transcoder: Transcoder, { plan, tag, key, keys, level }: Frame): void {
  const { reader, writer } = transcoder;
  if (!reader.next()) {
    transcoder.end();
    return;
  }
  keys!.add(readKey(reader, writer, key!, keys!));
  writer.tag(tag);
  writer.open();
  writeKey(writer, key!);
  writer.tag(MESSAGE_VALUE_TAG);
  writer.open();
  transcoder.begin(plan, 2, level + 1);
}

/** Reads the value of the member whose name has been read and began at `at`; true when a container may have begun. */
function readMember(transcoder: Transcoder, frame: Frame, field: FieldPlan | undefined, at: number): boolean {
  const { reader, writer } = transcoder;
  if (field === undefined) {
    return skipMember(transcoder, frame);
  }
  if (!transcoder.see(frame, field)) throw reader.error(at, `duplicate field ${reader.rawToken(at)}`);
  if (!field.takesNull && reader.skipNull()) return false;
  const { oneof } = field;
  if (oneof !== undefined && !transcoder.see(frame, oneof)) {
    throw reader.error(at, `error parsing ${reader.rawToken(at)}, oneof ${oneof.fullName} is already set`);
  }
  if (field.scalar !== undefined) {
    return field.scalar.readField(transcoder, frame, field, field.scalar);
  }
  if (field.container === 'repeated') {
    transcoder.beginList(field, 0, frame.level);
  } else if (field.container === 'map') {
    transcoder.beginMap(field, 0, frame.level);
  } else {
    writer.tag(field.tag);
    writer.open();
    transcoder.begin(field.message!, 1, frame.level + 1);
  }
  return true;
}

/** Reads a value that nobody wants; true when it is long, and the rest of it is read when the transcoder goes on. */
export function skipMember(
  transcoder: Transcoder,
  within: Pick<Frame, 'plan' | 'level'>,
  andThen?: () => void,
): boolean {
  const { reader } = transcoder;
  const depth = MAX_MESSAGE_DEPTH - within.level;
  let open = reader.skipSome(0, depth, LONG_BYTES);
  if (open === 0) return false;
  const goOn = () => {
    open = reader.skipSome(open, depth, LONG_BYTES);
    return open === 0;
  };
  transcoder.beginLong(within, goOn, andThen);
  return true;
}

/** The readers of fields of scalars, by what contains the scalars. */
export const READ_FIELD: Readonly<Record<FieldPlan['container'], ReadField>> = Object.freeze({
  singular: readSingular,
  repeated: readElements,
  map: readEntries,
});

function readSingular({ reader, writer }: Transcoder, _: Frame, field: FieldPlan, scalar: ScalarPlan): boolean {
  if (readScalar(reader, writer, scalar, field.jsonName) !== IGNORED) writeSingular(writer, field, scalar);
  return false;
}

function writeSingular(writer: WireWriter, { tag }: FieldPlan, { explicit, wireType }: ScalarPlan): void {
  if (!explicit && writer.isZero(wireType)) return;
  writer.tag(tag);
  writer.scalar(wireType);
}

/** Reads a field of bytes: decoding base64 takes long where there is much of it. */
export function readBytes(transcoder: Transcoder, frame: Frame, field: FieldPlan, scalar: ScalarPlan): boolean {
  const { reader, writer } = transcoder;
  const isString = reader.peek() === QUOTE;
  const at = reader.position;
  if (!isString) throw reader.invalidValue(at, scalar.typeName, field.jsonName);
  reader.readString();
  const decoding = decodeBase64(reader.text, reader.textStart, reader.textEnd);
  let content: Uint8Array | undefined;
  const goOn = () => {
    const step = decoding.next();
    if (step.done !== true) return false;
    content = step.value;
    return true;
  };
  const write = () => {
    if (!setDecoded(writer, content)) throw reader.invalidValue(at, scalar.typeName, field.jsonName);
    writeSingular(writer, field, scalar);
  };
  // Most are short, and decoded at once.
  if (goOn()) {
    write();
    return false;
  }
  transcoder.beginLong(frame, goOn, write);
  return true;
}

function readElements(transcoder: Transcoder, frame: Frame, field: FieldPlan, scalar: ScalarPlan): boolean {
  const { reader, writer } = transcoder;
  readOpening(reader, OPEN_ARRAY);
  const mark = writer.mark();
  if (scalar.packed) {
    writer.tag(field.tag);
    writer.open();
  }
  const first = readSomeElements(reader, writer, field, scalar);
  if (first >= 0) {
    endElements(writer, scalar, mark, first);
    return false;
  }
  let count = ~first;
  transcoder.beginLong(frame, () => {
    const more = readSomeElements(reader, writer, field, scalar);
    count += more < 0 ? ~more : more;
    if (more < 0) return false;
    endElements(writer, scalar, mark, count);
    return true;
  });
  return true;
}

/** Returns how many elements were written; where there are more to come, its complement, which is less than 0. */
function readSomeElements(reader: JsonReader, writer: WireWriter, field: FieldPlan, scalar: ScalarPlan): number {
  const { packed, wireType } = scalar;
  const stop = reader.position + LONG_BYTES;
  let count = 0;
  while (reader.next()) {
    if (readScalar(reader, writer, scalar, field.jsonName) !== IGNORED) {
      if (!packed) writer.tag(field.tag);
      writer.scalar(wireType);
      count++;
    }
    if (reader.position > stop) return ~count;
  }
  return count;
}

function endElements(writer: WireWriter, { packed }: ScalarPlan, mark: number, count: number): void {
  if (!packed) return;
  if (count > 0) writer.close();
  else writer.cancel(mark);
}

function readEntries(transcoder: Transcoder, frame: Frame, field: FieldPlan, scalar: ScalarPlan): boolean {
  const { reader, writer } = transcoder;
  readOpening(reader, OPEN_OBJECT);
  const keys = new Set<string>();
  if (readSomeEntries(reader, writer, field, scalar, keys)) return false;
  transcoder.beginLong(frame, () => readSomeEntries(reader, writer, field, scalar, keys));
  return true;
}

/** Returns true at the end. */
function readSomeEntries(
  reader: JsonReader,
  writer: WireWriter,
  field: FieldPlan,
  scalar: ScalarPlan,
  keys: Set<string>,
): boolean {
  const { wireType } = scalar;
  const valueTag = tagOf(2, wireType);
  const stop = reader.position + LONG_BYTES;
  while (reader.next()) {
    const mark = writer.mark();
    const key = readKey(reader, writer, field.key!, keys);
    writer.tag(field.tag);
    writer.open();
    writeKey(writer, field.key!);
    // protobuf-go calls the field by its name in the map entry, which is always the same.
    if (readScalar(reader, writer, scalar, 'value') === IGNORED) {
      // The entry is dropped and its key is free again.
      writer.cancel(mark);
    } else {
      keys.add(key);
      writer.tag(valueTag);
      writer.scalar(wireType);
      writer.close();
    }
    if (reader.position > stop) return false;
  }
  return true;
}

/** Reads a scalar into the writer's registers. Throws JsonError under the name that the field goes by. */
export function readScalar(reader: JsonReader, writer: WireWriter, scalar: ScalarPlan, name: string): Reading {
  reader.peek();
  const at = reader.position;
  const reading = scalar.read(reader, writer);
  if (reading === INVALID) throw reader.invalidValue(at, scalar.typeName, name);
  return reading;
}

/** Reads a key into the writer's registers and returns what identifies it. */
function readKey(reader: JsonReader, writer: WireWriter, key: KeyPlan, keys: ReadonlySet<string>): string {
  const at = reader.position;
  reader.readName();
  const identity = key.read(reader, writer);
  if (identity === undefined) throw reader.error(at, `invalid value for ${key.typeName} key: ${reader.rawToken(at)}`);
  if (keys.has(identity)) throw reader.error(at, `duplicate map key ${reader.rawToken(at)}`);
  return identity;
}

function writeKey(writer: WireWriter, key: KeyPlan): void {
  writer.tag(key.tag);
  writer.scalar(key.wireType);
}

/** Reads an opening bracket. Throws JsonError when something else comes next. */
export function readOpening(reader: JsonReader, bracket: number): void {
  if (reader.peek() !== bracket) throw reader.unexpectedToken(reader.position);
  reader.position++;
}

/** What an array begins with. */
export const OPEN_ARRAY = 0x5b;
/** What an object begins with. */
export const OPEN_OBJECT = 0x7b;

/** A map entry is a message of a key (1) and a value (2): https://protobuf.dev/programming-guides/encoding/#maps. */
const MESSAGE_VALUE_TAG = tagOf(2, WIRE_TYPE.bytes);

const QUOTE = 0x22;
