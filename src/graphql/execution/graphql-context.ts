import type { CallSignal } from '../../call/call-signal.ts';
import type { Identity } from '../../call/identity.ts';

import type { Operation } from './create-operation.ts';

/** What every resolver of one operation shares. */
export interface GraphqlContext {
  readonly identity: Identity;
  /** Fires when the caller has gone away. */
  readonly signal: CallSignal;
  readonly requestId: string;
  /** The way to the upstream; resolvers have no other. */
  readonly operation: Operation;
  /** Filled during execution; goes to the caller as `extensions.unknownEnumValues` unless empty. */
  readonly unknownEnumValues: UnknownEnumValue[];
}

/** A number in an answer that the schema has no name for. */
export interface UnknownEnumValue {
  /** Where the answer has null instead. */
  readonly path: readonly (string | number)[];
  readonly number: number;
}
