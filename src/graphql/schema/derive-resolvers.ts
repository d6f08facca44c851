import { type GraphQLFieldResolver, type GraphQLScalarType, responsePathAsArray } from 'graphql';

import type { EnumDescriptor, FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import type { CollectedTypes } from './collect-types.ts';
import type { GraphqlNames } from './derive-names.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import type { FieldWithFacts } from './field-facts.ts';
import { scalarNameOf } from './scalar-names.ts';
import { scalarTypes } from './scalars.ts';

/** A resolver of a field whose parent is a decoded message. */
export type MessageFieldResolver = GraphQLFieldResolver<Readonly<Record<string, unknown>>, GraphqlContext>;

/** By type; of an object type by field, of an enum the number of each name. */
export type Resolvers = Readonly<
  Record<
    string,
    | Readonly<Record<string, MessageFieldResolver | FieldWithFacts<MessageFieldResolver>>>
    | Readonly<Record<string, number>>
    | GraphQLScalarType
  >
>;

/**
 * Resolvers of the derived types. Decoded messages already have the shape of their types, so most fields need none:
 * graphql-js's default, a property read, is the fastest there is.
 */
export function deriveResolvers(types: CollectedTypes, names: GraphqlNames): Resolvers {
  const resolvers: Record<string, Resolvers[string]> = {};
  for (const message of types.outputs) {
    const fields = resolversOf(message, names);
    const type = names.outputType(message);
    if (Object.keys(fields).length > 0 || isInherited(type)) resolvers[type] = fields;
    for (const field of message.fields) {
      if (field.cardinality !== 'map' || !isEnum(field)) continue;
      resolvers[names.entryType(field)] = { value: resolveEnum('value', field.type.enum) };
    }
  }
  for (const enumeration of types.enums) resolvers[names.enumType(enumeration)] = numbersByName(enumeration, names);
  for (const name of types.scalars) {
    const scalar = scalarTypes.get(name);
    if (scalar !== undefined) resolvers[name] = scalar;
  }
  return resolvers;
}

function resolversOf(message: MessageDescriptor, names: GraphqlNames): Record<string, MessageFieldResolver> {
  if (message.fields.length === 0) return { ok: () => true };
  const resolvers: Record<string, MessageFieldResolver> = {};
  for (const field of message.fields) {
    const name = names.field(field);
    const { jsonName } = field;
    if (isEnum(field) && field.cardinality === 'singular') resolvers[name] = resolveEnum(jsonName, field.type.enum);
    else if (isEnum(field) && field.cardinality === 'repeated')
      resolvers[name] = resolveEnums(jsonName, field.type.enum);
    else if (name !== jsonName || isInherited(name)) resolvers[name] = (message) => message[jsonName];
  }
  return resolvers;
}

/**
 * Whether every object has something of this name. Resolvers are looked up by name on objects, so what has such a name needs an
 * entry of its own.
 */
function isInherited(name: string): boolean {
  return name in Object.prototype;
}

function isEnum(field: FieldDescriptor): field is FieldDescriptor & { type: { kind: 'enum'; enum: EnumDescriptor } } {
  return field.type.kind === 'enum' && scalarNameOf(field) === undefined;
}

/** The number, which graphql-js turns into its name; null and a note for the caller when it has none. */
function resolveEnum(jsonName: string, enumeration: EnumDescriptor): MessageFieldResolver {
  const known = numbersOf(enumeration);
  return (message, _, context, { path }) => {
    const number = message[jsonName] as number | null;
    if (number === null || known.has(number)) return number;
    context.unknownEnumValues.push({ path: responsePathAsArray(path), number });
    return null;
  };
}

function resolveEnums(jsonName: string, enumeration: EnumDescriptor): MessageFieldResolver {
  const known = numbersOf(enumeration);
  return (message, _, context, { path }) =>
    (message[jsonName] as readonly number[]).map((number, index) => {
      if (known.has(number)) return number;
      context.unknownEnumValues.push({ path: [...responsePathAsArray(path), index], number });
      return null;
    });
}

function numbersOf({ values }: EnumDescriptor): ReadonlySet<number> {
  return new Set(values.map(({ number }) => number));
}

function numbersByName(enumeration: EnumDescriptor, names: GraphqlNames): Record<string, number> {
  const valueNames = names.enumValues(enumeration);
  return Object.fromEntries(enumeration.values.map(({ number }, index) => [valueNames[index]!, number]));
}
