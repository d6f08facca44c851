import type { Identify, Identity } from '../call/identity.ts';

const anonymous: Identity = Object.freeze({
  subject: 'anonymous',
  method: 'none',
  claims: Object.freeze(Object.create(null)),
  scopes: undefined,
  groups: Object.freeze([]),
  issuer: undefined,
  tokenId: '',
  expiresAtMs: Number.POSITIVE_INFINITY,
});

/** Asks nobody for anything (`AUTH=none`): everybody is `anonymous`, whatever credentials come along. */
export function createAnonymousIdentify(): Identify {
  return () => anonymous;
}
