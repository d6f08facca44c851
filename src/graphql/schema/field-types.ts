import type { TypeNode } from 'graphql';

import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import type { GraphqlNames } from './derive-names.ts';
import { mayBeJsonNull, scalarNameOf } from './scalar-names.ts';
import { listNode, namedTypeNode, nonNullNode } from './schema-nodes.ts';

/**
 * The type of a field in answers. What proto3 always has a value for is non-null; messages, members of a oneof and
 * `optional` fields may be absent and are nullable.
 */
export function outputTypeOf(field: FieldDescriptor, names: GraphqlNames): TypeNode {
  if (field.cardinality === 'map') return nonNullNode(listNode(nonNullNode(namedTypeNode(names.entryType(field)))));
  if (field.cardinality === 'repeated') return nonNullNode(listNode(outputValueTypeOf(field, names)));
  return field.presence === 'explicit' ? outputNamed(field, names) : outputValueTypeOf(field, names);
}

/**
 * The type of one value of a field in answers, as it stands in a list or map. Two kinds stay nullable: enums, because a newer
 * upstream may know more of them than the schema, and JSON values, because null is one.
 */
export function outputValueTypeOf(field: FieldDescriptor, names: GraphqlNames): TypeNode {
  const named = outputNamed(field, names);
  return field.type.kind === 'enum' || mayBeJsonNull(field) ? named : nonNullNode(named);
}

/** For a field of a request that holds an entity: the field of the entity that is read alone. */
type KeyOf = (field: FieldDescriptor) => FieldDescriptor | undefined;

/**
 * The type of a field as argument or as field of an input type: everything may be left out, and null means the same, but for
 * an entity that the RPC is about.
 */
export function inputTypeOf(field: FieldDescriptor, names: GraphqlNames, keyOf: KeyOf): TypeNode {
  if (field.cardinality === 'map') return listNode(nonNullNode(namedTypeNode(names.entryInputType(field))));
  if (field.cardinality === 'repeated') return listNode(inputValueTypeOf(field, names, keyOf));
  const named = inputNamed(field, names, keyOf);
  // GraphQL lets nothing be required that is deprecated.
  const isRequired = keyOf(field) !== undefined && field.oneof === undefined && !field.deprecated;
  return isRequired ? nonNullNode(named) : named;
}

/** The type of one value of a field in arguments, as it stands in a list or map. */
export function inputValueTypeOf(field: FieldDescriptor, names: GraphqlNames, keyOf: KeyOf): TypeNode {
  const named = inputNamed(field, names, keyOf);
  return mayBeJsonNull(field) ? named : nonNullNode(named);
}

function outputNamed(field: FieldDescriptor, names: GraphqlNames): TypeNode {
  return namedTypeNode(scalarNameOf(field) ?? enumNameOf(field, names) ?? names.outputType(messageOf(field)));
}

function inputNamed(field: FieldDescriptor, names: GraphqlNames, keyOf: KeyOf): TypeNode {
  const name = keyOf(field) === undefined ? names.inputType : names.keyInputType;
  return namedTypeNode(scalarNameOf(field) ?? enumNameOf(field, names) ?? name(messageOf(field)));
}

function enumNameOf({ type }: FieldDescriptor, names: GraphqlNames): string | undefined {
  return type.kind === 'enum' ? names.enumType(type.enum) : undefined;
}

function messageOf({ type }: FieldDescriptor): MessageDescriptor {
  return (type as Extract<FieldDescriptor['type'], { kind: 'message' }>).message;
}
