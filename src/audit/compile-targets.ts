import { createWireReader, readLimit, readTag, skipValue, type WireReader } from '../codec/wire/wire-reader.ts';
import type { FieldDescriptor, MessageDescriptor } from '../registry/descriptors.ts';
import type { FieldPath } from '../rpc-table/validation.ts';

import type { AuditTarget } from './audit-record.ts';

/** What a request names. */
export interface NamedTargets {
  /** The first ones, each once. */
  readonly targets: readonly AuditTarget[];
  /** How many more are named; of a list whose first twenty are above, each mention counts. */
  readonly leftOut: number;
  /** What the request says in the fields that say who calls; empty where it says nothing. */
  readonly said: readonly string[];
}

/**
 * Reads what a request names, in steps of bounded work: it yields between them, and whoever drives it may let others run.
 * Never throws: bytes that are no such message name nothing.
 */
export type ReadTargets = (request: Uint8Array) => Iterator<void, NamedTargets, void>;

const nothing: NamedTargets = { targets: [], leftOut: 0, said: [] };

/** A request may name thousands of things; a record names the first ones, in this many characters together. */
const maxTargets = 20;
const maxCharacters = 4_000;

/** Ids are UUIDs, names have some dozen letters; whoever sends more does not want to be recorded, or to flood the record. */
const maxLength = 200;

/** A search, and a message around a list within it: deeper, nothing is named. */
const maxDepth = 2;

/** How many fields are looked at between two yields: well under a millisecond. */
const fieldsPerStep = 2_048;

/**
 * Compiles how to read what requests of a type name: `id` and `name` of the things that they hold and of the request itself, and
 * strings that are called an id, a name (`limit_id`, `new_name`) or after a thing (`hosts`), also in a search. Nothing else of a
 * request gets into a record: what it holds otherwise may be a job spec, with whatever is in there.
 *
 * Reads the wire without opening the message, whatever its size: of a list the first twenty things are opened, the others
 * are counted.
 *
 * @param nouns what things are called: see `nounsOf`
 * @param identityFields the strings of such a request that say who calls
 */
export function compileTargets(
  message: MessageDescriptor,
  nouns: ReadonlySet<string>,
  identityFields: readonly FieldPath[] = [],
): ReadTargets {
  const places: Place[] = [];
  let shape = compileShape(message, '', { nouns, places }, 0);
  if (identityFields.length > 0) shape ??= { own: undefined, fields: new Map() };
  for (const [index, path] of identityFields.entries()) addIdentityField(shape!, path, index);
  return function* (request) {
    // A request that names nothing is never looked into, however large.
    if (shape === undefined) return nothing;
    const found = places.map((): Found => ({ targets: new Map(), leftOut: 0 }));
    const said = identityFields.map(() => '');
    const walk: Walk = { reader: createWireReader(request), found, said, fields: 0 };
    try {
      const scope = newScope();
      yield* readMessage(walk, shape, request.length, scope);
      endScope(walk, shape, scope);
    } catch {
      return nothing;
    }
    return { ...firstOf(found), said };
  };
}

/** What the things are called that requests of these types hold: the names of their types, e.g. `job` and `show`. */
export function nounsOf(messages: readonly MessageDescriptor[]): ReadonlySet<string> {
  const things = messages.flatMap(({ fields }) =>
    fields.flatMap(({ type }) => (type.kind === 'message' && isThing(type.message) ? [type.message.name] : [])),
  );
  return new Set(things.map((name) => name.replace(/(?!^)(?=[A-Z])/g, '_').toLowerCase()));
}

/** What there is to read in a message. */
interface Shape {
  /** For the `id` and `name` of the message itself; undefined: it has none. */
  readonly own: Place | undefined;
  /** By field number. */
  readonly fields: Map<number, FieldShape>;
}

/** How to read one field; all of them are length-delimited on the wire. */
type FieldShape =
  | { readonly kind: 'own'; readonly key: 'id' | 'name' }
  | { readonly kind: 'text'; readonly key: 'id' | 'name'; readonly place: Place; readonly isList: boolean }
  | { readonly kind: 'thing'; readonly thing: Shape; readonly place: Place; readonly isList: boolean }
  | { readonly kind: 'message'; readonly shape: Shape; readonly isList: boolean }
  | { readonly kind: 'identity'; readonly index: number };

