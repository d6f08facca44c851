import { locatedError, type GraphQLError } from 'graphql';

import {
  endObject,
  findPlaces,
  type Projection,
  writeKey,
  writeMember,
  writeProjection,
} from '../../codec/projection/write-projection.ts';
import { type JsonWriter, writeAscii, writeCode, writeInteger, writeText } from '../../codec/json/json-writer.ts';
import { BYTES, END, isWindow, type MessageWindow, START, tidyWindow } from '../../codec/value/message-window.ts';
import { readLimit, readTag, type WireReader } from '../../codec/wire/wire-reader.ts';
import { readSameTag } from '../../codec/wire/wire-run.ts';

import type { ValueCount } from './answer-limits.ts';
import { maxNotes, type TruncatedList, type UnknownEnumValue } from './graphql-context.ts';
import { Failure, type Filled, type Filling, Irregular, type MemberPlan, type ObjectPlan } from './plan.ts';
import type { TimeSlices } from '../../clock/time-slices.ts';

/** An answer in the making. */
export interface Answer {
  readonly writer: JsonWriter;
  readonly reader: WireReader;
  readonly slices: TimeSlices;
  readonly count: ValueCount;
  /** How many errors are kept. */
  readonly maxErrors: number;
  readonly errors: GraphQLError[];
  /** Errors that were not kept. */
  omittedErrors: number;
  readonly unknownEnumValues: UnknownEnumValue[];
  readonly truncatedOf: Filling['truncated'];
  readonly truncated: TruncatedList[];
  /** The root field that is being written. */
  rootField: string | undefined;
}

/** The way to a place in an answer, from its end. */
interface Path {
  readonly prev: Path | undefined;
  readonly key: string | number;
}

/** How many rows are written before the clock is looked at. */
const rowsPerLook = 32;

/**
 * Writes an object whose holes are filled. A generator: it stops whenever others should have their turn. Throws Irregular,
 * WireError and JsonTooLong.
 */
export function* writeFilled(
  plan: ObjectPlan,
  object: Filled,
  answer: Answer,
  path?: Path | undefined,
): Generator<void> {
  const { members, projection, holes } = plan;
  answer.count.add(members.length - holes.length);
  const source = object.source as MessageWindow | undefined;
  const { writer } = answer;
  // Whoever shares the object may tidy it while this waits for its next turn: what was found holds for these bytes.
  const located = source === undefined ? nowhere : locate(projection, source, answer.reader);
  let hole = 0;
  for (let at = 0; at < members.length; at += 1) {
    const member = members[at]!;
    if (source === undefined) answer.rootField = member.key;
    const slot = projection.slots[at]!;
    const place = slot < 0 ? -1 : located.places[slot]!;
    if (member.kind === 'wire') {
      readFrom(located.bytes, 0, answer.reader);
      writeMember(projection, at, place, answer.reader, writer, located.end);
      if (writer.unnamed.length > 0) note(answer, path);
      continue;
    }
    writeKey(projection, at, writer);
    if (holes[hole] !== at) {
      yield* writeNested(member as Nested, located, place, answer, { prev: path, key: member.key });
      continue;
    }
    const value = object.values[hole];
    if (answer.truncatedOf.size > 0) tellTruncation(object, hole, answer, { prev: path, key: member.key });
    hole += 1;
    // What needs no turn of its own is written here: a generator for each value would cost more than the value.
    if (value === null) writeAscii(writer, 'null');
    else if (value instanceof Failure) writeFailure(member as Resolved, value, answer, { prev: path, key: member.key });
    else if (member.inner === undefined) writeLeaves(member, value, writer);
    else yield* writeObjects(member, member.inner, value, answer, { prev: path, key: member.key });
  }
  endObject(projection, writer);
}

type Nested = Extract<MemberPlan, { readonly kind: 'nested' }>;
type Resolved = Extract<MemberPlan, { readonly kind: 'resolved' }>;

/** Where the fields of a message lie that its plan wants. */
interface Located {
  readonly bytes: Buffer;
  readonly end: number;
  /** By slot; -1: absent. */
  readonly places: Int32Array;
}

const nowhere: Located = { bytes: Buffer.alloc(0), end: 0, places: new Int32Array(0) };

function locate(projection: Projection, source: MessageWindow, reader: WireReader): Located {
  const places = new Int32Array(projection.slotCount);
  if (!find(projection, source, reader, places)) {
    tidyWindow(source, projection.message);
    find(projection, source, reader, places);
  }
  return { bytes: source[BYTES], end: source[END], places };
}

function find(projection: Projection, source: MessageWindow, reader: WireReader, places: Int32Array): boolean {
  readFrom(source[BYTES], source[START], reader);
  return findPlaces(projection, reader, source[END], places, 0);
}

function readFrom(bytes: Buffer, position: number, reader: WireReader): void {
  reader.bytes = bytes;
  reader.position = position;
  reader.depth = 0;
}

