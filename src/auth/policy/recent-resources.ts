import type { Resource } from './resource.ts';

type Found = Extract<Resource, { kind: 'found' }>;

/** A farm has some thousands of jobs at a time, with some ten layers each; an entry takes some 200 bytes. */
const defaultCapacity = 20_000;

/** An id is a UUID; whoever sends something longer is not remembered, so that memory stays bounded. */
const maxIdLength = 64;

/**
 * Remembers whose a thing is, by type and id. Two generations, as with verified tokens: when the young one is full it
 * becomes the old one, and what nobody asks for any more goes with the next change.
 */
export class RecentResources {
  readonly #capacity: number;
  #young = new Map<string, Found>();
  #old = new Map<string, Found>();

  constructor(capacity: number = defaultCapacity) {
    this.#capacity = capacity;
  }

  find(type: string, id: string): Found | undefined {
    const key = keyOf(type, id);
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.#keep(key, old);
    return old;
  }

  keep(type: string, id: string, resource: Found): void {
    if (id.length <= maxIdLength) this.#keep(keyOf(type, id), resource);
  }

  #keep(key: string, resource: Found): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, resource);
  }
}

function keyOf(type: string, id: string): string {
  return `${type} ${id}`;
}
