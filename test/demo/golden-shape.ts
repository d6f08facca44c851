import type { Enum, Field, Type } from 'protobufjs';

import type { Json } from '../json.ts';

/**
 * What is the same in two answers of one RPC on two farms. A message is an object by field, a list holds the one merged shape of
 * its rows, and anything else is the names of the kinds that it had, sorted: `int64`, `id`, `FrameState`. A message that was
 * null has the key `null`; a text, list or time that was empty says nothing.
 */
export type Shape = string | readonly Shape[] | { readonly [field: string]: Shape };

const FORMATS: readonly (readonly [kind: string, format: RegExp])[] = [
  ['id', /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i],
  ['resource', /^[^/]*\/\d+\.\d\d\/\d+$/],
  ['frame name', /^\d{4,}-[a-z]/i],
  ['path', /^\//],
];
/** Seconds since the epoch, of this time; milliseconds are a thousand times as many. */
const TIMES = [1_500_000_000, 3_000_000_000] as const;

/** The shape of a message in proto3 JSON. What does not fit its field is `wrong`, with its value. */
export function shapeOf(type: Type, message: Json): Shape {
  if (message === null) return { null: '' };
  const shape: Record<string, Shape> = {};
  for (const [name, value] of Object.entries(message)) {
    const field = type.fieldsArray.find((one) => one.name === name || one.options?.['json_name'] === name);
    shape[name] = field === undefined ? 'wrong: no such field' : fieldShape(field.resolve(), value);
  }
  return shape;
}

function fieldShape(field: Field, value: Json): Shape {
  if (!field.repeated) return valueShape(field, value);
  if (!Array.isArray(value)) return `wrong: ${JSON.stringify(value)} is no list`;
  return value.length === 0 ? [] : [value.map((row) => valueShape(field, row)).reduce(merge)];
}

function valueShape({ type, resolvedType }: Field, value: Json): Shape {
  if (resolvedType !== null && 'fieldsArray' in resolvedType) return shapeOf(resolvedType, value);
  const kind = resolvedType === null ? scalarKind(type, value) : enumKind(resolvedType as Enum, value);
  return kind ?? `wrong: ${JSON.stringify(value)} is no ${type}`;
}

function enumKind({ name, values }: Enum, value: Json): string | undefined {
  return Object.keys(values).includes(value) ? name : undefined;
}

function scalarKind(type: string, value: Json): string | undefined {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? 'bool' : undefined;
    case 'float':
      return typeof value === 'number' ? 'float' : undefined;
    case 'int32':
      if (!Number.isInteger(value)) return undefined;
      if (value === 0) return '';
      return value > TIMES[0] && value < TIMES[1] ? 'time' : 'int32';
    case 'int64':
      return typeof value === 'string' && /^-?\d+$/.test(value) ? 'int64' : undefined;
    case 'string':
    case 'bytes':
      if (typeof value !== 'string') return undefined;
      return value === '' ? '' : (FORMATS.find(([, format]) => format.test(value))?.[0] ?? type);
    default:
      return undefined;
  }
}

/** The shape of two rows of a list together. */
function merge(a: Shape, b: Shape): Shape {
  if (typeof a === 'string' && typeof b === 'string') {
    const kinds = new Set([...a.split(', '), ...b.split(', ')]);
    return [...kinds]
      .filter((kind) => kind !== '')
      .sort()
      .join(', ');
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length === 0) return b;
    return b.length === 0 ? a : [merge(a[0], b[0])];
  }
  const merged: Record<string, Shape> = { ...(a as object) };
  for (const [name, inner] of Object.entries(b)) {
    const known = merged[name];
    merged[name] = known === undefined ? inner : merge(known, inner);
  }
  return merged;
}

/** Where an answer is of another shape than the recorded one; a sentence for each place. */
export function shapeDifferences(recorded: Shape, ours: Shape, path = ''): string[] {
  if (typeof recorded === 'string' || typeof ours === 'string') {
    if (recorded === '' || ours === '' || recorded === ours) return [];
    return [`${path} is ${JSON.stringify(ours)} instead of ${JSON.stringify(recorded)}`];
  }
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    if (recorded.length === 0) return [];
    return ours.length === 0 ? [`${path} has no row`] : shapeDifferences(recorded[0], ours[0], `${path}[]`);
  }
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const [theirs, own] = [recorded, ours] as [Record<string, Shape>, Record<string, Shape>];
  return [
    ...Object.keys(own)
      .filter((name) => !(name in theirs))
      .map((name) => `${at(name)} was not recorded`),
    ...Object.entries(theirs).flatMap(([name, inner]) => {
      const other = own[name];
      return other === undefined ? [`${at(name)} is missing`] : shapeDifferences(inner, other, at(name));
    }),
  ];
}
