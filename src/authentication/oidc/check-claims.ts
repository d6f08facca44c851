import { bearerError } from '../credentials-error.ts';
import type { JsonObject } from '../parse-json-object.ts';

/** The clocks of two machines may differ by this much. */
export const clockSkewSeconds = 60;

/** How a token is meant, beyond its times and its audience. */
export interface CheckClaimsOptions {
  readonly isAccessToken: boolean;
  readonly nowMs: number;
}

/**
 * Checks what jose leaves to its caller, of claims whose signature, issuer, audience and times it has checked. Returns when
 * the token ends, in milliseconds since 1970, skew included. Throws the GatewayError of a bad token.
 */
export function checkClaims(claims: JsonObject, { isAccessToken, nowMs }: CheckClaimsOptions): number {
  assertUsableAsBearer(claims);
  if (!isAccessToken) assertNoIdToken(claims);
  const { exp, iat, sub } = claims;
  if (typeof exp !== 'number' || !Number.isSafeInteger(Math.floor(exp))) throw invalid('exp');
  if (typeof iat === 'number' && iat > nowMs / 1000 + clockSkewSeconds) {
    throw bearerError('TOKEN_NOT_YET_VALID', 'its "iat" is in the future');
  }
  if (typeof sub !== 'string' || sub === '') throw invalid('sub');
  return (exp + clockSkewSeconds) * 1000;
}

/**
 * A token that is bound to a key or a certificate is worth nothing without a proof of it (RFC 7800, RFC 9449, 7.1,
 * https://www.rfc-editor.org/rfc/rfc9449#section-7.1), and we cannot check proofs. Taking it would undo what its owner did against theft.
 */
export function assertUsableAsBearer(claims: JsonObject): void {
  if (claims['cnf'] !== undefined && claims['cnf'] !== null) throw bearerError('TOKEN_BOUND', 'it has "cnf"');
}

/**
 * ID tokens tell a client who logged in and give nobody access to anything. Their audience, which is the client, gives most
 * of them away; where an API and its client are registered as one, so do the claims that only they have (OpenID Connect
 * Core 1.0, 3.1.3.6 and 3.3.2.11, https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken), Keycloak’s `typ` and Cognito’s
 * `token_use`. Not `nonce`: Keycloak’s access tokens had it until its version 25.
 */
export function assertNoIdToken(claims: JsonObject): void {
  const { at_hash: accessTokenHash, c_hash: codeHash, typ, token_use: use } = claims;
  const isOther = ['ID', 'Refresh', 'Offline'].includes(typ as string) || (use !== undefined && use !== 'access');
  if (accessTokenHash !== undefined || codeHash !== undefined || isOther) {
    throw bearerError('NOT_AN_ACCESS_TOKEN', 'its claims are those of an ID token or a refresh token');
  }
}

function invalid(claim: string) {
  return bearerError('CLAIM_INVALID', `its "${claim}" is missing or not valid`);
}
