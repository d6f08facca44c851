import type { ResponsePath } from 'graphql';

import type { MethodDescriptor } from '../../registry/descriptors.ts';

import type { StatusName } from '../../call/status.ts';

import type { TranslateError } from '../execution/compile-error-translation.ts';
import type { Expression, Scope } from './compile-expression.ts';
import type { Arrangement } from './arrange-rows.ts';
import type { ReadOrderKey } from './compile-order.ts';
import type { Row } from './compile-row-path.ts';
import type { RequestValue, Template } from './compile-template.ts';

/** A link, ready to be resolved. */
export interface LinkPlan {
  readonly parentType: string;
  readonly isList: boolean;
  /** From the most wanted way to the least. */
  readonly calls: readonly CallPlan[];
  /** Whether something below wants to know whose the answers are. */
  readonly adopts: boolean;
  /** Whether the argument `limit` has a value when its caller does not say, which then is told of long lists. */
  readonly hasDefaultLimit: boolean;
  /** What its rows can be put in order by; undefined: they come as they come. */
  readonly orderKeys: ReadonlyMap<string, ReadOrderKey> | undefined;
  /** Whether it is the number of the rows that is asked for. */
  readonly isTotal: boolean;
  /** Throws a GraphQLError when an argument is out of its range. */
  readonly checkArguments: (args: Row) => void;
}

/** An RPC that links read by. */
export interface ReadRpc {
  readonly method: MethodDescriptor;
  /** Throws a ValueError. */
  readonly encode: (request: RequestValue) => Uint8Array;
  /** Throws a WireError; see `OpenReply`. */
  readonly open: (message: Uint8Array, isWhole: boolean) => Row;
}

/** One way in which a link gets its value: what an `@rpc` says, compiled. */
export interface CallPlan {
  /** The link, e.g. `Job.layers`. */
  readonly owner: string;
  readonly rpc: ReadRpc;
  /** Whether this is the way to go; undefined: always. */
  readonly when: ((scope: Scope) => boolean) | undefined;
  /** The types of ancestors that `when` asks for; empty: none. */
  readonly whenOwners: readonly string[];
  /** The argument whose presence `when` asks for; undefined: it asks for something else. */
  readonly whenArgument: string | undefined;
  /** The type of ancestor that is the answer itself when there is one. */
  readonly known: string | undefined;
  /** The link of the parent that leads to an owner which the way here may have missed; undefined: none is needed. */
  readonly reach: ReachPlan | undefined;
  /** What the parent knows of how many rows there are of which kind; undefined: nothing. */
  readonly counts: CountsPlan | undefined;
  /** How the upstream is told which page to cut; undefined: pages are cut here. */
  readonly pages: PagesPlan | undefined;
  /** The release of the upstream that brought the RPC; undefined: all know it. */
  readonly since: string | undefined;
  /** How many rows there are for the parent if no argument narrows them; undefined: the parent does not tell. */
  readonly total: Expression<Scope> | undefined;
  /** Whether what it answers belongs to the parent. */
  readonly owns: boolean;
  readonly nullOn: ReadonlySet<StatusName>;
  readonly template: Template;
  /** What the link wants of a reply: rows, or one, or a scalar. */
  readonly take: (reply: Row) => unknown;
  /** Whether what was taken can be the answer to this parent's question; undefined: nothing tells. */
  readonly isRight: ((taken: unknown, scope: Scope) => boolean) | undefined;
  /** What of it is the link's value. Throws a GatewayError when that is not clear. */
  readonly choose: (taken: unknown, scope: Scope) => unknown;
  readonly batch: BatchPlan | undefined;
  /** The types of ancestors that any part of this looks at. */
  readonly ancestors: readonly string[];
  readonly translate: TranslateError;
}

/** How many rows there are by the values of an enum, of which a request may choose some. */
export interface CountsPlan {
  /** The values that a request chooses; undefined or empty: it does not choose. */
  readonly chosenBy: (request: RequestValue) => readonly unknown[] | undefined;
  /** Undefined: the parent does not tell. */
  readonly countOf: (value: unknown, scope: Scope) => number | undefined;
}

/** Pages that the upstream cuts. */
export interface PagesPlan {
  /** Writes into a request which page is wanted. */
  readonly writePage: (request: RequestValue, arrangement: Arrangement) => void;
  /** The same for all that there is. */
  readonly writeWhole: (request: RequestValue) => void;
}

/** An owner that is looked up where the way here did not lead through it. */
export interface ReachPlan {
  /** The parent's link to it, e.g. `job`. */
  readonly link: string;
  /** The type of what that answers. */
  readonly typeName: string;
}

/** How one call answers a link of many parents. */
export interface BatchPlan {
  /** Equal for plans that ask and match alike, which may then share their calls. */
  readonly id: string;
  readonly rpc: ReadRpc;
  /** The request without the keys. */
  readonly template: Template;
  readonly take: (reply: Row) => readonly Row[];
  /** Where the keys go: JSON names. */
  readonly into: readonly string[];
  /** What a parent asks for; the first part goes into the list. */
  readonly keys: readonly Expression<Scope>[];
  /** The same parts, in a row of the reply. */
  readonly matches: readonly Expression<Row>[];
  readonly isList: boolean;
  readonly choose: (rows: readonly Row[]) => Row | undefined;
  /** Whether a parent without a row asks by itself. */
  readonly asksIfMissing: boolean;
  /** All must hold for a parent to be in a batch. */
  readonly unique: readonly UniquePlan[];
  readonly cut: CutPlan | undefined;
  /** The types of ancestors that any part of this looks at. */
  readonly ancestors: readonly string[];
}

/** A condition of a batch: that a list of everything has the key only once. */
export interface UniquePlan {
  readonly rpc: ReadRpc;
  readonly template: Template;
  readonly take: (reply: Row) => readonly Row[];
  readonly key: Expression<Scope>;
  readonly match: Expression<Row>;
}

/** How pages are cut out of whole lists that came by one call for several parents. */
export interface CutPlan {
  /** How many rows a parent has. */
  readonly size: Expression<Scope>;
  /** Where the upstream takes how many rows it may answer with: JSON names. */
  readonly limitInto: readonly string[];
  /** What the upstream numbers the rows of one parent by. */
  readonly order: Expression<Row>;
  readonly limit: Expression<Scope>;
  readonly page: Expression<Scope>;
}

/** One parent's question to a batch. */
export interface Ask {
  /** Equal for asks that have the same answer. */
  readonly id: string;
  /** The parts of its key. */
  readonly key: readonly unknown[];
  readonly scope: Scope;
  readonly path: ResponsePath;
  /** Asks the link's own RPC, for this parent alone. */
  readonly alone: () => Promise<unknown>;
}
