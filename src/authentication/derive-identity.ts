import { createHash } from 'node:crypto';

import type { Identity, IdentityMethod } from '../call/identity.ts';

import { type ClaimNames, groupsOf, readUser, scopesOf } from './claims.ts';
import { bearerError } from './credentials-error.ts';
import type { JsonObject } from './parse-json-object.ts';

/** A token whose claims were proven. */
export interface ProvenToken {
  readonly token: string;
  readonly claims: JsonObject;
  readonly method: IdentityMethod;
  readonly issuer: string | undefined;
  /** In milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Characters that cannot be seen (control, format, private use, halves of pairs): different subjects must look different. */
const unseen = /\p{C}/u;

const maxSubjectLength = 255;

/**
 * Derives the identity of a proven token's bearer. Subjects are compared by their code points and never normalised.
 * Throws the GatewayError of a bad token when no claim names the user.
 */
export function deriveIdentity(
  { token, claims, method, issuer, expiresAtMs }: ProvenToken,
  names: ClaimNames,
): Identity {
  const { claim, name: subject } = readUser(claims, names);
  if (subject === undefined || subject.length > maxSubjectLength || unseen.test(subject)) {
    throw bearerError('CLAIM_INVALID', `its "${claim}" does not name a user`);
  }
  // People who may write any address into their profile must not become somebody else by it.
  if (claim === 'email' && claims['email_verified'] === false) {
    throw bearerError('CLAIM_INVALID', 'its "email" is not verified');
  }
  return Object.freeze({
    subject,
    isNamed: true,
    method,
    claims,
    scopes: scopesOf(claims, names),
    groups: groupsOf(claims, names),
    issuer,
    tokenId: tokenIdOf(claims, token),
    expiresAtMs,
  });
}

/** What can stand in a record as it is: printable, no white space, not long. */
const printableId = /^[\x21-\x7e]{1,64}$/;

/** Names a verified token in records: by its `jti` (RFC 7519, 4.1.7, https://www.rfc-editor.org/rfc/rfc7519#section-4.1.7), else its fingerprint. */
export function tokenIdOf({ jti }: Identity['claims'], token: string): string {
  return typeof jti === 'string' && printableId.test(jti) ? jti : fingerprintOf(token);
}

/** Names a token in records: the first 8 hex digits of its SHA-256, which tell tokens apart and give nothing away. */
export function fingerprintOf(token: string): string {
  return sha256Of(token).slice(0, 8);
}

/** The SHA-256 of a token, in hex: what is kept of tokens, since it is not worth stealing. */
export function sha256Of(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
