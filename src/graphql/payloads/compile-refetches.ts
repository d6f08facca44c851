import type { FieldDefinitionNode, GraphQLFieldResolver } from 'graphql';

import type { FieldDescriptor, MethodDescriptor, Registry } from '../../registry/descriptors.ts';

import type { Refetch } from '../../rpc-table/refetch.ts';
import type { RpcFacts } from '../../rpc-table/rpc-facts.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import type { GraphqlContext } from '../execution/graphql-context.ts';
import type { ReplyForm } from '../execution/open-reply.ts';
import type { CollectedTypes } from '../schema/collect-types.ts';
import { compileRootField } from '../schema/compile-root-field.ts';
import type { GraphqlNames } from '../schema/derive-names.ts';
import type { MessageFieldResolver } from '../schema/derive-resolvers.ts';
import { type FieldWithFacts, oneCall, withFacts } from '../schema/field-facts.ts';
import { fieldNode, namedTypeNode } from '../schema/schema-nodes.ts';

/** What payloads are derived from. */
export interface PayloadOptions {
  readonly registry: Registry;
  readonly table: RpcTable;
  readonly names: GraphqlNames;
  /** The RPCs that have root fields. */
  readonly methods: readonly MethodDescriptor[];
  readonly types: CollectedTypes;
  /** How resolvers see replies. */
  readonly replyForm: ReplyForm;
}

/** A root field's resolver. */
export type RootResolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/** A field of a write's answer that does not come from the upstream's answer. */
export interface PayloadField {
  readonly name: string;
  readonly node: FieldDefinitionNode;
  readonly resolve: MessageFieldResolver | FieldWithFacts<MessageFieldResolver>;
}

/**
 * Compiles the fields that fetch again what a write's request names: one for each thing that the request holds in a field of
 * its own.
 *
 * @param argumentsOf the arguments of the write that an answer belongs to
 */
export function compileRefetches(
  options: PayloadOptions,
  argumentsOf: (payload: object) => Readonly<Record<string, unknown>>,
): (rpc: RpcFacts) => readonly PayloadField[] {
  const { names, methods } = options;
  const served = new Set(methods);
  const readers = new Map<MethodDescriptor, RootResolver>();
  const readerOf = (method: MethodDescriptor): RootResolver => {
    const known = readers.get(method) ?? compileRootField(method, options);
    readers.set(method, known);
    return known;
  };
  return ({ refetches, isQueued }) =>
    refetches
      .filter(({ method }) => served.has(method))
      .map((refetch) => ({
        name: names.field(refetch.field),
        node: refetchNode(refetch, names, isQueued),
        resolve: withFacts(compileResolver(refetch, readerOf(refetch.method), names, argumentsOf), { cost: oneCall }),
      }));
}

/** The read is made by the resolver of its own root field, so that it fails, and is refused, as that one is. */
function compileResolver(
  { field, type, method, key, by, at }: Refetch,
  read: RootResolver,
  names: GraphqlNames,
  argumentsOf: (payload: object) => Readonly<Record<string, unknown>>,
): MessageFieldResolver {
  const thing = names.field(field);
  const keyName = nameOf(type.fields, key, names);
  const byName = by === undefined ? undefined : nameOf(method.input.fields, by, names);
  return async (payload, _, context, info) => {
    const said = argumentsOf(payload)[thing] as Readonly<Record<string, unknown>> | null | undefined;
    const value = said?.[keyName];
    if (typeof value !== 'string' || value === '') return null;
    const request = byName === undefined ? {} : { [byName]: value };
    let found: unknown = await read(undefined, request, context, info);
    for (const step of at) found = (found as Readonly<Record<string, unknown>> | null)?.[step] ?? null;
    if (byName !== undefined || found === null) return found;
    return (found as readonly Readonly<Record<string, unknown>>[]).find((thing) => thing[key] === value) ?? null;
  };
}

function nameOf(fields: readonly FieldDescriptor[], jsonName: string, names: GraphqlNames): string {
  return names.field(fields.find((field) => field.jsonName === jsonName)!);
}

function refetchNode(
  { field, type, method, key }: Refetch,
  names: GraphqlNames,
  isQueued: boolean,
): FieldDefinitionNode {
  const name = names.field(field);
  const late = isQueued ? ' It may still be as it was before: the work is queued.' : '';
  const description =
    `What the argument \`${name}\` named, read again after this by its \`${nameOf(type.fields, key, names)}\`; null when ` +
    `the argument has none.${late}\n\nRPC: \`${method.fullName}\`.`;
  return fieldNode(name, namedTypeNode(names.outputType(type)), { description });
}
