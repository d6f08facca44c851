import type {
  ExecutionArgs,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLObjectType,
  OperationDefinitionNode,
} from 'graphql';

import type { Projection } from '../../codec/projection/write-projection.ts';

import type { ValueCount } from './answer-limits.ts';
import type { GraphqlContext, TruncatedList } from './graphql-context.ts';
import type { TimeSlices } from '../../clock/time-slices.ts';

/** What an operation comes to: compiled once, executed many times. */
export interface OperationPlan {
  readonly root: ObjectPlan;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** How objects at one place of an answer are made. */
export interface ObjectPlan {
  readonly type: GraphQLObjectType;
  readonly members: readonly MemberPlan[];
  /** Writes the members that are on the wire; the others are gaps in it. */
  readonly projection: Projection;
  /** Whether there are no gaps: then objects are written straight from the wire. */
  readonly isPlain: boolean;
  /** Places of the members that are filled before anything is written. */
  readonly holes: readonly number[];
}

/**
 * How one member of an object is made.
 * `wire`: written by the projection, constants included.
 * `nested`: a message, or several, in which there is something to fill; or a list that is written bit by bit.
 * `resolved`: by the resolver of its field: an RPC, a link, or a value that is computed.
 */
export type MemberPlan = { readonly key: string } & (
  | { readonly kind: 'wire' }
  | (ValuePlan & { readonly kind: 'nested'; readonly jsonName: string; readonly inner: ObjectPlan })
  | (ValuePlan & ResolvedPlan & { readonly kind: 'resolved' })
);

/** What every value is that has a place of its own. */
export interface ValuePlan {
  readonly isList: boolean;
  readonly isNonNull: boolean;
  /** Whether elements of the list are never null. */
  readonly areElementsNonNull: boolean;
  /** Undefined for scalars and enums. */
  readonly inner: ObjectPlan | undefined;
}

/** What has a resolver. */
export interface ResolvedPlan {
  readonly field: GraphQLField<unknown, unknown>;
  readonly parentType: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
  /** Undefined: there are variables in them. */
  readonly args: Readonly<Record<string, unknown>> | undefined;
  /** Turns a scalar or enum into what JSON has for it; undefined for objects. */
  readonly serialize: ((value: unknown) => unknown) | undefined;
}

/** An object whose holes are filled, or about to be. */
export interface Filled {
  /** The message; undefined at the root. */
  readonly source: object | undefined;
  /** By hole. */
  readonly values: unknown[];
}

/** One execution of a plan. */
export interface Filling {
  readonly plan: OperationPlan;
  readonly args: ExecutionArgs;
  readonly context: GraphqlContext;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly slices: TimeSlices;
  readonly count: ValueCount;
  /** Lists that end at a limit that their caller did not set, by object and hole; where they stand is known when they are written. */
  readonly truncated: Map<Filled, Map<number, Omit<TruncatedList, 'path'>>>;
}

/** A hole that could not be filled: null in the answer, and an error beside it. */
export class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * Something happened that the plan does not know about, such as null in a non-null place: the reference executor has to
 * make the answer, from the same replies. `readsWhole`: they have to be decoded as a whole for that.
 */
export class Irregular extends Error {
  override readonly name = 'Irregular';
  readonly readsWhole: boolean;

  constructor(message: string, readsWhole = false) {
    super(message);
    this.readsWhole = readsWhole;
  }
}