/** Where things are named. Places are numbered in the order in which a record tells them. */
interface Place {
  readonly index: number;
  /** The path of the field. */
  readonly path: string;
}

interface Compiling {
  readonly nouns: ReadonlySet<string>;
  readonly places: Place[];
}

/** Undefined: nothing in such a message names anything. */
function compileShape(
  { fields }: MessageDescriptor,
  path: string,
  compiling: Compiling,
  depth: number,
): Shape | undefined {
  const own = fields.some(isOwnName) ? newPlace(path, compiling) : undefined;
  const shapes = new Map<number, FieldShape>();
  // What is named once comes first: no list can push it out.
  for (const field of [...fields.filter(isOne), ...fields.filter((each) => !isOne(each))]) {
    // A message around one list (`JobSeq`) is that list.
    const inner = depth > 0 && fields.length === 1 ? path : path === '' ? field.name : `${path}.${field.name}`;
    const shape = compileField(field, inner, compiling, depth);
    if (shape !== undefined) shapes.set(field.number, shape);
  }
  return shapes.size === 0 ? undefined : { own, fields: shapes };
}

function compileField(
  field: FieldDescriptor,
  path: string,
  compiling: Compiling,
  depth: number,
): FieldShape | undefined {
  const { name, type, cardinality } = field;
  if (isOwnName(field)) return { kind: 'own', key: name as 'id' | 'name' };
  if (cardinality === 'map') return undefined;
  const isList = cardinality === 'repeated';
  if (type.kind === 'message' && isThing(type.message)) {
    const place = newPlace(path, compiling);
    return { kind: 'thing', thing: { own: place, fields: ownNamesOf(type.message) }, place, isList };
  }
  if (type.kind === 'message') {
    const shape = depth < maxDepth ? compileShape(type.message, path, compiling, depth + 1) : undefined;
    return shape && { kind: 'message', shape, isList };
  }
  const key = type.kind === 'scalar' && type.scalar === 'string' ? keyOf(name, compiling.nouns) : undefined;
  return key && { kind: 'text', key, place: newPlace(path, compiling), isList };
}

function ownNamesOf({ fields }: MessageDescriptor): Map<number, FieldShape> {
  return new Map(
    fields.filter(isOwnName).map(({ number, name }) => [number, { kind: 'own', key: name as 'id' | 'name' }]),
  );
}

/** A field that says who calls names no thing, so it has no other meaning here. */
function addIdentityField({ fields }: Shape, [first, ...rest]: FieldPath, index: number): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    fields.set(first.number, { kind: 'identity', index });
    return;
  }
  const known = fields.get(first.number);
  const inner = known?.kind === 'thing' ? known.thing : known?.kind === 'message' ? known.shape : undefined;
  const shape: Shape = inner ?? { own: undefined, fields: new Map() };
  if (inner === undefined) fields.set(first.number, { kind: 'message', shape, isList: false });
  addIdentityField(shape, rest, index);
}

function newPlace(path: string, { places }: Compiling): Place {
  const place = { index: places.length, path };
  places.push(place);
  return place;
}

/** What a string is that has this name: the id or the name of something, or neither. */
function keyOf(fieldName: string, nouns: ReadonlySet<string>): 'id' | 'name' | undefined {
  const name = fieldName.replace(/s$/, '');
  if (/(?:^|_)id$/.test(name)) return 'id';
  return /(?:^|_)name$/.test(name) || nouns.has(name) || nouns.has(fieldName) ? 'name' : undefined;
}

/** Whether there is at most one thing in a field. */
function isOne({ type, cardinality }: FieldDescriptor): boolean {
  return cardinality === 'singular' && (type.kind !== 'message' || isThing(type.message));
}

/** What has an id can be acted on. */
function isThing({ fields }: MessageDescriptor): boolean {
  return fields.some((field) => field.name === 'id' && isOwnName(field));
}

function isOwnName({ name, type, cardinality }: FieldDescriptor): boolean {
  return (
    (name === 'id' || name === 'name') &&
    type.kind === 'scalar' &&
    type.scalar === 'string' &&
    cardinality === 'singular'
  );
}

/** One request being read. */
interface Walk {
  readonly reader: WireReader;
  /** What was found at each place. */
  readonly found: readonly Found[];
  /** What the identity fields say. */
  readonly said: string[];
  /** How many fields were looked at. */
  fields: number;
}

interface Found {
  /** By id and name, so that each is there once. */
  readonly targets: Map<string, AuditTarget>;
  leftOut: number;
}

