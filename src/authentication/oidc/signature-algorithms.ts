/** Which keys an algorithm takes: their `kty`, and their `crv` where they have one. */
export interface KeyKind {
  readonly kty: string;
  readonly crv: string | undefined;
}

const rsa: KeyKind = { kty: 'RSA', crv: undefined };
const ed25519: KeyKind = { kty: 'OKP', crv: 'Ed25519' };

/**
 * The algorithms whose signatures a public key proves (RFC 7518, 3.1, https://www.rfc-editor.org/rfc/rfc7518#section-3.1; RFC 8037,
 * 3.1; RFC 9864). Those with a shared secret are not here, so that no list of algorithms can ever let a published key serve
 * as one.
 */
export const signatureAlgorithms: ReadonlyMap<string, KeyKind> = new Map([
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['EdDSA', ed25519],
  ['Ed25519', ed25519],
]);
