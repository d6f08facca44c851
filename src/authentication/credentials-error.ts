import { GatewayError } from '../call/gateway-error.ts';

/** What can be wrong with a token of an OAuth issuer or an API key, and what its bearer is told. */
const bearerProblems = {
  TOKEN_MALFORMED: 'the token is malformed',
  TOKEN_TOO_LONG: 'the token is too long',
  TOKEN_UNVERIFIABLE: 'the token is of no kind that is accepted here',
  ALGORITHM_NOT_ALLOWED: 'the token is signed in a way that is not accepted here',
  EXTENSION_NOT_SUPPORTED: 'the token asks for an extension that is not supported here',
  ISSUER_UNKNOWN: 'the issuer of the token is not accepted here',
  // The same words for both: a guess must not tell which keys there are.
  KEY_UNKNOWN: 'the signature of the token is not valid',
  SIGNATURE_INVALID: 'the signature of the token is not valid',
  TOKEN_EXPIRED: 'the token has expired',
  TOKEN_NOT_YET_VALID: 'the token is not valid yet',
  AUDIENCE_MISMATCH: 'the token is meant for another audience',
  CLAIM_INVALID: 'a claim of the token is missing or not valid',
  NOT_AN_ACCESS_TOKEN: 'the token is no access token',
  TOKEN_BOUND: 'the token is bound to a key, so it cannot be used as a bearer token here',
  TOKEN_INACTIVE: 'the token is not active',
  API_KEY_INVALID: 'the API key is not valid',
  API_KEY_EXPIRED: 'the API key has expired',
  API_KEY_NETWORK: 'the API key may not be used from this address',
} as const;

/** Why a token of an OAuth issuer, or an API key, was refused. */
export type BearerProblem = keyof typeof bearerProblems;

/** Why credentials did not suffice: a closed set, for logs and metrics. */
export type CredentialsReason =
  | BearerProblem
  | 'TOKEN_MISSING'
  /** Several `Authorization` headers, or an API key beside one. */
  | 'CREDENTIALS_AMBIGUOUS'
  /** The token cannot be checked: there are no keys of its issuer. */
  | 'KEYS_UNAVAILABLE'
  /** The token cannot be checked: the issuer does not answer questions about it. */
  | 'INTROSPECTION_UNAVAILABLE'
  /** Too many bad credentials came from the caller's address. */
  | 'TOO_MANY_FAILURES';

/**
 * Refusals of real credentials: an issuer or the site has made them, and they were good once, or are good elsewhere. Any other
 * refusal may be of a guess.
 */
const genuine: ReadonlySet<string> = new Set<CredentialsReason>([
  'TOKEN_EXPIRED',
  'TOKEN_NOT_YET_VALID',
  'AUDIENCE_MISMATCH',
  'CLAIM_INVALID',
  'TOKEN_BOUND',
  'API_KEY_EXPIRED',
  'API_KEY_NETWORK',
]);

/** Whether the refused credentials may have been a guess. */
export function mayBeGuess({ origin, status, reason }: GatewayError): boolean {
  return origin === 'credentials' && status.name === 'UNAUTHENTICATED' && !genuine.has(reason);
}

/** How a request without a token is answered. */
export interface MissingTokenOptions {
  /** Whether to tell how to authenticate. Not where only shared-secret tokens are accepted: the Go gateway never does. */
  readonly isChallenged: boolean;
}

/**
 * The refusal of a request without a token, in the Go gateway's words. Its challenge has no error code: a client
 * that did not know about tokens has done nothing wrong (RFC 6750, 3.1, https://www.rfc-editor.org/rfc/rfc6750#section-3.1).
 */
export function missingTokenError({ isChallenged }: MissingTokenOptions): GatewayError {
  return new GatewayError('UNAUTHENTICATED', 'Authorization header required', {
    origin: 'credentials',
    reason: 'TOKEN_MISSING' satisfies CredentialsReason,
    ...(isChallenged && { challenge: {} }),
  });
}

/**
 * The refusal of a bad shared-secret token. `message` is golang-jwt's text for it, which clients of the Go gateway may match
 * on; the prefix of its middleware is added here. It has no challenge, as it has none there.
 */
export function tokenError(reason: BearerProblem, message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', `${prefix}${message}`, { origin: 'credentials', reason });
}

/**
 * The refusal of any other bad token: 401 with the challenge `invalid_token` (RFC 6750, 3.1,
 * https://www.rfc-editor.org/rfc/rfc6750#section-3.1). What exactly was wrong is in `cause`, for the log.
 */
export function bearerError(problem: BearerProblem, cause?: unknown): GatewayError {
  const description = bearerProblems[problem];
  return new GatewayError('UNAUTHENTICATED', `${prefix}${description}`, {
    origin: 'credentials',
    reason: problem,
    challenge: { error: 'invalid_token', description },
    cause,
  });
}

const prefix = 'Token validation error: ';

/**
 * The request has credentials twice: a proxy in front may have judged the other ones (RFC 6750, 2 and 3.1).
 * @param description how, as a whole sentence without a stop
 */
export function ambiguousCredentialsError(description: string): GatewayError {
  return new GatewayError('INVALID_ARGUMENT', `${description}; send exactly one`, {
    reason: 'CREDENTIALS_AMBIGUOUS' satisfies CredentialsReason,
    challenge: { error: 'invalid_request', description },
  });
}

/**
 * A token cannot be checked at the moment. That is 503 with Retry-After and not 401: `invalid_token` would
 * make clients throw good tokens away and send all their users to the login page of a provider that is down.
 */
export function unavailableError(
  reason: 'KEYS_UNAVAILABLE' | 'INTROSPECTION_UNAVAILABLE',
  retryAfterSeconds: number,
  cause?: unknown,
  why = 'its issuer does not answer',
): GatewayError {
  const message = `the token cannot be checked at the moment, because ${why}; try again`;
  return new GatewayError('UNAVAILABLE', message, { reason, retryAfterSeconds, cause });
}

/** Too many bad credentials came from an address: 429 with Retry-After. */
export function tooManyFailuresError(retryAfterSeconds: number): GatewayError {
  const message = `too many credentials from this address were refused; try again in ${retryAfterSeconds} s`;
  return new GatewayError('RESOURCE_EXHAUSTED', message, {
    reason: 'TOO_MANY_FAILURES' satisfies CredentialsReason,
    retryAfterSeconds,
  });
}
