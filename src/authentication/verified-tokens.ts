import { RecentlyUsed } from './recently-used.ts';
import type { VerifiedToken } from './token-verifier.ts';

/** So many callers are known at once at least. With `maxKeyLength` it bounds the memory to some 8 MB. */
const defaultCapacity = 1_000;

/** Longer texts are verified anew each time; a token with a hundred groups in it has about half of that. */
const maxKeyLength = 4_096;

/**
 * Remembers verified tokens by the text that carried them, so that a caller who is known costs one look into a map. Only
 * tokens that were proven get in, so nobody without a secret can drive the others out.
 */
export class VerifiedTokens {
  readonly #tokens: RecentlyUsed<VerifiedToken>;

  constructor(capacity: number = defaultCapacity) {
    this.#tokens = new RecentlyUsed(capacity);
  }

  /** The token that this text carried; the caller judges whether its time has passed. */
  find(text: string): VerifiedToken | undefined {
    return this.#tokens.find(text);
  }

  keep(text: string, token: VerifiedToken): void {
    if (text.length <= maxKeyLength) this.#tokens.keep(text, token);
  }
}
