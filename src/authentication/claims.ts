import type { Identity } from '../call/identity.ts';

import type { JsonObject } from './parse-json-object.ts';

/** The claims that say who calls and what they may do, where providers differ. */
export interface ClaimNames {
  /**
   * The claims that may name the user, of which the first one that is there does: `sub` (RFC 7519, 4.1.2) unless the subject
   * is a meaningless number.
   */
  readonly user: readonly string[];
  /** What is left out of names that end with it, e.g. `studio.example` of `ann@studio.example`; undefined: nothing. */
  readonly userDomain: string | undefined;
  /** The claim with the number by which hosts know the user, e.g. `uidNumber`; undefined: there is none. */
  readonly uid: string | undefined;
  /** Undefined: `scope` (RFC 9068, 2.2.3) or `scp` (Entra, Okta), whichever is there. */
  readonly scopes: string | undefined;
  readonly groups: string;
}

/** Names as most providers use them. */
export const standardClaimNames: ClaimNames = Object.freeze({
  user: Object.freeze(['sub']),
  userDomain: undefined,
  uid: undefined,
  scopes: undefined,
  groups: 'groups',
});

/** Who a token's user is, by the claim that says so. */
export interface NamedUser {
  /** The one that is there, else the last that might have been. */
  readonly claim: string;
  /** Undefined when no claim says who. */
  readonly name: string | undefined;
}

/** Reads who a token's user is. Names are compared as they are; only the domain knows no capitals (RFC 4343). */
export function readUser(claims: JsonObject, { user, userDomain }: ClaimNames): NamedUser {
  for (const claim of user) {
    const name = readClaim(claims, claim);
    if (typeof name === 'string' && name !== '') return { claim, name: withoutDomain(name, userDomain) };
  }
  return { claim: user.at(-1) ?? '', name: undefined };
}

function withoutDomain(name: string, domain: string | undefined): string {
  const [local = '', found, ...rest] = name.split('@', 3);
  const isOurs = domain !== undefined && found?.toLowerCase() === domain.toLowerCase();
  // What is left could be the address of somebody else.
  return isOurs && local !== '' && rest.length === 0 ? local : name;
}

/** The number by which hosts know a token's user; undefined when no claim says so. A directory may hand it on as text. */
export function readUid(claims: JsonObject, { uid }: ClaimNames): number | undefined {
  const number = uid === undefined ? undefined : readClaim(claims, uid);
  if (typeof number === 'number') return number;
  return typeof number === 'string' && /^\d{1,10}$/.test(number) ? Number(number) : undefined;
}

/**
 * The claim of a name. A name that is not there as it stands is a way through objects: `realm_access.roles` is Keycloak's,
 * whereas `https://studio.example/groups` is one name, as Auth0 wants them. The objects have no prototypes.
 * Undefined when the claim is not there; null also where the way leads through something that is no object.
 */
export function readClaim(claims: JsonObject, name: string): unknown {
  if (name in claims) return claims[name];
  let value: unknown = claims;
  for (const step of name.split('.')) {
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    value = (value as JsonObject)[step];
  }
  return value;
}

/**
 * The scopes of a token: words separated by spaces (RFC 9068, 2.2.3, https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3), or a
 * list of them. Undefined when it has no such claim. A claim that is there without saying anything (`null`, a number) gives
 * no scopes: a token without the claim may be worth everything (JWT_SECRET_LEVEL), and this is not one.
 */
export function scopesOf(
  claims: Identity['claims'],
  { scopes }: ClaimNames = standardClaimNames,
): readonly string[] | undefined {
  const [scope, scp] = [claims['scope'], claims['scp']];
  const usual = scope ?? scp ?? (scope === null || scp === null ? null : undefined);
  const claim = scopes === undefined ? usual : readClaim(claims, scopes);
  return claim === undefined ? undefined : wordsOf(claim);
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

/** The words of a text, or the texts of a list; none of anything else. */
function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string' && word !== '') : [];
}
