import type { GraphQLField, GraphQLFieldResolver } from 'graphql';

import type { MethodDescriptor } from '../../registry/descriptors.ts';

import type { LinkPlan } from '../links/plans.ts';

/** What one field costs upstream. */
export interface FieldCost {
  /** How many parents one call serves. */
  readonly parentsPerCall: number;
  /** Types of which the nearest object above decides the request, so that it is asked once for each; empty: the parent. */
  readonly owners: readonly string[];
}

/** One call for each parent; of a root field, which has one parent, one call. */
export const oneCall: FieldCost = Object.freeze({ parentsPerCall: 1, owners: Object.freeze([]) });

/**
 * What a field of the schema says about itself to whoever estimates or executes operations. It travels as
 * `field.extensions.cuegate`, and callers never see it.
 */
export interface FieldFacts {
  /** Undefined: the field makes no calls. */
  readonly cost?: FieldCost;
  /** The RPC of a derived root field. */
  readonly rpc?: MethodDescriptor;
  /** How a link gets its value. */
  readonly link?: LinkPlan;
}

/** A resolver with the facts of its field, in the form in which executable schemas are made from it. */
export interface FieldWithFacts<Resolver> {
  readonly resolve: Resolver;
  readonly extensions: { readonly cuegate: FieldFacts };
}

/** Puts facts beside a resolver. */
export function withFacts<Resolver extends GraphQLFieldResolver<never, never>>(
  resolve: Resolver,
  facts: FieldFacts,
): FieldWithFacts<Resolver> {
  return { resolve, extensions: { cuegate: facts } };
}

/** The facts of a field; none when it only reads what its parent has. */
export function factsOf({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): FieldFacts {
  return (extensions['cuegate'] as FieldFacts | undefined) ?? noFacts;
}

const noFacts: FieldFacts = Object.freeze({});