/** Writes the object, or the list of objects, that a hole was filled with. */
function* writeObjects(
  { isList }: Nested | Resolved,
  inner: ObjectPlan,
  value: unknown,
  answer: Answer,
  path: Path,
): Generator<void> {
  if (!isList) {
    if (inner.isPlain) writePlain(inner, value as MessageWindow, answer, path, undefined);
    else yield* writeFilled(inner, filledOf(value), answer, path);
    return;
  }
  const { writer, slices } = answer;
  writeCode(writer, OPEN_LIST);
  for (const [index, element] of (value as readonly unknown[]).entries()) {
    if (index > 0) writeCode(writer, COMMA);
    if (index % rowsPerLook === 0 && slices.isOver()) yield;
    if (element === null) writeAscii(writer, 'null');
    else if (inner.isPlain) writePlain(inner, element as MessageWindow, answer, path, index);
    else yield* writeFilled(inner, filledOf(element), answer, { prev: path, key: index });
  }
  writeCode(writer, CLOSE_LIST);
}

/** Objects without holes were left as they are. */
function filledOf(value: unknown): Filled {
  return isWindow(value) ? { source: value, values: [] } : (value as Filled);
}

/** Writes an object straight from the wire. */
function writePlain(
  { projection }: ObjectPlan,
  source: MessageWindow,
  answer: Answer,
  path: Path | undefined,
  index: number | undefined,
): void {
  const { reader, writer } = answer;
  readFrom(source[BYTES], source[START], reader);
  answer.count.add(projection.values.length);
  writeProjection(projection, reader, writer, source[END]);
  if (writer.unnamed.length > 0) note(answer, index === undefined ? path : { prev: path, key: index });
}

/** Writes a message, or several, that lie in another one at `place` and have nothing to fill. */
function* writeNested(
  { inner, isList }: Nested,
  { bytes, end: limit }: Located,
  place: number,
  answer: Answer,
  path: Path,
): Generator<void> {
  const { reader, writer, slices } = answer;
  if (place < 0) return writeAscii(writer, isList ? '[]' : 'null');
  readFrom(bytes, place, reader);
  const tag = readTag(reader);
  if (isList) writeCode(writer, OPEN_LIST);
  for (let index = 0; ; index += 1) {
    if (index > 0) {
      if (!isList || !readSameTag(reader, tag, limit)) break;
      writeCode(writer, COMMA);
    }
    const end = readLimit(reader);
    const begin = reader.position;
    if (index % rowsPerLook === rowsPerLook - 1 && slices.isOver()) yield;
    if (inner.isPlain) {
      answer.count.add(inner.projection.values.length + 1);
      writeProjection(inner.projection, reader, writer, end);
      if (writer.unnamed.length > 0) note(answer, isList ? { prev: path, key: index } : path);
    } else {
      const window = { [BYTES]: bytes, [START]: begin, [END]: end };
      yield* writeFilled(inner, { source: window, values: [] }, answer, isList ? { prev: path, key: index } : path);
    }
    readFrom(bytes, end, reader);
  }
  if (isList) writeCode(writer, CLOSE_LIST);
}

/** Writes the scalar or enum, or the list of them, that a resolver gave. */
function writeLeaves(member: Nested | Resolved, value: unknown, writer: JsonWriter): void {
  if (!member.isList) {
    writeLeaf(member as Resolved, value, writer);
    return;
  }
  writeCode(writer, OPEN_LIST);
  for (const [index, element] of (value as readonly unknown[]).entries()) {
    if (index > 0) writeCode(writer, COMMA);
    if (element === null) writeAscii(writer, 'null');
    else writeLeaf(member as Resolved, element, writer);
  }
  writeCode(writer, CLOSE_LIST);
}

function writeLeaf({ serialize }: Resolved, value: unknown, writer: JsonWriter): void {
  let json: unknown;
  try {
    json = serialize!(value);
  } catch (error) {
    throw new Irregular((error as Error).message);
  }
  if (json === undefined || json === null) throw new Irregular('a value that has no JSON');
  if (Number.isSafeInteger(json) && !Object.is(json, -0)) writeInteger(writer, json as number);
  else writeText(writer, JSON.stringify(json));
}

/** Writes null, and keeps the error, or counts it. */
function writeFailure({ nodes }: Resolved, { error }: Failure, answer: Answer, path: Path): void {
  if (answer.errors.length < answer.maxErrors) answer.errors.push(locatedError(error, nodes, stepsOf(path)));
  else answer.omittedErrors += 1;
  writeAscii(answer.writer, 'null');
}

/** Tells the caller which numbers have no names. */
function note({ writer, unknownEnumValues }: Answer, path: Path | undefined): void {
  const steps = stepsOf(path);
  for (const { path: below, number } of writer.unnamed) {
    if (unknownEnumValues.length < maxNotes) unknownEnumValues.push({ path: [...steps, ...below], number });
  }
  writer.unnamed.length = 0;
}

/** The same of lists that end at a limit that their caller did not set. */
function tellTruncation(object: Filled, hole: number, { truncatedOf, truncated }: Answer, path: Path): void {
  const found = truncatedOf.get(object)?.get(hole);
  if (found !== undefined && truncated.length < maxNotes) truncated.push({ path: stepsOf(path), ...found });
}

function stepsOf(path: Path | undefined): (string | number)[] {
  const steps: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.prev) steps.push(at.key);
  return steps.reverse();
}

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
