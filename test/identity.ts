import type { Identity } from '../src/rpc/identity.ts';

/** An identity for tests; nobody asked for a token unless a method says so. */
export function identityOf(subject: string, more: Partial<Identity> = {}): Identity {
  return {
    subject,
    method: 'none',
    claims: {},
    scopes: undefined,
    groups: [],
    issuer: undefined,
    tokenId: '',
    expiresAtMs: Number.POSITIVE_INFINITY,
    ...more,
  };
}
