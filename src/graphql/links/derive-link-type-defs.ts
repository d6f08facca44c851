import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type StringValueNode,
} from 'graphql';

import { namedTypeNode, scalarNode } from '../schema/schema-nodes.ts';
import type { CompiledField } from './compile-field.ts';
import { type Order, sortDirection } from './compile-order.ts';
import type { CallPlan } from './plans.ts';

/** The definitions that a links document adds to a schema, without what only this room understands. */
export function deriveLinkTypeDefs(
  fields: readonly CompiledField[],
  inputs: readonly InputObjectTypeDefinitionNode[],
  orders: readonly Order[],
  scalars: readonly string[],
): DocumentNode {
  const extensions = fields.map(
    (field): DefinitionNode => ({
      kind: Kind.OBJECT_TYPE_EXTENSION,
      name: namedTypeNode(field.field.typeName).name,
      fields: [linkFieldNode(field)],
    }),
  );
  const definitions = [
    ...extensions,
    ...inputs.map(inputNode),
    ...orders.flatMap((order) => order.definitions),
    ...(orders.length > 0 ? [sortDirection] : []),
    ...scalars.map(scalarNode),
  ];
  return { kind: Kind.DOCUMENT, definitions };
}

function linkFieldNode({ field: { node }, calls, description }: CompiledField): FieldDefinitionNode {
  return {
    ...node,
    arguments: node.arguments?.map(argumentNode) ?? [],
    ...(calls.length > 0 && { description: describeLink(node, calls) }),
    ...(node.description === undefined &&
      description !== undefined && { description: { kind: Kind.STRING, value: description } }),
    directives: withoutOurs(node.directives),
  };
}

/** As with derived root fields, the last line is the RPC: what to search for in OpenCue's sources and in REST. */
function describeLink({ description }: FieldDefinitionNode, calls: readonly CallPlan[]): StringValueNode {
  const alone = new Set(calls.map(({ rpc }) => `\`${rpc.method.fullName}\``));
  const together = new Set(calls.flatMap(({ batch }) => (batch ? [`\`${batch.rpc.method.fullName}\``] : [])));
  const one = `RPC: ${[...alone].join(' or ')}`;
  const line = together.size === 0 ? `${one}.` : `${one}; for several at once ${[...together].join(' or ')}.`;
  const value = description === undefined ? line : `${description.value}\n\n${line}`;
  return { kind: Kind.STRING, value, block: true };
}

function argumentNode(node: InputValueDefinitionNode): InputValueDefinitionNode {
  return { ...node, directives: withoutOurs(node.directives) };
}

function inputNode(node: InputObjectTypeDefinitionNode): InputObjectTypeDefinitionNode {
  return { ...node, directives: withoutOurs(node.directives), fields: node.fields?.map(argumentNode) ?? [] };
}

function withoutOurs(directives: readonly ConstDirectiveNode[] = []): readonly ConstDirectiveNode[] {
  return directives.filter(({ name }) => name.value === 'deprecated');
}