/** A name as it was read so far: of several values of a field the last one holds. */
interface Named {
  id?: string;
  name?: string;
}

/** One message, which may come in several parts: they are merged (https://protobuf.dev/programming-guides/encoding/#last-one-wins). */
interface Scope {
  readonly own: Named;
  readonly singles: Map<FieldShape, Named>;
  readonly messages: Map<FieldShape, Scope>;
}

function newScope(): Scope {
  return { own: {}, singles: new Map(), messages: new Map() };
}

/** Reads the fields of a message, or of a part of it, up to `limit`. Throws when these bytes are no message. */
function* readMessage(walk: Walk, { fields }: Shape, limit: number, scope: Scope): Generator<void, void, void> {
  const { reader } = walk;
  // Fields in a group are unknown ones: no message of proto3 has groups, and every reader skips them.
  let groups = 0;
  while (reader.position < limit) {
    walk.fields += 1;
    if (walk.fields % fieldsPerStep === 0) yield;
    const tag = readTag(reader);
    const wireType = tag & 7;
    const field = wireType === 2 && groups === 0 ? fields.get(tag >>> 3) : undefined;
    if (field !== undefined) yield* readField(walk, field, scope);
    else if (wireType === 3) groups += 1;
    else if (wireType === 4) groups -= 1;
    else skipValue(reader, tag);
  }
  if (reader.position !== limit || groups !== 0) throw new Error('these bytes are no message');
}

function* readField(walk: Walk, field: FieldShape, scope: Scope): Generator<void, void, void> {
  const { reader, found } = walk;
  const end = readLimit(reader);
  if (field.kind === 'own') {
    scope.own[field.key] = readText(reader, end);
  } else if (field.kind === 'identity') {
    walk.said[field.index] = readText(reader, end);
  } else if (field.kind === 'message') {
    const inner = field.isList ? newScope() : getOrAdd(scope.messages, field, newScope);
    yield* readMessage(walk, field.shape, end, inner);
    if (field.isList) endScope(walk, field.shape, inner);
  } else if (field.isList && found[field.place.index]!.targets.size >= maxTargets) {
    // Counted without a look: the bytes of an empty one name nothing.
    if (end > reader.position) found[field.place.index]!.leftOut += 1;
    reader.position = end;
  } else {
    const named = field.isList ? {} : getOrAdd(scope.singles, field, (): Named => ({}));
    if (field.kind === 'text') named[field.key] = readText(reader, end);
    else yield* readMessage(walk, field.thing, end, { ...newScope(), own: named });
    if (field.isList) note(found, field.place, named);
  }
}

/** Notes what a message named once, now that its last part has been read. */
function endScope(walk: Walk, { own }: Shape, { own: named, singles, messages }: Scope): void {
  if (own !== undefined) note(walk.found, own, named);
  for (const [field, single] of singles) if ('place' in field) note(walk.found, field.place, single);
  for (const [field, inner] of messages) if (field.kind === 'message') endScope(walk, field.shape, inner);
}

function note(found: readonly Found[], { index, path }: Place, { id = '', name = '' }: Named): void {
  if (id === '' && name === '') return;
  const { targets } = found[index]!;
  const key = `${id}\0${name}`;
  if (targets.has(key)) return;
  if (targets.size >= maxTargets) found[index]!.leftOut += 1;
  else targets.set(key, { field: path, ...(id !== '' && { id }), ...(name !== '' && { name }) });
}

/** A long text is not decoded whole, only to be cut: a character has at most four bytes. */
function readText(reader: WireReader, end: number): string {
  const { bytes, position } = reader;
  reader.position = end;
  const text = bytes.toString('utf8', position, Math.min(end, position + 4 * (maxLength + 1)));
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

function firstOf(found: readonly Found[]): Omit<NamedTargets, 'said'> {
  const targets = new Map<string, AuditTarget>();
  let characters = 0;
  let leftOut = 0;
  for (const { targets: atPlace, leftOut: unread } of found) {
    leftOut += unread;
    for (const target of atPlace.values()) {
      const text = JSON.stringify(target);
      if (targets.has(text)) continue;
      if (targets.size >= maxTargets || characters + text.length > maxCharacters) {
        leftOut += 1;
      } else {
        targets.set(text, target);
        characters += text.length;
      }
    }
  }
  return { targets: [...targets.values()], leftOut };
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
