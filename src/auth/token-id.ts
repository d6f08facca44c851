import { createHash } from 'node:crypto';

import type { Identity } from '../rpc/identity.ts';

/** What harms no record: printable, no white space, not long. */
const sane = /^[\x21-\x7e]{1,64}$/;

/**
 * Names a token in records: its `jti` (RFC 7519, 4.1.7, https://www.rfc-editor.org/rfc/rfc7519#section-4.1.7), else the first
 * 8 hex digits of its SHA-256, which tell tokens apart and give nothing away.
 */
export function tokenIdOf(claims: Identity['claims'], token: string): string {
  const { jti } = claims;
  if (typeof jti === 'string' && sane.test(jti)) return jti;
  return createHash('sha256').update(token).digest('hex').slice(0, 8);
}
