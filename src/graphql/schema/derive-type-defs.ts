import { type DefinitionNode, type DocumentNode, type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';

import type {
  EnumDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  MethodDescriptor,
} from '../../registry/descriptors.ts';

import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import type { CollectedTypes } from './collect-types.ts';
import type { GraphqlNames } from './derive-names.ts';
import { describeEntry, describeEnumValue, describeField, describeMethod, describeType } from './describe.ts';
import type { Descriptions } from './read-descriptions.ts';
import { inputTypeOf, inputValueTypeOf, outputTypeOf, outputValueTypeOf } from './field-types.ts';
import { callArgumentNodes } from '../payloads/call-arguments.ts';
import { scalarNames, wellKnownScalarOf } from './scalar-names.ts';
import {
  enumNode,
  enumValueNode,
  fieldNode,
  inputNode,
  inputValueNode,
  namedTypeNode,
  nonNullNode,
  objectNode,
  scalarNode,
} from './schema-nodes.ts';

const builtInScalars: ReadonlySet<string> = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

const rootDescriptions = {
  read:
    'Everything that reads: one field per RPC, named after its service and method.\n\n' +
    'An enum field is null when the upstream answers with a number that this schema has no name for; ' +
    '`extensions.unknownEnumValues` of the answer then lists its path and number. A float that is not finite is the ' +
    'string `"NaN"`, `"Infinity"` or `"-Infinity"`.',
  write: 'Everything that changes something: one field per RPC. The fields of one operation run one after another.',
} as const;

/** What a caller of an RPC needs, as scopes or in words; empty: nothing is known about that. */
export type NeedsOf = (method: MethodDescriptor) => readonly string[];

/** What definitions are derived from. */
export interface TypeDefsOptions {
  /** The RPCs that get root fields. */
  readonly methods: readonly MethodDescriptor[];
  readonly types: CollectedTypes;
  readonly names: GraphqlNames;
  readonly table: RpcTable;
  readonly descriptions: Descriptions;
  readonly needsOf: NeedsOf;
}

/** Derives the root fields of some RPCs, and the types that they refer to, as a GraphQL document. */
export function deriveTypeDefs(options: TypeDefsOptions): DocumentNode {
  const { methods, types, table } = options;
  const ofKind = (kind: 'read' | 'write') =>
    methods.filter((method) => table.factsOf(method).kind === kind).map((method) => rootFieldNode(method, options));
  const reads = ofKind('read');
  const writes = ofKind('write');
  // GraphQL demands a Query type with at least one field, even of an API that only writes.
  if (reads.length === 0) reads.push(okNode('Always true: nothing that is served here reads.'));
  const definitions: DefinitionNode[] = [objectNode('Query', reads, { description: rootDescriptions.read })];
  if (writes.length > 0) definitions.push(objectNode('Mutation', writes, { description: rootDescriptions.write }));
  for (const message of types.outputs) definitions.push(...outputNodes(message, options));
  for (const message of types.inputs) definitions.push(...inputNodes(message, options));
  for (const [message, key] of types.keyed) definitions.push(keyInputNode(message, key, options));
  // A request's own fields are arguments, not an input type; the entries of its maps are types all the same.
  for (const { input } of methods) {
    if (types.inputs.has(input) || wellKnownScalarOf(input) !== undefined) continue;
    definitions.push(...entryInputNodes(input, options));
  }
  for (const enumeration of types.enums) definitions.push(enumTypeNode(enumeration, options));
  for (const scalar of types.scalars) if (!builtInScalars.has(scalar)) definitions.push(scalarNode(scalar));
  return { kind: Kind.DOCUMENT, definitions: withoutRepetition(definitions) };
}

/** Nullable, whatever it answers: a failing non-null root field would take the answers of all others with it. */
function rootFieldNode(method: MethodDescriptor, options: TypeDefsOptions): FieldDefinitionNode {
  const { names, table, needsOf } = options;
  const { input, output } = method;
  const scalar = wellKnownScalarOf(input);
  const args =
    scalar === undefined
      ? input.fields.map((field) => inputFieldNode(field, options))
      : [inputValueNode('value', namedTypeNode(scalar), describeType(input))];
  const type = namedTypeNode(wellKnownScalarOf(output) ?? names.outputType(output));
  return fieldNode(names.rootField(method), type, describeMethod(method, needsOf(method)), [
    ...args,
    ...callArgumentNodes(method, table),
  ]);
}

function outputNodes(message: MessageDescriptor, { names, descriptions }: TypeDefsOptions): DefinitionNode[] {
  const fields = message.fields.map((field) =>
    fieldNode(names.field(field), outputTypeOf(field, names), describeField(field, descriptions)),
  );
  if (fields.length === 0) fields.push(okNode('Always true: this message carries nothing but the fact that it came.'));
  const entries = mapFieldsOf(message).map((field) => {
    const parts = entryParts(field, outputValueTypeOf(field, names));
    const nodes = parts.map(({ name, type, description }) => fieldNode(name, type, { description }));
    return objectNode(names.entryType(field), nodes, describeEntry(field));
  });
  return [objectNode(names.outputType(message), fields, describeType(message)), ...entries];
}

function inputNodes(message: MessageDescriptor, options: TypeDefsOptions): DefinitionNode[] {
  const { names } = options;
  const fields = message.fields.map((field) => inputFieldNode(field, options));
  if (fields.length === 0) {
    const description = 'Means nothing: this message has no fields, and GraphQL demands one.';
    fields.push(inputValueNode('ok', namedTypeNode('Boolean'), { description }));
  }
  return [inputNode(names.inputType(message), fields, describeType(message)), ...entryInputNodes(message, options)];
}

function keyInputNode(message: MessageDescriptor, key: FieldDescriptor, options: TypeDefsOptions): DefinitionNode {
  const { names, descriptions } = options;
  const name = names.field(key);
  const type = nonNullNode(inputTypeOf(key, names, () => undefined));
  const description = `Which \`${names.outputType(message)}\` is meant: \`${name}\` says it, and nothing else would be read.`;
  const field = inputValueNode(name, type, { description: describeField(key, descriptions).description });
  return inputNode(names.keyInputType(message), [field], { description });
}

function entryInputNodes(message: MessageDescriptor, { names, table }: TypeDefsOptions): DefinitionNode[] {
  return mapFieldsOf(message).map((field) => {
    const parts = entryParts(field, inputValueTypeOf(field, names, table.keyOf));
    const nodes = parts.map(({ name, type, description }) => inputValueNode(name, type, { description }));
    return inputNode(names.entryInputType(field), nodes, describeEntry(field));
  });
}

function inputFieldNode(field: FieldDescriptor, { names, table, descriptions }: TypeDefsOptions) {
  const type = inputTypeOf(field, names, table.keyOf);
  return inputValueNode(names.field(field), type, describeField(field, descriptions));
}

/** GraphQL has no maps; a map is a list of such entries. */
function entryParts(field: FieldDescriptor, value: TypeNode) {
  const key = nonNullNode(namedTypeNode(scalarNames[field.mapKey!]));
  return [
    { name: 'key', type: key, description: 'The key; no two entries have the same.' },
    { name: 'value', type: value, description: 'The value under this key.' },
  ];
}

/**
 * With `allow_alias`, the first name of a number is the one that answers use. graphql-js answers with the last value that
 * it knows for a number, so the aliases come before all others.
 */
function enumTypeNode(enumeration: EnumDescriptor, { names, descriptions }: TypeDefsOptions): DefinitionNode {
  const valueNames = names.enumValues(enumeration);
  const numbers = enumeration.values.map(({ number }) => number);
  const nodes = enumeration.values.map((value, index) => ({
    isAlias: numbers.indexOf(value.number) < index,
    node: enumValueNode(valueNames[index]!, describeEnumValue(value, enumeration, descriptions)),
  }));
  const values = nodes.toSorted((left, right) => Number(right.isAlias) - Number(left.isAlias)).map(({ node }) => node);
  return enumNode(names.enumType(enumeration), values, describeType(enumeration));
}

/** The one field of a message that has none: GraphQL has no empty types. */
function okNode(description: string): FieldDefinitionNode {
  return fieldNode('ok', nonNullNode(namedTypeNode('Boolean')), { description });
}

function mapFieldsOf(message: MessageDescriptor): FieldDescriptor[] {
  return message.fields.filter((field) => field.cardinality === 'map');
}

/** Several RPCs may take the same request, and so bring the same entries. */
function withoutRepetition(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  const byName = new Map(definitions.map((node) => ['name' in node ? node.name?.value : undefined, node]));
  return [...byName.values()];
}
