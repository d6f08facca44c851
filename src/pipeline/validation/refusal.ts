import { GatewayError } from '../../call/gateway-error.ts';
import type { StatusName } from '../../call/status.ts';

/** Why the gateway refused a request by itself: a closed set, for logs, metrics and clients that branch. */
export type RefusalReason =
  /** A field without which the upstream does nothing is empty. */
  | 'FIELD_EMPTY'
  /** Criteria that narrow nothing would touch everything. */
  | 'UNBOUNDED'
  /** A time from which the upstream does not answer. */
  | 'TIME_TOO_OLD'
  /** A string holds U+0000. */
  | 'NUL_IN_TEXT'
  /** Something of that name exists. */
  | 'NAME_TAKEN'
  /** The request names another user than the caller. */
  | 'IDENTITY_MISMATCH'
  /** The job spec is larger than the gateway passes on. */
  | 'SPEC_TOO_LARGE'
  /** The job spec uses XML that parsers read differently, or that makes a parser fetch things. */
  | 'SPEC_FORBIDDEN_XML'
  /** The job spec is not XML of the form that job specs have. */
  | 'SPEC_MALFORMED'
  /** The job spec is for another user than the caller. */
  | 'SPEC_USER'
  /** The job spec asks for the rights of a system account. */
  | 'SPEC_UID'
  /** The idempotency key cannot be used. */
  | 'IDEMPOTENCY_KEY'
  /** The idempotency key was used for another request. */
  | 'IDEMPOTENCY_KEY_REUSED';

/** The error of a request that is not sent: says what was found, what was expected, and what to do. */
export function refusal(status: StatusName, reason: RefusalReason, message: string): GatewayError {
  return new GatewayError(status, message, { reason });
}
