import type { CallSignal } from '../../call/call-signal.ts';
import type { Identity } from '../../call/identity.ts';
import type { SpanParent } from '../../telemetry/span.ts';

import type { Operation } from './create-operation.ts';

/** What every resolver of one operation shares. */
export interface GraphqlContext {
  readonly identity: Identity;
  /** Fires when the caller has gone away. */
  readonly signal: CallSignal;
  readonly requestId: string;
  /** What its execution is traced under; undefined: nothing is. */
  readonly spanParent?: SpanParent | undefined;
  /** The way to the upstream; resolvers have no other. */
  readonly operation: Operation;
  /** Filled during execution; goes to the caller as `extensions.unknownEnumValues` unless empty. */
  readonly unknownEnumValues: UnknownEnumValue[];
  /** The same, as `extensions.truncated`. */
  readonly truncated: TruncatedList[];
  /** The same, as `extensions.unsupported`. */
  readonly unsupported: UnsupportedField[];
}

/** A field that is null because the upstream is older than its RPC. */
export interface UnsupportedField {
  /** Of its type and itself, e.g. `Limit.bindings`. */
  readonly field: string;
  readonly rpc: string;
  /** The release that brought the RPC. */
  readonly since: string;
}

/** A list that ends at a limit that its caller did not set. */
export interface TruncatedList {
  readonly path: readonly (string | number)[];
  /** How many it has. */
  readonly limit: number;
  /** How many there are, where that is known. */
  readonly total?: number;
}

/** As many of a kind are told of; a caller who reads them sees what is the matter. */
export const maxNotes = 100;

/** A number in an answer that the schema has no name for. */
export interface UnknownEnumValue {
  /** Where the answer has null instead. */
  readonly path: readonly (string | number)[];
  readonly number: number;
}
