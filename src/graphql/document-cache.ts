/** The part of a cache that graphql-yoga uses. */
export interface DocumentCache<Value> {
  get(text: string): Value | undefined;
  set(text: string, value: Value): void;
}

/** Longer documents are parsed anew each time: they are few, and a client that makes them up could fill the memory. */
const longestCached = 16 * 1024;
const maxEntries = 512;

/**
 * Remembers by query text, at most about 8 MiB of it, and forgets what was not asked for the longest. Yoga's own cache counts
 * documents but not their size, and a document may be as long as a request.
 */
export function createDocumentCache<Value>(): DocumentCache<Value> {
  const entries = new Map<string, Value>();
  return {
    get: (text) => {
      const value = entries.get(text);
      if (value !== undefined) {
        // A map iterates in order of insertion; inserting again makes this the youngest.
        entries.delete(text);
        entries.set(text, value);
      }
      return value;
    },
    set: (text, value) => {
      if (text.length > longestCached) return;
      entries.set(text, value);
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value!);
    },
  };
}
