import type { Identity } from '../call/identity.ts';

import { type ClaimNames, readClaim, standardClaimNames } from './claims.ts';

/**
 * The scopes of a token: words separated by spaces (RFC 9068, 2.2.3, https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3), or a
 * list of them. Undefined when it carries none.
 */
export function scopesOf(
  claims: Identity['claims'],
  { scopes }: ClaimNames = standardClaimNames,
): readonly string[] | undefined {
  const claim = scopes === undefined ? (claims['scope'] ?? claims['scp']) : readClaim(claims, scopes);
  return claim === undefined || claim === null ? undefined : wordsOf(claim);
}

/** The groups that a token names. A group's name may have spaces, so a text is one group. */
export function groupsOf(claims: Identity['claims'], { groups }: ClaimNames = standardClaimNames): readonly string[] {
  const claim = readClaim(claims, groups);
  return typeof claim === 'string' ? [claim] : wordsOf(claim);
}

/** The roles that a token names: `roles` (RFC 9068, 2.2.3.1), `role`, or Keycloak's `realm_access.roles`. */
export function rolesOf(claims: Identity['claims']): readonly string[] {
  return [...wordsOf(claims['roles']), ...wordsOf(claims['role']), ...wordsOf(readClaim(claims, 'realm_access.roles'))];
}

/** Words of a text, or the texts of a list; whatever else it is, it says nothing. */
function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string' && word !== '') : [];
}
