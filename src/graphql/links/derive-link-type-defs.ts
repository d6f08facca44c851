import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  type StringValueNode,
  visit,
} from 'graphql';

import { namedTypeNode, scalarNode } from '../schema/schema-nodes.ts';
import type { CompiledField } from './compile-field.ts';
import type { CallPlan } from './plans.ts';

/** What callers see of `@rpc`: what an operation will cost can be told from it. */
const costDirective = parse(
  `"""
The RPC that answers a field. \`batch\`: one call answers it for many parents. \`pick\`: one call answers it for all parents. \`per\`:
one call answers it for all parents that have the nearest object of one of these types in common.
"""
directive @rpc(method: String!, batch: Boolean, pick: Boolean, per: [String!]) on FIELD_DEFINITION`,
  { noLocation: true },
).definitions;

/** The definitions that a links document adds to a schema, without what only this room understands. */
export function deriveLinkTypeDefs(
  fields: readonly CompiledField[],
  inputs: readonly InputObjectTypeDefinitionNode[],
  scalars: readonly string[],
): DocumentNode {
  const extensions = fields.map(
    (field): DefinitionNode => ({
      kind: Kind.OBJECT_TYPE_EXTENSION,
      name: namedTypeNode(field.field.typeName).name,
      fields: [linkFieldNode(field)],
    }),
  );
  const definitions = [...costDirective, ...extensions, ...inputs.map(inputNode), ...scalars.map(scalarNode)];
  return { kind: Kind.DOCUMENT, definitions };
}

function linkFieldNode({ field: { node }, calls }: CompiledField): FieldDefinitionNode {
  const directives = withoutOurs(node.directives);
  return {
    ...node,
    arguments: node.arguments?.map(argumentNode) ?? [],
    ...(calls.length > 0 && { description: describeLink(node, calls) }),
    directives: calls.length === 0 ? directives : [...directives, costNode(calls, ownersOf(node))],
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

function costNode(calls: readonly CallPlan[], owners: readonly string[]): ConstDirectiveNode {
  const [first] = calls as [CallPlan];
  const batch = calls.every((call) => call.batch !== undefined);
  // What no parent has a part in is asked once, whoever wants it.
  const pick = calls.every(({ template }) => template.isOfArguments);
  const { name } = namedTypeNode('rpc');
  return {
    kind: Kind.DIRECTIVE,
    name,
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: namedTypeNode('method').name,
        value: { kind: Kind.STRING, value: first.rpc.method.fullName },
      },
      ...(batch ? [flagNode('batch')] : []),
      ...(pick ? [flagNode('pick')] : []),
      ...(owners.length > 0 ? [ownersNode(owners)] : []),
    ],
  };
}

/** The types whose objects alone decide what a link asks; none when its parent's own fields have a part in it. */
function ownersOf({ directives = [] }: FieldDefinitionNode): readonly string[] {
  const owners = new Set<string>();
  const requests = directives.flatMap(({ name, arguments: given = [] }) =>
    name.value === 'rpc' ? given.filter((argument) => argument.name.value === 'with') : [],
  );
  for (const request of requests) {
    visit(request, {
      StringValue: ({ value }) => {
        for (const [, owner] of value.matchAll(/\$(\w*)\./g)) if (owner !== 'args') owners.add(owner!);
      },
    });
  }
  return owners.has('') ? [] : [...owners];
}

function ownersNode(owners: readonly string[]): ConstArgumentNode {
  const values = owners.map((value) => ({ kind: Kind.STRING, value }) as const);
  return { kind: Kind.ARGUMENT, name: namedTypeNode('per').name, value: { kind: Kind.LIST, values } };
}

function flagNode(name: string) {
  return {
    kind: Kind.ARGUMENT,
    name: namedTypeNode(name).name,
    value: { kind: Kind.BOOLEAN, value: true },
  } as const;
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
