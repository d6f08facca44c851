import {
  type ConstDirectiveNode,
  type EnumTypeDefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NamedTypeNode,
  type NameNode,
  type ObjectTypeDefinitionNode,
  type ScalarTypeDefinitionNode,
  type StringValueNode,
  type TypeNode,
} from 'graphql';

/** What people read about a definition. */
export interface Words {
  /** Markdown; empty for none. */
  readonly description: string;
  /** Why not to use it any more; undefined while it is fine to use. */
  readonly deprecated?: string | undefined;
}

/*
 * Definitions are built as nodes and not as text: nothing has to be quoted, so no comment in a .proto file can break the schema.
 */

/** `type Name { … }` */
export function objectNode(
  name: string,
  fields: readonly FieldDefinitionNode[],
  words: Words,
): ObjectTypeDefinitionNode {
  return { kind: Kind.OBJECT_TYPE_DEFINITION, name: nameNode(name), fields, ...described(words) };
}

/** `input Name { … }` */
export function inputNode(
  name: string,
  fields: readonly InputValueDefinitionNode[],
  words: Words,
): InputObjectTypeDefinitionNode {
  return { kind: Kind.INPUT_OBJECT_TYPE_DEFINITION, name: nameNode(name), fields, ...described(words) };
}

/** `enum Name { … }` */
export function enumNode(
  name: string,
  values: readonly EnumValueDefinitionNode[],
  words: Words,
): EnumTypeDefinitionNode {
  return { kind: Kind.ENUM_TYPE_DEFINITION, name: nameNode(name), values, ...described(words) };
}

/** `scalar Name`; its description comes with its implementation. */
export function scalarNode(name: string): ScalarTypeDefinitionNode {
  return { kind: Kind.SCALAR_TYPE_DEFINITION, name: nameNode(name) };
}

/** A field of an object type. */
export function fieldNode(
  name: string,
  type: TypeNode,
  words: Words,
  args: readonly InputValueDefinitionNode[] = [],
): FieldDefinitionNode {
  return { kind: Kind.FIELD_DEFINITION, name: nameNode(name), type, arguments: args, ...described(words) };
}

/** An argument or a field of an input type. */
export function inputValueNode(name: string, type: TypeNode, words: Words): InputValueDefinitionNode {
  return { kind: Kind.INPUT_VALUE_DEFINITION, name: nameNode(name), type, ...described(words) };
}

/** A value of an enum. */
export function enumValueNode(name: string, words: Words): EnumValueDefinitionNode {
  return { kind: Kind.ENUM_VALUE_DEFINITION, name: nameNode(name), ...described(words) };
}

/** A type by its name. */
export function namedTypeNode(name: string): NamedTypeNode {
  return { kind: Kind.NAMED_TYPE, name: nameNode(name) };
}

/** `T!` */
export function nonNullNode(type: TypeNode): TypeNode {
  return type.kind === Kind.NON_NULL_TYPE ? type : { kind: Kind.NON_NULL_TYPE, type };
}

/** `[T]` */
export function listNode(type: TypeNode): TypeNode {
  return { kind: Kind.LIST_TYPE, type };
}

function described({ description, deprecated }: Words) {
  return {
    ...(description !== '' && { description: textNode(description) }),
    ...(deprecated !== undefined && { directives: [deprecatedNode(deprecated)] }),
  };
}

function deprecatedNode(reason: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: nameNode('deprecated'),
    arguments: [{ kind: Kind.ARGUMENT, name: nameNode('reason'), value: { kind: Kind.STRING, value: reason } }],
  };
}

function textNode(value: string): StringValueNode {
  return { kind: Kind.STRING, value, block: true };
}

function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}
