import { parse } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MethodDescriptor, Registry } from '../../registry/descriptors.ts';

import type { Identity } from '../../call/identity.ts';

import { badUserInput } from '../execution/bad-user-input.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import { deriveNames } from './derive-names.ts';
import type { SchemaExtension } from './derive-schema.ts';
import { wellKnownScalarOf } from './scalar-names.ts';
import { scalarTypes } from './scalars.ts';

/** Whether a caller may call an RPC, as far as that can be told without knowing what the call acts on. */
export type MayCall = (identity: Identity, method: MethodDescriptor) => boolean;

const typeDefs = parse(
  `
extend type Query {
  "Who you are to the gateway, and what you may do. Makes no call."
  viewer: Viewer
}

"A caller, as the gateway knows them by their credentials."
type Viewer {
  "The name of the user, which Cuebot is told, too."
  subject: String!
  "The scopes of the token; null when it carries none, which is not the same as an empty list."
  scopes: [String!]
  "The groups that the token names."
  groups: [String!]!
  "When the credentials end; null when they never do."
  expiresAt: DateTime
  """
  Whether you may call an RPC. True also where that depends on what the call acts on, such as whose job it is: the call itself
  tells then.
  """
  mayCall(
    "The RPC, such as \`job.JobInterface/Kill\`."
    rpc: String!
  ): Boolean!
}

scalar DateTime
`,
  { noLocation: true },
);

/**
 * Derives the root `viewer`, by which pages can show what their users may do. Undefined where the protos have a type or a root of
 * that name themselves.
 */
export function deriveViewer(registry: Registry, mayCall: MayCall): SchemaExtension | undefined {
  const names = deriveNames(registry);
  const isTaken =
    // Those of a well-known type are scalars, and have no type of their own.
    [...registry.messages.values()].some(
      (message) => wellKnownScalarOf(message) === undefined && names.outputType(message) === 'Viewer',
    ) || [...registry.methods.values()].some((method) => names.rootField(method) === 'viewer');
  if (isTaken) return undefined;
  return {
    typeDefs,
    resolvers: {
      Query: { viewer: (_, __, { identity }: GraphqlContext) => identity },
      Viewer: {
        subject: ({ subject }) => subject,
        scopes: ({ scopes }) => scopes ?? null,
        groups: ({ groups }) => groups,
        expiresAt: ({ expiresAtMs }) => momentOf(expiresAtMs as number),
        mayCall: (identity, { rpc }: { readonly rpc?: string }) => {
          const method = registry.methods.get(rpc ?? '');
          if (method !== undefined) return mayCall(identity as unknown as Identity, method);
          const hint = didYouMean(rpc ?? '', registry.methods.keys());
          throw badUserInput(`No RPC is named "${(rpc ?? '').slice(0, 100)}"${hint}`, { argument: 'rpc' });
        },
      },
      DateTime: scalarTypes.get('DateTime')!,
    },
  };
}

/** Null for what never ends, or ends when no calendar reaches. */
function momentOf(milliseconds: number): string | null {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : null;
}
