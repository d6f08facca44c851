/** The part of a cache that graphql-yoga uses. */
export interface DocumentCache<Value> {
  get(text: string): Value | undefined;
  set(text: string, value: Value): void;
}

/** Longer documents are parsed anew each time: they are few, and one of them would push many others out. */
const longestCached = 16 * 1024;

/** Characters of all remembered texts together: some hundred queries as pages send them. */
const maxCharacters = 256 * 1024;

/**
 * Remembers by query text, and forgets what was not asked for the longest. Counts characters and not documents, as yoga's own
 * cache does: a parsed document takes up to some hundred times the memory of its text, and a client may make up any
 * number of them.
 */
export function createDocumentCache<Value>(): DocumentCache<Value> {
  const entries = new Map<string, Value>();
  let characters = 0;
  const forget = (text: string) => {
    if (entries.delete(text)) characters -= text.length;
  };
  const remember = (text: string, value: Value) => {
    // A map iterates in order of insertion: what is inserted again is the youngest.
    forget(text);
    entries.set(text, value);
    characters += text.length;
  };
  return {
    get: (text) => {
      const value = entries.get(text);
      if (value !== undefined) remember(text, value);
      return value;
    },
    set: (text, value) => {
      if (text.length > longestCached) return;
      remember(text, value);
      while (characters > maxCharacters) forget(entries.keys().next().value!);
    },
  };
}
