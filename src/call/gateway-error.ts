import { type Status, type StatusName, statusCode, statusOf } from './status.ts';

/** Metadata entries in wire order, one per value; keys in lower case. Values of `-bin` keys are bytes, all others text. */
export type Metadata = readonly (readonly [key: string, value: string | Uint8Array])[];

/**
 * What to tell a caller about their credentials in `WWW-Authenticate` (RFC 6750, 3,
 * https://www.rfc-editor.org/rfc/rfc6750#section-3).
 */
export interface Challenge {
  /** Not given when the request brought no credentials at all: it has done nothing wrong yet. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  /** What is wrong, in printable ASCII without quotes and backslashes; gives nothing away. */
  readonly description?: string;
  /** The scope that the request needs, for `insufficient_scope`. */
  readonly scope?: string;
}

/** `unsent`: surely nothing of the call reached the upstream. `reset`: it was sent, and the connection ended before an answer. */
export type ConnectionLoss = 'unsent' | 'reset';

/** How many requests a caller may send, when they have sent more. */
export interface RateLimit {
  /** In the time that is counted at once. */
  readonly limit: number;
  /** Until counting begins anew. */
  readonly resetSeconds: number;
}

/** Everything about an error beyond its status and message; all optional. */
export interface GatewayErrorOptions {
  /**
   * Who speaks. `upstream`: Cuebot answered so. `gateway`: cuegate refused or failed by itself.
   * `credentials`: the bearer token was missing or bad; REST answers those as plain text, as the Go gateway does.
   */
  readonly origin?: 'upstream' | 'gateway' | 'credentials';
  /** A stable word for logs and metrics, e.g. `TOKEN_EXPIRED` or `LANE_FULL`. */
  readonly reason?: string;
  /** The raw `google.rpc.Status` of the `grpc-status-details-bin` trailer. */
  readonly statusDetails?: Uint8Array;
  /** Initial metadata, when the upstream sent any before it failed. */
  readonly header?: Metadata;
  readonly trailer?: Metadata;
  /** When the caller may try again, in seconds (HTTP `Retry-After`). */
  readonly retryAfterSeconds?: number;
  /** The caller has sent too many requests. */
  readonly rateLimit?: RateLimit;
  /** What the caller's credentials lack. */
  readonly challenge?: Challenge;
  /**
   * Whether the upstream may have carried out the call all the same. Where not given: when its time was over or its caller had
   * gone before there was an answer.
   */
  readonly mayHaveHappened?: boolean;
  /** How far the call had come when the connection failed; undefined: it did not fail. */
  readonly connectionLoss?: ConnectionLoss | undefined;
  /** What really happened; for the log, never for the caller. */
  readonly cause?: unknown;
}

/**
 * The one error of a call. Every room translates its vendor's errors into this one; `message` is public, `cause` is
 * for the log.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: Status;
  readonly origin: 'upstream' | 'gateway' | 'credentials';
  readonly reason: string;
  readonly statusDetails: Uint8Array | undefined;
  readonly header: Metadata;
  readonly trailer: Metadata;
  readonly retryAfterSeconds: number | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly challenge: Challenge | undefined;
  /** Whether the upstream may have carried out the call all the same: whoever sends it again may do it twice. */
  readonly mayHaveHappened: boolean;
  /** Whether and when the connection failed under it: that decides whether the call may be sent again. */
  readonly connectionLoss: ConnectionLoss | undefined;

  constructor(status: StatusName | number, message: string, options: GatewayErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.status = statusOf(typeof status === 'number' ? status : statusCode[status]);
    this.origin = options.origin ?? 'gateway';
    this.reason = options.reason ?? this.status.name;
    this.statusDetails = options.statusDetails;
    this.header = options.header ?? [];
    this.trailer = options.trailer ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.rateLimit = options.rateLimit;
    this.challenge = options.challenge;
    this.connectionLoss = options.connectionLoss;
    this.mayHaveHappened =
      options.mayHaveHappened ?? (this.status.name === 'DEADLINE_EXCEEDED' || this.status.name === 'CANCELLED');
  }

  /** The only way in for errors of other kinds: callers see "internal error", and the log sees all of it. */
  static from(error: unknown): GatewayError {
    if (error instanceof GatewayError) return error;
    return new GatewayError('INTERNAL', 'internal error', { reason: 'UNEXPECTED', cause: error });
  }
}

/** The error of a call whose time is up. The text is the one that REST clients know from the Go gateway. */
export function deadlineExceeded(): GatewayError {
  return new GatewayError('DEADLINE_EXCEEDED', 'context deadline exceeded');
}

/** The error of a call for whose reply there is no room in memory. */
export function buffersFull(): GatewayError {
  return new GatewayError('UNAVAILABLE', 'the gateway holds as many bytes as it may; try again in a moment', {
    reason: 'BUFFERS_FULL',
    retryAfterSeconds: 1,
  });
}

/** The error of a call whose caller has gone away. */
export function callerGone(): GatewayError {
  return new GatewayError('CANCELLED', 'context canceled', { reason: 'CALLER_GONE' });
}
