import { type CryptoKey, errors, jwtVerify } from 'jose';

import type { ClaimNames } from '../claims.ts';
import { bearerError } from '../credentials-error.ts';
import { deriveIdentity } from '../derive-identity.ts';
import type { TokenVerifier, VerifiedToken } from '../token-verifier.ts';
import { checkClaims, clockSkewSeconds } from './check-claims.ts';
import type { KeySet } from './key-set.ts';
import { looksLikeJwt, openAccessToken, type OpenedToken, peekIssuer } from './open-access-token.ts';

/** What the verifier of OAuth issuers' tokens needs. */
export interface OidcVerifierOptions {
  /** The keys of each issuer, by the issuer's exact name. */
  readonly issuers: ReadonlyMap<string, Pick<KeySet, 'find'>>;
  /** A token must be meant for one of them. */
  readonly audiences: readonly string[];
  /** Names of `signatureAlgorithms`. */
  readonly algorithms: readonly string[];
  readonly claimNames: ClaimNames;
  /** Whether another verifier judges tokens of other issuers; otherwise they are refused here. */
  readonly leavesOthers: boolean;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** A key that its issuer withdraws is trusted no longer than this by tokens that were seen before. */
const maxRememberedMs = 60_000;

/**
 * Verifies JWT access tokens (RFC 9068, https://www.rfc-editor.org/rfc/rfc9068) of configured issuers, each with its own keys only. It is
 * stricter than the RFC about what a token must have, and takes tokens that do not call themselves `at+jwt`, as those of
 * most providers do not. jose does the cryptography and checks issuer, audience and times.
 * Throws TypeError when there is no issuer or no audience.
 */
export function createOidcVerifier({
  issuers,
  audiences,
  algorithms,
  claimNames,
  leavesOthers,
  now,
}: OidcVerifierOptions): TokenVerifier {
  if (issuers.size === 0 || audiences.length === 0)
    throw new TypeError('expected at least one issuer and one audience');

  const prove = async (token: string, opened: OpenedToken, issuer: string): Promise<VerifiedToken> => {
    const { algorithm, kid, isAccessToken } = opened;
    const keys = await issuers.get(issuer)!.find(algorithm, kid, issuedAtMsOf(opened, now()));
    if (keys.length === 0) throw bearerError('KEY_UNKNOWN', { issuer, algorithm });
    const nowMs = now();
    await verifyWithAny(token, keys, {
      algorithms: [algorithm],
      issuer,
      audience: [...audiences],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: clockSkewSeconds,
      currentDate: new Date(nowMs),
    });
    // The signature covers the bytes that these were read from.
    const { claims } = opened;
    const expiresAtMs = checkClaims(claims, { isAccessToken, nowMs });
    const identity = deriveIdentity({ token, claims, method: 'oidc', issuer, expiresAtMs }, claimNames);
    return Object.freeze({
      identity,
      validFromMs: nowMs - clockSkewSeconds * 1000,
      validUntilMs: Math.min(expiresAtMs, nowMs + maxRememberedMs),
    });
  };

  return {
    isRemembered: true,
    accepts: (token) => looksLikeJwt(token) && (!leavesOthers || issuers.has(peekIssuer(token) ?? '')),
    verify(token) {
      const opened = openAccessToken(token, algorithms);
      const { iss } = opened.claims;
      if (typeof iss !== 'string' || !issuers.has(iss)) throw bearerError('ISSUER_UNKNOWN', { iss });
      return prove(token, opened, iss);
    },
  };
}

/** Undefined when the token does not say, or says what cannot be: it will be refused for that in any case. */
function issuedAtMsOf({ claims: { iat } }: OpenedToken, nowMs: number): number | undefined {
  return typeof iat === 'number' && iat <= nowMs / 1000 + clockSkewSeconds ? iat * 1000 : undefined;
}

type VerifyOptions = NonNullable<Parameters<typeof jwtVerify>[2]>;

/** Without a `kid`, or with one that several keys share, each of the keys may have made the signature. */
async function verifyWithAny(token: string, keys: readonly CryptoKey[], options: VerifyOptions): Promise<void> {
  for (const key of keys) {
    try {
      await jwtVerify(token, key, options);
      return;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw problemOf(error);
    }
  }
  throw bearerError('SIGNATURE_INVALID');
}

/** jose's errors in our words. What is none of them is no fault of the token. */
function problemOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return bearerError('TOKEN_EXPIRED', error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return bearerError('AUDIENCE_MISMATCH', error);
    const isTooYoung = error.claim === 'nbf' && error.reason === 'check_failed';
    return bearerError(isTooYoung ? 'TOKEN_NOT_YET_VALID' : 'CLAIM_INVALID', error);
  }
  return error instanceof errors.JOSEError ? bearerError('TOKEN_MALFORMED', error) : error;
}
