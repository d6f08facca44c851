import type { VerifiedToken } from './token-verifier.ts';

/** So many callers are known at once at least. With `maxKeyLength` it bounds the memory to some 8 MB. */
const defaultCapacity = 1_000;

/** Longer texts are verified anew each time; a token with a hundred groups in it has about half of that. */
const maxKeyLength = 4_096;

/**
 * Remembers verified tokens by the text that carried them, so that a caller who is known costs one look into a map.
 *
 * It has two generations: when the young one is full, it becomes the old one, and what nobody asks for again goes with
 * the next change. That keeps the busy ones as an LRU list would, without moving an entry at every hit. Only tokens
 * that were proven get in, so nobody without a secret can drive the others out.
 */
export class VerifiedTokens {
  readonly #capacity: number;
  #young = new Map<string, VerifiedToken>();
  #old = new Map<string, VerifiedToken>();

  constructor(capacity: number = defaultCapacity) {
    this.#capacity = capacity;
  }

  /** The token that this text carried; the caller judges whether its time has passed. */
  find(text: string): VerifiedToken | undefined {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.keep(text, old);
    return old;
  }

  keep(text: string, token: VerifiedToken): void {
    if (text.length > maxKeyLength) return;
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, token);
  }
}
