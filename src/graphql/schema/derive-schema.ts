import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';

import type { MethodDescriptor, Registry, ServiceDescriptor } from '../../registry/descriptors.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import type { RootResolver } from '../payloads/compile-refetches.ts';
import { derivePayloads } from '../payloads/derive-payloads.ts';
import { deriveSubscriptions } from '../subscriptions/derive-subscriptions.ts';
import type { LiveIntervals } from '../subscriptions/live-interval.ts';

import { collectTypes } from './collect-types.ts';
import { compileRootField } from './compile-root-field.ts';
import { deriveNames } from './derive-names.ts';
import { type Resolvers, deriveResolvers } from './derive-resolvers.ts';
import { deriveTypeDefs, type NeedsOf } from './derive-type-defs.ts';
import type { ReplyForm } from '../execution/open-reply.ts';
import { type Descriptions, noDescriptions } from './read-descriptions.ts';
import { type FieldWithFacts, oneCall, withFacts } from './field-facts.ts';
import { allowNonFiniteFloats } from './scalars.ts';

/** More of a schema than what is derived: types, and fields that extend derived types. */
export interface SchemaExtension {
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
}

/** What a schema is derived from. */
export interface DeriveSchemaOptions {
  readonly registry: Registry;
  readonly table: RpcTable;
  /** The services that get root fields. */
  readonly services: readonly ServiceDescriptor[];
  /** What callers need, for the descriptions; not given: they do not say. */
  readonly needsOf?: NeedsOf;
  /** Sentences for what has no comment in the protos; not given: what the protos say is all. */
  readonly descriptions?: Descriptions;
  /** Merged with the derived part, in this order. */
  readonly extensions: readonly SchemaExtension[];
  /** How often subscriptions look; absent: there are none. */
  readonly live?: LiveIntervals;
  /** How resolvers see replies; the links must see them alike. Not given: as values. */
  readonly replyForm?: ReplyForm;
}

/**
 * Derives the executable schema: a root field for every unary RPC, a type for every message, all of it compiled here so
 * that an operation looks nothing up.
 *
 * @throws Error when two names collide beyond repair, or when an extension does not fit.
 */
export function deriveSchema(options: DeriveSchemaOptions): GraphQLSchema {
  const { registry, table, services, extensions, live, replyForm = 'values' } = options;
  const { needsOf = () => [], descriptions = noDescriptions } = options;
  const names = deriveNames(registry);
  const methods = services.flatMap((service) => service.methods).filter(isUnary);
  const types = collectTypes(methods, table.keyOf);
  const payloads = derivePayloads({ registry, table, names, methods, types, replyForm });
  const roots: Record<'read' | 'write', Record<string, RootResolver | FieldWithFacts<RootResolver>>> = {
    read: methods.some((method) => table.factsOf(method).kind === 'read') ? {} : { ok: () => true },
    write: {},
  };
  for (const method of methods) {
    const resolve = payloads.remember(method, compileRootField(method, { registry, names, table, replyForm }));
    roots[table.factsOf(method).kind][names.rootField(method)] = withFacts(resolve, { cost: oneCall, rpc: method });
  }
  const executable = makeExecutableSchema<unknown>({
    typeDefs: [
      // Pages and editors show fields in this order, and people look for friendly roots first.
      ...extensions.map(({ typeDefs }) => only(typeDefs, isOfQuery)),
      deriveTypeDefs({ methods, types, names, table, descriptions, needsOf }),
      payloads.typeDefs,
      ...extensions.map(({ typeDefs }) => only(typeDefs, (node) => !isOfQuery(node))),
    ],
    // The schema is nobody else's, so it need not be made a second time.
    updateResolversInPlace: true,
    resolvers: [
      deriveResolvers(types, names),
      { Query: roots.read, ...(Object.keys(roots.write).length > 0 && { Mutation: roots.write }) },
      payloads.resolvers,
      ...extensions.map(({ resolvers }) => resolvers),
    ],
  });
  return allowNonFiniteFloats(live === undefined ? executable : deriveSubscriptions(executable, live));
}

function only(document: DocumentNode, isWanted: (node: DefinitionNode) => boolean): DocumentNode {
  return { ...document, definitions: document.definitions.filter(isWanted) };
}

function isOfQuery(node: DefinitionNode): boolean {
  return 'name' in node && node.name?.value === 'Query';
}

/** A root field answers once, so RPCs that stream have none. */
export function isUnary({ clientStreaming, serverStreaming }: MethodDescriptor): boolean {
  return !clientStreaming && !serverStreaming;
}

/** A schema as SDL, sorted, so that a change of the protos shows as just that. Ends with a line break. */
export function printDerivedSchema(schema: GraphQLSchema): string {
  // graphql-js indents the empty lines of descriptions, which no editor leaves alone.
  return `${printSchema(lexicographicSortSchema(schema)).replace(/[ \t]+$/gm, '')}\n`;
}
