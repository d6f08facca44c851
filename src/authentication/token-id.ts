import type { Identity } from '../call/identity.ts';
import { fingerprintOf } from './token-fingerprint.ts';

/** What harms no record: printable, no white space, not long. */
const sane = /^[\x21-\x7e]{1,64}$/;

/** Names a good token in records: by its `jti` (RFC 7519, 4.1.7, https://www.rfc-editor.org/rfc/rfc7519#section-4.1.7), else its fingerprint. */
export function tokenIdOf(claims: Identity['claims'], token: string): string {
  const { jti } = claims;
  if (typeof jti === 'string' && sane.test(jti)) return jti;
  return fingerprintOf(token);
}
