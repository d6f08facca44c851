import type { WireReader } from '../wire/wire-reader.ts';

/** What a message, or a field of one, is as a JavaScript value: an ordinary message is an `ObjectValue`. */
export type MessageValue = ObjectValue | readonly MessageValue[] | string | number | boolean | null;

/** An ordinary message: every field by its JSON name, in declaration order. A map is an array of `{ key, value }`. */
export interface ObjectValue {
  readonly [jsonName: string]: MessageValue;
}

/**
 * Reads the value at `reader.position`, whose tag is `reader.tag`; of a repeated field also the values that follow, up to
 * `limit`, where the message around it ends.
 */
export type ReadValue = (reader: WireReader, limit: number) => MessageValue;
