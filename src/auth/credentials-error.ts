import { GatewayError } from '../rpc/gateway-error.ts';

/** Why credentials did not suffice: a closed set, for logs and metrics. */
export type CredentialsReason =
  | 'TOKEN_MISSING'
  | 'TOKEN_MALFORMED'
  | 'TOKEN_UNVERIFIABLE'
  | 'SIGNATURE_INVALID'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_YET_VALID'
  | 'CLAIM_INVALID';

/** The refusal of a request without a token, in the Go gateway's words. */
export function missingTokenError(): GatewayError {
  return credentialsError('TOKEN_MISSING', 'Authorization header required');
}

/**
 * The refusal of a bad token. `message` is golang-jwt's text for it, which clients of the Go gateway may match on;
 * the prefix of its middleware is added here.
 */
export function tokenError(reason: Exclude<CredentialsReason, 'TOKEN_MISSING'>, message: string): GatewayError {
  return credentialsError(reason, `Token validation error: ${message}`);
}

function credentialsError(reason: CredentialsReason, message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message, { origin: 'credentials', reason });
}
