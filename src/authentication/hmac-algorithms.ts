/** The algorithms whose tokens a shared secret proves (RFC 7518, section 3.2, https://www.rfc-editor.org/rfc/rfc7518#section-3.2). */
export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** The hash below each algorithm, as node:crypto names it. */
export const hmacHashes: ReadonlyMap<string, string> = new Map<HmacAlgorithm, string>([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
]);
