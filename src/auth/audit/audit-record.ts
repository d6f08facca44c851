/** What the audit holds about one call; the fields in the order in which they are written. */
export interface AuditRecord {
  /** When it was written down, as RFC 3339 in UTC. */
  readonly time: string;
  /**
   * `write`: a call that changes something, and how it ended. `refusal`: a call that the policy did not allow. `intent`: a call
   * that takes a grant, about to be sent. `outcome`: how that ended. `start`: the gateway began to write to this file.
   * `continue`: a new file goes on where the one before ended.
   */
  readonly event: 'write' | 'refusal' | 'intent' | 'outcome' | 'start' | 'continue';
  readonly requestId?: string;
  /** The user. */
  readonly subject?: string;
  /** Which token he showed, never the token; empty when nobody was asked for one. */
  readonly tokenId?: string;
  /** For whom a service said to speak. */
  readonly onBehalfOf?: string;
  /** The network address of his connection. */
  readonly peer?: string;
  readonly surface?: 'rest' | 'graphql';
  readonly rpc?: string;
  /** What the request names, as it names it. */
  readonly targets?: readonly AuditTarget[];
  readonly decision?: 'allow' | 'deny';
  /** What gave him the right, or what he failed at. */
  readonly rule?: string;
  /** From the closed set of decisions. */
  readonly reason?: string;
  /** The gRPC status with which it ended. */
  readonly status?: string;
  readonly durationMs?: number;
}

/** A thing that a request names: by id, by name or by both. */
export interface AuditTarget {
  /** The field of the request, e.g. `job`; empty when the request itself has `id` or `name`. */
  readonly field: string;
  readonly id?: string;
  readonly name?: string;
}
