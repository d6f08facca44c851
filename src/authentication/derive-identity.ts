import type { Identity } from '../call/identity.ts';

import { type ClaimNames, readUser } from './claims.ts';
import { groupsOf, scopesOf } from './claimed-rights.ts';
import { bearerError } from './credentials-error.ts';
import type { JsonObject } from './parse-json-object.ts';
import { tokenIdOf } from './token-id.ts';

/** A token whose claims were proven. */
export interface ProvenToken {
  readonly token: string;
  readonly claims: JsonObject;
  readonly method: 'oidc' | 'introspection';
  readonly issuer: string | undefined;
  /** In milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Characters that are not seen (control, format, private use, halves of pairs): two subjects that differ must look so. */
const unseen = /\p{C}/u;

const maxSubjectLength = 255;

/**
 * Who a proven token's bearer is. Subjects are compared by their code points and never normalised: what looks like another
 * user is another user. Throws the GatewayError of a bad token when no claim says who.
 */
export function deriveIdentity(
  { token, claims, method, issuer, expiresAtMs }: ProvenToken,
  names: ClaimNames,
): Identity {
  const { claim, name: subject } = readUser(claims, names);
  if (subject === undefined || subject.length > maxSubjectLength || unseen.test(subject)) {
    throw bearerError('CLAIM_INVALID', `its "${claim}" does not name a user`);
  }
  // Whoever may write his own address must not become somebody else by it.
  if (claim === 'email' && claims['email_verified'] === false) {
    throw bearerError('CLAIM_INVALID', 'its "email" is not verified');
  }
  return Object.freeze({
    subject,
    method,
    claims,
    scopes: scopesOf(claims, names),
    groups: groupsOf(claims, names),
    issuer,
    tokenId: tokenIdOf(claims, token),
    expiresAtMs,
  });
}
