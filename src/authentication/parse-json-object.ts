import { scanWholeJson } from '../codec/json/json-scanner.ts';

/** A JSON object; it has no prototype, and neither have the objects inside, so that only what was sent can be read. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The text is JSON, but no object, or holds a number that Go cannot hold. The message is that of Go's encoding/json. */
export class JsonTypeError extends Error {
  override readonly name = 'JsonTypeError';
}

/**
 * Parses a whole JSON object as Go's encoding/json fills a map: of equal names the last wins, wrong UTF-8 is replaced,
 * `null` is an object without members. The result is frozen through and through.
 * Throws JsonSyntaxError or JsonTypeError; `goType` is how the error calls the map.
 */
export function parseJsonObject(bytes: Buffer, goType: string): JsonObject {
  scanWholeJson(bytes);
  const text = bytes.toString('utf8');
  const value: unknown = JSON.parse(text);
  if (value === null) return freezeWhole({});
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new JsonTypeError(`json: cannot unmarshal ${goKind(value)} into Go value of type ${goType}`);
  }
  assertNumbersFit(text);
  return freezeWhole(value);
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Strings, so that digits inside them are passed over, or numbers, of a text that is known to be JSON. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** JavaScript reads 1e400 as Infinity where Go refuses, even when a later member of the same name wins. */
function assertNumbersFit(text: string): void {
  for (const [token] of text.matchAll(stringOrNumber)) {
    if (!token.startsWith('"') && !Number.isFinite(Number(token))) {
      throw new JsonTypeError(`json: cannot unmarshal number ${token} into Go value of type float64`);
    }
  }
}

/** With a list of its own instead of recursion: JSON may be 10,000 levels deep, the stack may not. */
function freezeWhole(root: object): JsonObject {
  const pending: object[] = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    for (const member of Object.values(value)) {
      if (typeof member === 'object' && member !== null) pending.push(member);
    }
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
    Object.freeze(value);
  }
  return root as JsonObject;
}
