import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

import { JsonSyntaxError } from '../../codec/json/json-scanner.ts';
import type { Identity } from '../../call/identity.ts';

import { checkTimes } from './check-times.ts';
import { type ClaimNames, readUser, standardClaimNames } from '../claims.ts';
import { groupsOf, scopesOf } from '../claimed-rights.ts';
import { tokenError } from '../credentials-error.ts';
import { Base64UrlError, decodeBase64Url } from '../decode-base64-url.ts';
import { hmacHashes } from '../hmac-algorithms.ts';
import { type JsonObject, JsonTypeError, parseJsonObject } from '../parse-json-object.ts';
import { tokenIdOf } from '../token-id.ts';
import type { TokenVerifier, VerifiedToken } from '../token-verifier.ts';

/** What the verifier of shared-secret tokens needs. */
export interface HmacVerifierOptions {
  /** Any of them may have signed a token: a new secret is put beside the old one until no old token is left. */
  readonly secrets: readonly string[];
  /** The standard ones when not given. */
  readonly claimNames?: ClaimNames;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** A verifier that needs nobody's help. */
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
  const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'));
  return {
    isRemembered: true,
    accepts: () => true,
    verify(token) {
      const { header, claims, signature } = parseToken(token);
      assertSigned(token.slice(0, token.lastIndexOf('.')), signature, hashOf(header), keys);
      const validity = checkTimes(claims, now());
      const { name = 'unknown' } = readUser(claims, claimNames);
      const identity: Identity = Object.freeze({
        subject: name,
        method: 'hmac',
        claims,
        scopes: scopesOf(claims, claimNames),
        groups: groupsOf(claims, claimNames),
        // Whoever has the secret can write what he likes into `iss`.
        issuer: undefined,
        tokenId: tokenIdOf(claims, token),
        expiresAtMs: validity.validUntilMs,
      });
      return Object.freeze({ identity, ...validity });
    },
  };
}

interface ParsedToken {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly signature: Buffer;
}

/** Opens a token's three segments. The algorithm's name is judged before the signature's text, as golang-jwt does. */
function parseToken(token: string): ParsedToken {
  const [first, second, third, ...rest] = token.split('.', 4);
  if (first === undefined || second === undefined || third === undefined || rest.length > 0) {
    throw malformed('token contains an invalid number of segments');
  }
  const header = parseSegment(first, 'header', 'map[string]interface {}');
  const claims = parseSegment(second, 'claim', 'jwt.MapClaims');
  assertKnownAlgorithm(header);
  return { header, claims, signature: decodeSegment(third, 'signature') };
}

function parseSegment(segment: string, part: string, goType: string): JsonObject {
  const bytes = decodeSegment(segment, part);
  try {
    return parseJsonObject(bytes, goType);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof JsonTypeError)) throw error;
    throw malformed(`could not JSON decode ${part}: ${error.message}`);
  }
}

function decodeSegment(segment: string, part: string): Buffer {
  try {
    return decodeBase64Url(segment);
  } catch (error) {
    if (!(error instanceof Base64UrlError)) throw error;
    throw malformed(`could not base64 decode ${part}: ${error.message}`);
  }
}

function malformed(text: string) {
  return tokenError('TOKEN_MALFORMED', `token is malformed: ${text}`);
}

/** What golang-jwt can verify. A name from here is refused later than an unknown one, and with another text. */
const knownAlgorithms: ReadonlySet<unknown> = new Set([
  ...hmacHashes.keys(),
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'none'],
]);

function assertKnownAlgorithm({ alg }: JsonObject): void {
  if (typeof alg !== 'string') throw unverifiable('signing method (alg) is unspecified');
  if (!knownAlgorithms.has(alg)) throw unverifiable('signing method (alg) is unavailable');
}

/** Only a hash may come out of here: `none` or a public-key algorithm never reaches the secret. */
function hashOf({ alg }: JsonObject): string {
  const hash = hmacHashes.get(alg as string);
  if (hash === undefined) throw unverifiable(`error while executing keyfunc: Unexpected signing method: ${alg}`);
  return hash;
}

function unverifiable(text: string) {
  return tokenError('TOKEN_UNVERIFIABLE', `token is unverifiable: ${text}`);
}

function assertSigned(signed: string, signature: Buffer, hash: string, keys: readonly KeyObject[]): void {
  const isSigned = keys.some((key) => {
    const expected = createHmac(hash, key).update(signed, 'latin1').digest();
    // timingSafeEqual throws on unequal lengths; the length is no secret.
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
  if (!isSigned) throw tokenError('SIGNATURE_INVALID', 'token signature is invalid: signature is invalid');
}
