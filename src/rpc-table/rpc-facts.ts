import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { Affinity } from './affinity.ts';
import type { EntityKey } from './entity-keys.ts';
import type { PermissionLevel } from './permission-level.ts';
import type { Refetch } from './refetch.ts';
import { kindOf, type RpcKind } from './rpc-kind.ts';
import type { FieldPath, Validation } from './validation.ts';

/** What is known about one RPC beyond its proto. */
export interface RpcFacts {
  readonly method: MethodDescriptor;
  readonly kind: RpcKind;
  /** Why it is a read or a write, e.g. `verb Get`. */
  readonly kindReason: string;
  /** What in its name may mean the other kind; undefined when there is no doubt, as where the table decides. */
  readonly kindDoubt: string | undefined;
  /** RPCs of one lane run one at a time per Cuebot; undefined: no lane. */
  readonly lane: string | undefined;
  /** Why it has its lane; empty without one. */
  readonly laneReason: string;
  /** `named`: a list of services opens it only by name, never by a bare `*`. */
  readonly expose: 'named' | 'any';
  /** Whether OK means accepted, not done. */
  readonly isQueued: boolean;
  /** What it asks of its caller; undefined: nobody has decided, so nobody may. */
  readonly level: PermissionLevel | undefined;
  /** The grant that it asks for on top of its level; undefined: none. */
  readonly grant: string | undefined;
  /** What its requests must be before they are sent. */
  readonly validations: readonly Validation[];
  /** The strings of its request that say who calls. They are filled in from the caller's identity. */
  readonly identityFields: readonly FieldPath[];
  readonly takesIdempotencyKey: boolean;
  /** Whether callers may ask for more time than others have. */
  readonly mayTakeLong: boolean;
  /** Which of several Cuebots its calls go to; undefined: whichever has time. */
  readonly affinity: Affinity | undefined;
  /** Whether its answers say which of several Cuebots gave them, since they are about that one. */
  readonly namesCuebot: boolean;
  /** The entities in its request of which the upstream reads the key alone. */
  readonly keys: readonly EntityKey[];
  /** What a write's request names that can be fetched again after it. */
  readonly refetches: readonly Refetch[];
}

/** What is known when the table says nothing. */
export function undecidedFacts(method: MethodDescriptor): RpcFacts {
  const { kind, reason, doubt } = kindOf(method);
  return {
    method,
    kind,
    kindReason: reason,
    kindDoubt: doubt,
    lane: undefined,
    laneReason: '',
    expose: 'any',
    isQueued: false,
    level: undefined,
    grant: undefined,
    validations: [],
    identityFields: [],
    takesIdempotencyKey: false,
    mayTakeLong: false,
    affinity: undefined,
    namesCuebot: false,
    keys: [],
    refetches: [],
  };
}
