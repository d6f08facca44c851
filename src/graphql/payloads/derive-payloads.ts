import { type DefinitionNode, type DocumentNode, type FieldDefinitionNode, Kind } from 'graphql';

import type { MessageDescriptor, MethodDescriptor } from '../../registry/descriptors.ts';

import type { CollectedTypes } from '../schema/collect-types.ts';
import type { Resolvers } from '../schema/derive-resolvers.ts';
import { fieldNode, namedTypeNode, nonNullNode } from '../schema/schema-nodes.ts';
import { wellKnownScalarOf } from '../schema/scalar-names.ts';
import { compileRefetches, type PayloadField, type PayloadOptions, type RootResolver } from './compile-refetches.ts';

/** What the answers of writes have beyond what the upstream answers. */
export interface Payloads {
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** The resolver of a write, changed so that its answer remembers its arguments. */
  readonly remember: (method: MethodDescriptor, resolve: RootResolver) => RootResolver;
}

/**
 * Lets the answers of writes lead back into the graph: `jobPause(job: { id: "…" }) { job { isPaused } }` fetches the job
 * again after the write, if it is asked for; and `queued` says whether the write was only accepted. Both only for answers of a
 * type of their own: a type that others use, too, cannot say whose answer it is.
 */
export function derivePayloads(options: PayloadOptions): Payloads {
  const { table, names, methods, types } = options;
  const requests = new WeakMap<object, Readonly<Record<string, unknown>>>();
  const refetchesOf = compileRefetches(options, (payload) => requests.get(payload) ?? {});
  const ownTypes = typesOfTheirOwn(methods, types);
  // Where nothing is known to be queued, nobody knows what is not.
  const knowsQueued = table.rows.some(({ isQueued }) => isQueued);

  const extensions: DefinitionNode[] = [];
  const resolvers: Record<string, Record<string, PayloadField['resolve']>> = {};
  const remembering = new Set<MethodDescriptor>();
  for (const method of methods) {
    const rpc = table.factsOf(method);
    if (rpc.kind === 'read' || !ownTypes.has(method.output)) continue;
    const taken = new Set(method.output.fields.map((field) => names.field(field)));
    const refetches = refetchesOf(rpc);
    const own = [...refetches, ...(knowsQueued ? [queuedField(rpc.isQueued)] : [])].filter(
      ({ name }) => !taken.has(name),
    );
    if (own.length === 0) continue;
    if (refetches.length > 0) remembering.add(method);
    const type = names.outputType(method.output);
    extensions.push({
      kind: Kind.OBJECT_TYPE_EXTENSION,
      name: namedTypeNode(type).name,
      fields: own.map(({ node }) => node),
    });
    resolvers[type] = Object.fromEntries(own.map(({ name, resolve }) => [name, resolve]));
  }
  return {
    typeDefs: { kind: Kind.DOCUMENT, definitions: extensions },
    resolvers,
    remember: (method, resolve) => {
      if (!remembering.has(method)) return resolve;
      return async (source, args, context, info) => {
        const payload = (await resolve(source, args, context, info)) as object;
        requests.set(payload, args);
        return payload;
      };
    },
  };
}

/** The types of answers that one RPC has for itself, and no message holds. */
function typesOfTheirOwn(
  methods: readonly MethodDescriptor[],
  { outputs }: CollectedTypes,
): ReadonlySet<MessageDescriptor> {
  const uses = new Map<MessageDescriptor, number>();
  const count = (message: MessageDescriptor) => uses.set(message, (uses.get(message) ?? 0) + 1);
  for (const { output } of methods) if (wellKnownScalarOf(output) === undefined) count(output);
  for (const { fields } of outputs) for (const { type } of fields) if (type.kind === 'message') count(type.message);
  return new Set([...uses].filter(([, times]) => times === 1).map(([message]) => message));
}

function queuedField(isQueued: boolean): PayloadField {
  const description = isQueued
    ? 'Always true: OK means that this was accepted. It is done later, and if it fails then, nobody is told.'
    : 'Always false: this is done when the answer comes.';
  const node: FieldDefinitionNode = fieldNode('queued', nonNullNode(namedTypeNode('Boolean')), { description });
  return { name: 'queued', node, resolve: () => isQueued };
}
