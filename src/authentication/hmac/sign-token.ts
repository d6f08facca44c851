import { createHmac } from 'node:crypto';

/** The algorithms whose tokens a shared secret proves (RFC 7518, section 3.2, https://www.rfc-editor.org/rfc/rfc7518#section-3.2). */
export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** The hash below each algorithm, as node:crypto names it. */
export const hmacHashes: ReadonlyMap<string, string> = new Map<HmacAlgorithm, string>([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
]);

/** What goes into a signed token. */
export interface SignTokenOptions {
  readonly secret: string;
  /** `exp` and `nbf` are in seconds since 1970. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** HS256 when not given. */
  readonly algorithm?: HmacAlgorithm;
}

/**
 * Signs a token that `createHmacVerifier` accepts: a JWT in compact form (RFC 7515, 3.1,
 * https://www.rfc-editor.org/rfc/rfc7515#section-3.1). The claims are taken as they are.
 */
export function signToken({ secret, claims, algorithm = 'HS256' }: SignTokenOptions): string {
  const signed = `${encode({ alg: algorithm, typ: 'JWT' })}.${encode(claims)}`;
  const signature = createHmac(hmacHashes.get(algorithm)!, secret).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
