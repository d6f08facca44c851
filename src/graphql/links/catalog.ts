import { Kind, type TypeNode } from 'graphql';

import type { EnumDescriptor, FieldType, MessageDescriptor, Registry, ScalarType } from '../../registry/descriptors.ts';

import type { GraphqlNames } from '../schema/derive-names.ts';
import { wellKnownScalarOf } from '../schema/scalar-names.ts';
import type { Argument } from './compile-expression.ts';
import type { Shape } from './shape.ts';

/** What links may name: the derived types of a whole registry, served or not, and the inputs of the links document. */
export interface Catalog {
  readonly names: GraphqlNames;
  /** By output type. */
  readonly messages: ReadonlyMap<string, MessageDescriptor>;
  readonly enums: ReadonlyMap<string, EnumDescriptor>;
  /** Inputs of the document by name; filled while they are compiled. */
  readonly inputs: Map<string, Argument>;
}

/** Lists everything by GraphQL name. */
export function createCatalog(registry: Registry, names: GraphqlNames): Catalog {
  const messages = [...registry.messages.values()].filter((message) => wellKnownScalarOf(message) === undefined);
  return {
    names,
    messages: new Map(messages.map((message) => [names.outputType(message), message])),
    enums: new Map([...registry.enums.values()].map((enumeration) => [names.enumType(enumeration), enumeration])),
    inputs: new Map(),
  };
}

/** The scalars that arguments may have, and what they are to the codec. */
export const argumentScalars: ReadonlyMap<string, ScalarType> = new Map<string, ScalarType>([
  ['String', 'string'],
  ['ID', 'string'],
  ['Int', 'int32'],
  ['Float', 'double'],
  ['Boolean', 'bool'],
  ['Int64', 'int64'],
]);

/** A type as it is written, taken apart. */
export interface WrittenType {
  readonly name: string;
  readonly isList: boolean;
  readonly isNonNull: boolean;
}

/** `[Job!]!` → Job, a list, non-null. */
export function readType(node: TypeNode): WrittenType {
  if (node.kind === Kind.NON_NULL_TYPE) return { ...readType(node.type), isNonNull: true };
  if (node.kind === Kind.LIST_TYPE) return { name: readType(node.type).name, isList: true, isNonNull: false };
  return { name: node.name.value, isList: false, isNonNull: false };
}

/** An argument of a type; undefined when no type of that name can be one. */
export function argumentOf({ name, isList }: WrittenType, catalog: Catalog): Argument | undefined {
  const input = catalog.inputs.get(name);
  const type = input?.shape.type ?? scalarOrEnum(name, catalog);
  if (type === undefined) return undefined;
  const shape: Shape = { type, isList };
  if (input === undefined)
    return { shape, read: (value) => value, selectsNothing: (value) => isList && isEmpty(value) };
  if (!isList) return { ...input, shape };
  return {
    shape,
    read: (values) => (values as readonly unknown[]).map(input.read),
    selectsNothing: isEmpty,
  };
}

function scalarOrEnum(name: string, { enums }: Catalog): FieldType | undefined {
  const scalar = argumentScalars.get(name);
  if (scalar !== undefined) return { kind: 'scalar', scalar };
  const enumeration = enums.get(name);
  return enumeration && { kind: 'enum', enum: enumeration };
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
