import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import type { GraphqlNames } from './derive-names.ts';
import { mayBeJsonNull, wellKnownScalarOf } from './scalar-names.ts';

/** Turns the arguments of a root field into the value that the codec encodes. */
export type ReadArguments = (args: Readonly<Record<string, unknown>>) => unknown;

type Convert = (value: unknown) => unknown;

/**
 * Compiles the way from arguments to a request. Where every GraphQL name is the JSON name, which is nearly everywhere, the
 * arguments are the request already.
 */
export function compileArguments(request: MessageDescriptor, names: GraphqlNames): ReadArguments {
  if (wellKnownScalarOf(request) !== undefined) return ({ value }) => value;
  return isSpelledAlike(request, names, new Set())
    ? (args) => args
    : (compileMessage(request, names, new Map()) as Convert);
}

function isSpelledAlike(message: MessageDescriptor, names: GraphqlNames, seen: Set<MessageDescriptor>): boolean {
  if (seen.has(message) || wellKnownScalarOf(message) !== undefined) return true;
  // The root's own emptiness is fine: it has no arguments then. Inside, the placeholder `ok` has to be taken out.
  const isEmptyInside = seen.size > 0 && message.fields.length === 0;
  seen.add(message);
  return (
    !isEmptyInside &&
    message.fields.every(
      (field) =>
        names.field(field) === field.jsonName &&
        // To the codec, null in their place is a value.
        !(field.cardinality !== 'singular' && mayBeJsonNull(field)) &&
        (field.type.kind !== 'message' || isSpelledAlike(field.type.message, names, seen)),
    )
  );
}

/** One converter per message, known before its fields are compiled: messages may be recursive. */
function compileMessage(
  message: MessageDescriptor,
  names: GraphqlNames,
  compiled: Map<MessageDescriptor, Convert>,
): Convert {
  if (wellKnownScalarOf(message) !== undefined) return (value) => value;
  const known = compiled.get(message);
  if (known !== undefined) return known;
  const fields: { name: string; jsonName: string; isList: boolean; convert: Convert }[] = [];
  const convert: Convert = (value) => {
    if (value === null || value === undefined) return value;
    const given = value as Readonly<Record<string, unknown>>;
    const entries = fields.flatMap(({ name, jsonName, isList, convert: convertField }) => {
      // What every object has, such as a constructor, was not given.
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return value === undefined || (isList && value === null) ? [] : [[jsonName, convertField(value)] as const];
    });
    return Object.fromEntries(entries);
  };
  compiled.set(message, convert);
  for (const field of message.fields) {
    fields.push({
      name: names.field(field),
      jsonName: field.jsonName,
      isList: field.cardinality !== 'singular',
      convert: compileField(field, names, compiled),
    });
  }
  return convert;
}

function compileField(field: FieldDescriptor, names: GraphqlNames, compiled: Map<MessageDescriptor, Convert>): Convert {
  if (field.type.kind !== 'message') return (value) => value;
  const convert = compileMessage(field.type.message, names, compiled);
  if (field.cardinality === 'singular') return convert;
  const convertElement: Convert =
    field.cardinality === 'repeated'
      ? convert
      : (entry) => convertEntry(entry as { key: unknown; value: unknown }, convert);
  return (value) => (Array.isArray(value) ? value.map(convertElement) : value);
}

function convertEntry({ key, value }: { key: unknown; value: unknown }, convert: Convert) {
  return { key, value: convert(value) };
}
