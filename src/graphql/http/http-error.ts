import { GraphQLError } from 'graphql';

import { compileChallenge, type FormatChallenge } from '../../call/challenge.ts';
import { type Challenge, GatewayError } from '../../call/gateway-error.ts';
import { retryFieldsOf } from '../../call/retry-fields.ts';

import { translateError } from '../execution/compile-error-translation.ts';
import type { RefusalReason } from '../limits/refusal-reasons.ts';

/** A request that is no GraphQL request, or not one for here: the HTTP status holds whatever the client accepts. */
export function httpError(status: number, reason: RefusalReason | 'BODY_BUFFERS_FULL', message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', reason, http: { status } } });
}

/** Shared-secret tokens have none of their own, because REST shows none for them (RFC 6750, 3.1). */
function challengeOf(reason: string): Challenge {
  return reason === 'TOKEN_MISSING' ? {} : { error: 'invalid_token' };
}

const bare = compileChallenge(undefined);

/** A refusal of the whole request: the status is HTTP's as well, whatever the client accepts. */
export function refusal(error: unknown, requestId: string, formatChallenge: FormatChallenge = bare): GraphQLError {
  const failure = GatewayError.from(error);
  const { status, reason, challenge: own } = failure;
  const { message, extensions, originalError } = translateError(error, requestId);
  // RFC 9110, 11.6.1 (https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1): a 401 says how to authenticate.
  const challenge = own ?? (status.name === 'UNAUTHENTICATED' ? challengeOf(reason) : undefined);
  const headers = {
    ...(challenge !== undefined && { 'www-authenticate': formatChallenge(challenge) }),
    ...retryFieldsOf(failure),
  };
  const http = { status: status.httpStatus, headers };
  return new GraphQLError(message, { extensions: { ...extensions, http }, originalError });
}

/** What the server says of a request that it turned away before this surface saw it. */
interface Blocked {
  readonly httpStatus: number;
  readonly message: string;
}

/** The response to requests that the gate in front of GraphQL turns away: an error as of any operation, without data. */
export function wordBlocked({ httpStatus, message }: Blocked, requestId: string): string {
  const code = httpStatus === 415 ? 'BAD_REQUEST' : 'FORBIDDEN';
  return JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
}
