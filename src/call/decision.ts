/** Why a call may or may not go on: a closed set, for logs, metrics and the audit. */
export type DecisionReason =
  /** Everything that the RPC asks for is there. */
  | 'ALLOWED'
  /** Nobody has set a level for the RPC. */
  | 'RPC_UNDECIDED'
  /** The RPC is for nobody. */
  | 'RPC_NEVER'
  /** The caller lacks the RPC's level. */
  | 'SCOPE_MISSING'
  /** The caller has the level and lacks the grant on top of it. */
  | 'GRANT_MISSING'
  /** The level is not enough: it depends on what the call acts on, which has to be looked up first. */
  | 'RESOURCE_NEEDED'
  /** What the call acts on cannot be told, so nobody can say whose it is. */
  | 'RESOURCE_UNKNOWN'
  /** What the call acts on belongs to somebody else. */
  | 'NOT_OWNER'
  /** What the call acts on belongs to a show that is none of the caller's. */
  | 'SHOW_NOT_ALLOWED';

/** The answer to "may this caller do this?". */
export interface Decision {
  readonly allow: boolean;
  readonly reason: DecisionReason;
  /** What decided: what gave the caller the right, e.g. `scope cue:operate`, or what they lacked, e.g. `level operate`. */
  readonly rule: string;
  /** For the caller: what is missing and what they have; says nothing of the object that they asked for. */
  readonly message: string;
  /** The scopes that the call takes, separated by spaces (RFC 6750, 3); undefined when no scope would help. */
  readonly missingScope: string | undefined;
}
