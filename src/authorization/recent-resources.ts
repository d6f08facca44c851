import { LRUCache } from 'lru-cache';

import type { Resource } from './resource.ts';

type Found = Extract<Resource, { kind: 'found' }>;

/** A farm has some thousands of jobs at a time, with some ten layers each; an entry takes some 200 bytes. */
const defaultCapacity = 20_000;

/** An id is a UUID; whoever sends something longer is not remembered, so that memory stays bounded. */
const maxIdLength = 64;

/** Remembers whose a thing is, by type and id. */
export class RecentResources {
  readonly #resources: LRUCache<string, Found>;

  constructor(capacity: number = defaultCapacity) {
    this.#resources = new LRUCache({ max: capacity });
  }

  find(type: string, id: string): Found | undefined {
    return this.#resources.get(keyOf(type, id));
  }

  keep(type: string, id: string, resource: Found): void {
    if (id.length <= maxIdLength) this.#resources.set(keyOf(type, id), resource);
  }
}

function keyOf(type: string, id: string): string {
  return `${type} ${id}`;
}
