import type { Credentials, Identity } from '../call/identity.ts';

/** What a verifier found in a token, and how long that stands. Times in milliseconds since 1970. */
export interface VerifiedToken {
  readonly identity: Identity;
  /** The first moment at which the token is good (`nbf`); -Infinity when it does not say. */
  readonly validFromMs: number;
  /** The first moment at which it no longer is (`exp`); Infinity when it does not say. */
  readonly validUntilMs: number;
}

/**
 * One kind of token. Several verifiers can be on together: the first that accepts a token decides alone, so that a token
 * refused by the verifier it was made for is never tried on a more lenient one.
 */
export interface TokenVerifier {
  /**
   * Whether what it found about a token holds wherever the token comes from until it ends, so that it need not be asked
   * again. One that says no must be fast by itself.
   */
  readonly isRemembered: boolean;
  /** Whether the token is of this verifier's kind, from its looks only: cheap, never throws, proves nothing. */
  accepts(token: string): boolean;
  /**
   * Proves the token, signature and times both. Throws (or rejects with) a GatewayError of
   * `credentials-error.ts`. Synchronous where no network is needed. The credentials are those that brought the token.
   */
  verify(token: string, credentials: Credentials): VerifiedToken | Promise<VerifiedToken>;
}
