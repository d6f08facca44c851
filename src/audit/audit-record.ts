import type { CallEffect, Surface } from '../call/call.ts';
import type { IdentityMethod } from '../call/identity.ts';

/** What the audit holds about one call; the fields in the order in which they are written. */
export interface AuditRecord {
  /** When it was written down, as RFC 3339 in UTC. */
  readonly time: string;
  /**
   * `write`: a call that changes something, and how it ended. `refusal`: a call that the policy did not allow. `intent`: a call
   * that takes a grant, about to be sent. `outcome`: how that ended; or what became of any write that its caller did not wait
   * for. `unauthenticated`: a request whose sender could not be told. `blocked`: one of another site, or for another host,
   * turned away before anybody asked. `start`: the gateway began to write to this file. `continue`: a new file goes on where
   * the one before ended.
   */
  readonly event: 'write' | 'refusal' | 'intent' | 'outcome' | 'unauthenticated' | 'blocked' | 'start' | 'continue';
  readonly requestId?: string;
  /** Of OpenTelemetry, where the request is traced. */
  readonly traceId?: string;
  /** The user. */
  readonly subject?: string;
  /** How they were known: by a shared secret's token, an issuer's, an API key, or not at all (`none`). */
  readonly method?: IdentityMethod;
  /** Who issued their token, where that is known: two issuers may call two people by one name. */
  readonly issuer?: string;
  /** Which token they showed, never the token; empty when nobody was asked for one. */
  readonly tokenId?: string;
  /** The user for whom a service said to speak. */
  readonly onBehalfOf?: string;
  /** The name that the request said and the caller's own name replaced. */
  readonly replacedName?: string;
  /** Their network address. */
  readonly peer?: string;
  readonly surface?: Surface;
  readonly rpc?: string;
  /** Where a request went that never became a call. */
  readonly path?: string;
  /** What the request names, as it names it. */
  readonly targets?: readonly AuditTarget[];
  /** How many things it names beyond these; of a long list, how many more mentions. */
  readonly targetsLeftOut?: number;
  /** The SHA-256 of the request message, 64 hex digits: of an intent as it is sent, else as it came. Not of what is refused. */
  readonly requestSha256?: string;
  /** `nothing`: the request changes nothing, for what it needs is missing. `everything`: its criteria narrow nothing. */
  readonly effect?: CallEffect;
  readonly decision?: 'allow' | 'deny';
  /** What gave the right, or what was lacking. */
  readonly rule?: string;
  /** From a closed set: of decisions, of what is wrong with credentials, of what is blocked, or of why a file goes on. */
  readonly reason?: string;
  /** The gRPC status with which it ended; for its caller, where it is not `late`. */
  readonly status?: string;
  readonly durationMs?: number;
  /** Whether the call was sent upstream. One that was not has changed nothing. */
  readonly sent?: boolean;
  /** Which of several Cuebots it was sent to, the last one where it was sent again. */
  readonly endpoint?: string;
  /** Whether it was sent again; of a write, since the first time it surely did not arrive. */
  readonly retried?: boolean;
  /** Whether the call had ended for its caller before. */
  readonly late?: boolean;
  /** How many more of the kind there were in the minute before, each of which has no record of its own. */
  readonly count?: number;
}

/** A thing that a request names: by id, by name or by both. */
export interface AuditTarget {
  /** The field of the request, e.g. `job` or `r.hosts`; empty when the request itself has `id` or `name`. */
  readonly field: string;
  readonly id?: string;
  readonly name?: string;
}

/** A record before it has its time. */
export type UntimedRecord = Omit<AuditRecord, 'time'>;

/** Where records go. */
export interface AuditTrail {
  /**
   * Writes a record; resolves when it is written. Rejects when it could not be.
   *
   * @param isDurable whether to wait until the storage has it, so that it outlives a power failure
   */
  readonly append: (record: AuditRecord, isDurable: boolean) => Promise<void>;
  /** Where the chain ends, to compare with what lies elsewhere; undefined when there is no chain. */
  readonly end: () => { readonly seq: number; readonly hash: string } | undefined;
  /** Waits for what is under way. */
  readonly close: () => Promise<void>;
}
