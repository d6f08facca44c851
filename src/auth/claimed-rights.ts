import type { Identity } from '../rpc/identity.ts';

/**
 * The scopes of a token: `scope`, words separated by spaces (RFC 9068, 2.2.3, https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3),
 * or `scp`, which Entra and Okta use, as words or as a list. Undefined when it carries neither.
 */
export function scopesOf(claims: Identity['claims']): readonly string[] | undefined {
  const claim = claims['scope'] ?? claims['scp'];
  return claim === undefined || claim === null ? undefined : wordsOf(claim);
}

/** The groups that a token names, in the claim `groups`. A group's name may have spaces, so a text is one group. */
export function groupsOf(claims: Identity['claims']): readonly string[] {
  const claim = claims['groups'];
  return typeof claim === 'string' ? [claim] : wordsOf(claim);
}

/** The roles that a token names: `roles` (RFC 9068, 2.2.3.1), `role`, or Keycloak's `realm_access.roles`. */
export function rolesOf(claims: Identity['claims']): readonly string[] {
  const realm = claims['realm_access'] as { readonly roles?: unknown } | null | undefined;
  return [...wordsOf(claims['roles']), ...wordsOf(claims['role']), ...wordsOf(realm?.roles)];
}

/** Words of a text, or the texts of a list; whatever else it is, it says nothing. */
function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string' && word !== '') : [];
}
