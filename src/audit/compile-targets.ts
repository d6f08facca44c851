import type { FieldDescriptor, MessageDescriptor } from '../registry/descriptors.ts';
import type { OpenMessage } from '../call/open-message.ts';

import type { AuditTarget } from './audit-record.ts';

/** What a request names. */
export interface NamedTargets {
  /** The first ones, each once. */
  readonly targets: readonly AuditTarget[];
  /** How many more there are. */
  readonly leftOut: number;
}

/** Reads what a request names. Never throws: bytes that are no such message name nothing. */
export type ReadTargets = (request: Uint8Array) => NamedTargets;

const nothing: NamedTargets = { targets: [], leftOut: 0 };

/** A request may name thousands of things; a record names the first ones, in this many characters together. */
const maxTargets = 20;
const maxCharacters = 4_000;

/** Ids are UUIDs, names have some dozen letters; whoever sends more does not want to be recorded, or to flood the record. */
const maxLength = 200;

/** A search, and a message around a list within it: deeper, nothing is named. */
const maxDepth = 2;

/**
 * Compiles how to read what requests of a type name: `id` and `name` of the things that they hold and of the request itself, and
 * strings that are called an id, a name (`limit_id`, `new_name`) or after a thing (`hosts`), also in a search. Nothing else of a
 * request gets into a record: what it holds otherwise may be a job spec, with whatever is in there.
 *
 * @param nouns what things are called: see `nounsOf`
 */
export function compileTargets(message: MessageDescriptor, open: OpenMessage, nouns: ReadonlySet<string>): ReadTargets {
  const read = compileMessage(message, '', nouns, 0);
  // A request that names nothing is never opened, however large.
  if (read === undefined) return () => nothing;
  const openRequest = open(message);
  return (request) => {
    let value: unknown;
    try {
      value = openRequest(request);
    } catch {
      return nothing;
    }
    return firstOf(read(value));
  };
}

/** What the things are called that requests of these types hold: the names of their types, e.g. `job` and `show`. */
export function nounsOf(messages: readonly MessageDescriptor[]): ReadonlySet<string> {
  const things = messages.flatMap(({ fields }) =>
    fields.flatMap(({ type }) => (type.kind === 'message' && isThing(type.message) ? [type.message.name] : [])),
  );
  return new Set(things.map((name) => name.replace(/(?!^)(?=[A-Z])/g, '_').toLowerCase()));
}

function firstOf(all: Iterable<AuditTarget>): NamedTargets {
  const targets = new Map<string, AuditTarget>();
  let characters = 0;
  let leftOut = 0;
  for (const target of all) {
    const text = JSON.stringify(target);
    if (targets.has(text)) continue;
    if (targets.size >= maxTargets || characters + text.length > maxCharacters) {
      leftOut += 1;
    } else {
      targets.set(text, target);
      characters += text.length;
    }
  }
  return { targets: [...targets.values()], leftOut };
}

type Read = (value: unknown) => Iterable<AuditTarget>;

/** Undefined: nothing in such a message names anything. */
function compileMessage(
  { fields }: MessageDescriptor,
  path: string,
  nouns: ReadonlySet<string>,
  depth: number,
): Read | undefined {
  const one: Read[] = fields.some(isOwnName) ? [(value) => targetOf(path, value)] : [];
  const many: Read[] = [];
  for (const field of fields) {
    // A message around one list (`JobSeq`) is that list.
    const inner = depth > 0 && fields.length === 1 ? path : path === '' ? field.name : `${path}.${field.name}`;
    const read = isOwnName(field) ? undefined : compileField(field, inner, nouns, depth);
    if (read !== undefined) (isOne(field) ? one : many).push(read);
  }
  const all = [...one, ...many];
  if (all.length === 0) return undefined;
  return function* (value) {
    // What is named once comes first: no list can push it out.
    for (const read of all) yield* read(value);
  };
}

function compileField(
  field: FieldDescriptor,
  path: string,
  nouns: ReadonlySet<string>,
  depth: number,
): Read | undefined {
  const { type, jsonName, cardinality } = field;
  if (cardinality === 'map') return undefined;
  const read = compileValue(field, path, nouns, depth);
  if (read === undefined || type.kind === 'enum') return undefined;
  const at = (value: unknown) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[jsonName];
  if (cardinality === 'singular') return (value) => read(at(value));
  return function* (value) {
    for (const item of (at(value) ?? []) as readonly unknown[]) yield* read(item);
  };
}

/** How to read one value of a field. */
function compileValue(
  { name, type }: FieldDescriptor,
  path: string,
  nouns: ReadonlySet<string>,
  depth: number,
): Read | undefined {
  if (type.kind === 'message') {
    if (isThing(type.message)) return (value) => targetOf(path, value);
    return depth < maxDepth ? compileMessage(type.message, path, nouns, depth + 1) : undefined;
  }
  const key = type.kind === 'scalar' && type.scalar === 'string' ? keyOf(name, nouns) : undefined;
  return key && ((value) => targetOf(path, { [key]: value }));
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

function targetOf(field: string, value: unknown): readonly AuditTarget[] {
  const { id, name } = (value ?? {}) as { readonly id?: unknown; readonly name?: unknown };
  const target = { field, ...clip('id', id), ...clip('name', name) };
  return 'id' in target || 'name' in target ? [target] : [];
}

function clip(key: 'id' | 'name', value: unknown): { readonly id?: string; readonly name?: string } {
  if (typeof value !== 'string' || value === '') return {};
  return { [key]: value.length > maxLength ? `${value.slice(0, maxLength)}…` : value };
}
