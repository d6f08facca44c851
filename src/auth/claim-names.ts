import type { JsonObject } from './parse-json-object.ts';

/** Which claims say who somebody is and what he may do, where providers differ. */
export interface ClaimNames {
  /** The claim that names the user; `sub` (RFC 7519, 4.1.2) unless the subject is a meaningless number. */
  readonly user: string;
  /** Undefined: `scope` (RFC 9068, 2.2.3) or `scp` (Entra, Okta), whichever is there. */
  readonly scopes: string | undefined;
  readonly groups: string;
}

/** Names as most providers use them. */
export const standardClaimNames: ClaimNames = Object.freeze({ user: 'sub', scopes: undefined, groups: 'groups' });

/**
 * The claim of a name. A name that is not there as it stands is a way through objects: `realm_access.roles` is Keycloak's,
 * whereas `https://studio.example/groups` is one name, as Auth0 wants them. The objects have no prototypes.
 */
export function readClaim(claims: JsonObject, name: string): unknown {
  if (name in claims) return claims[name];
  let value: unknown = claims;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
}
