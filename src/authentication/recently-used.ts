/**
 * A map that keeps what is asked for and forgets the rest, in bounded memory.
 *
 * It has two generations: when the young one is full, it becomes the old one, and what nobody asks for again goes with the
 * next change. That keeps the busy entries as an LRU list would, without moving one at every hit.
 */
export class RecentlyUsed<Value> {
  readonly #capacity: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** @param capacity so many entries are kept at least, and twice as many at most */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  find(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.keep(key, old);
    return old;
  }

  keep(key: string, value: Value): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
