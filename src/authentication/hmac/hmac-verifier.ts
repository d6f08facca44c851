import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

import type { Identity } from '../../call/identity.ts';

import { type ClaimNames, groupsOf, readUser, scopesOf, standardClaimNames } from '../claims.ts';
import { tokenError } from '../credentials-error.ts';
import { tokenIdOf } from '../derive-identity.ts';
import type { TokenVerifier, VerifiedToken, VerifierKind } from '../token-verifier.ts';
import { checkTimes } from './check-times.ts';
import { type ParsedToken, parseToken } from './parse-token.ts';
import { findWeakSecrets, generateSecret } from './secret-strength.ts';

/** What the settings say about the shared secret. */
export interface HmacSettings {
  /** Tokens are signed with the first, and those of the others are still accepted. */
  readonly jwtSecrets: readonly string[];
  /** Whether secrets that can be guessed are accepted. */
  readonly allowWeakSecrets: boolean;
}

/** Tokens that are signed with the shared secret, as OpenCue's Go gateway takes them. */
export const sharedSecret: VerifierKind<HmacSettings> = {
  read: (read) => {
    const secrets = read.text('AUTH') === 'none' ? [] : [read.text('JWT_SECRET'), read.text('JWT_SECRET_PREVIOUS')];
    return {
      // A previous secret without a present one is a mistake that must be seen.
      jwtSecrets: secrets.slice(0, secrets.findLastIndex((secret) => secret !== '') + 1),
      allowWeakSecrets: read.boolean('ALLOW_WEAK_JWT_SECRET'),
    };
  },
  *findProblems({ jwtSecrets: [secret = '', previous = ''], allowWeakSecrets }) {
    if (secret === '') yield missingSecret;
    if (allowWeakSecrets) return;
    yield* findWeakSecrets([
      ['JWT_SECRET', secret],
      ['JWT_SECRET_PREVIOUS', previous],
    ]);
  },
  isOn: ({ jwtSecrets }) => jwtSecrets.length > 0,
  takesAnyJwt: true,
  holdsSecret: true,
  open: ({ jwtSecrets: secrets, allowWeakSecrets, claimNames }, { now }) => ({
    verifier: createHmacVerifier({ secrets, claimNames, now }),
    sentAs: 'go',
    isGuessable: allowWeakSecrets,
  }),
};

/** What is told where there is no way at all to identify callers: this one is the simplest. */
export const missingSecret = `JWT_SECRET is not set: it signs the tokens that callers show; ${generateSecret}`;

/** What the verifier of shared-secret tokens needs. */
export interface HmacVerifierOptions {
  /** Any of them may have signed a token: a new secret is put beside the old one until no old token is left. */
  readonly secrets: readonly string[];
  /** The standard ones when not given. */
  readonly claimNames?: ClaimNames;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** The claims that name the user, after those that the settings name: OpenCue's documents have clients sign `{user, exp}`. */
const usualUserClaims = ['sub', 'user', 'username'];

/** A verifier that asks nobody. */
export interface HmacVerifier extends TokenVerifier {
  verify(token: string): VerifiedToken;
}

/**
 * Verifies tokens (RFC 7519, https://www.rfc-editor.org/rfc/rfc7519) that are signed with a shared secret, by the rules,
 * in the order and with the words of the Go gateway's library, golang-jwt 5.3.1: callers who see these errors today keep
 * seeing them. It accepts every token, so it belongs behind all other verifiers.
 * Throws TypeError when there is no secret, or an empty one: anybody could sign with it.
 */
export function createHmacVerifier({
  secrets,
  claimNames = standardClaimNames,
  now,
}: HmacVerifierOptions): HmacVerifier {
  if (secrets.length === 0 || secrets.includes('')) {
    throw new TypeError('a secret is missing: expected at least one, none of them empty');
  }
  const names: ClaimNames = { ...claimNames, user: [...new Set([...claimNames.user, ...usualUserClaims])] };
  const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'));
  return {
    isRemembered: true,
    accepts: () => true,
    verify(token) {
      const parsed = parseToken(token);
      assertSigned(parsed, keys);
      const { claims } = parsed;
      const validity = checkTimes(claims, now());
      const { name } = readUser(claims, names);
      const identity: Identity = Object.freeze({
        subject: name ?? 'unknown',
        isNamed: name !== undefined,
        method: 'hmac',
        claims,
        scopes: scopesOf(claims, claimNames),
        groups: groupsOf(claims, claimNames),
        // Anybody who has the secret can write anything into `iss`.
        issuer: undefined,
        tokenId: tokenIdOf(claims, token),
        expiresAtMs: validity.validUntilMs,
      });
      return Object.freeze({ identity, ...validity });
    },
  };
}

function assertSigned({ signed, signature, hash }: ParsedToken, keys: readonly KeyObject[]): void {
  const isSigned = keys.some((key) => {
    const expected = createHmac(hash, key).update(signed, 'latin1').digest();
    // timingSafeEqual throws on unequal lengths; the length is no secret.
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
  if (!isSigned) throw tokenError('SIGNATURE_INVALID', 'token signature is invalid: signature is invalid');
}
