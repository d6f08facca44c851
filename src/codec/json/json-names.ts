/** A lookup by name straight from a text's bytes: no string is made, and names nobody knows cost nothing. */
export interface NameTable<T> {
  /** The value under the name that is exactly `bytes[start, end)`. */
  find(bytes: Uint8Array, start: number, end: number): T | undefined;
}

interface Entry<T> {
  readonly name: Uint8Array;
  readonly value: T;
}

/** Compiles a table of names; of equal names the first one counts. Names are compared as UTF-8, byte for byte. */
export function compileNames<T>(named: Iterable<readonly [name: string, value: T]>): NameTable<T> {
  const first = new Map<string, T>();
  for (const [name, value] of named) if (!first.has(name)) first.set(name, value);
  const size = 2 ** Math.ceil(Math.log2(first.size * 2 + 1));
  const mask = size - 1;
  const buckets: Entry<T>[][] = Array.from({ length: size }, () => []);
  for (const [text, value] of first) {
    const name = Buffer.from(text);
    buckets[hashName(name, 0, name.length) & mask]!.push({ name, value });
  }
  return Object.freeze({
    find(bytes: Uint8Array, start: number, end: number): T | undefined {
      const bucket = buckets[hashName(bytes, start, end) & mask]!;
      for (let index = 0; index < bucket.length; index++) {
        const entry = bucket[index]!;
        if (isName(entry.name, bytes, start, end)) return entry.value;
      }
      return undefined;
    },
  });
}

/** A few bytes tell the names of one message apart well enough; only schema names ever share a bucket. */
function hashName(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return 0;
  return length * 61 + bytes[start]! * 7 + bytes[end - 1]! * 31 + bytes[start + (length >> 1)]! * 17;
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index++) {
    if (name[index] !== bytes[start + index]) return false;
  }
  return true;
}
