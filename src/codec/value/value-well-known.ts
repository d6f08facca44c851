import { scanWholeJson } from '../json/json-scanner.ts';

import { JsonError } from '../json/json-error.ts';
import type { MessagePlan, ResolvePlan } from '../json/json-plan.ts';
import { JsonReader } from '../json/json-reader.ts';
import { JsonTranscoder } from '../json/json-transcoder.ts';
import { ValueError } from './value-error.ts';
import type { WireWriter } from '../wire/wire-writer.ts';

/**
 * Writes the content of a well-known type (wrappers apart) from its proto3 JSON value. By way of JSON text: the types have
 * rules of their own, and one implementation of them is enough. Throws ValueError.
 */
export function writeWellKnownValue(
  writer: WireWriter,
  plan: MessagePlan,
  value: unknown,
  { resolve, path }: { readonly resolve: ResolvePlan; readonly path: readonly (string | number)[] },
): void {
  const expected = `expected the proto3 JSON form of ${plan.message.fullName}`;
  try {
    const json = Buffer.from(JSON.stringify(value));
    const { start, end } = scanWholeJson(json);
    new JsonTranscoder(new JsonReader(json, start, end, 'compact'), writer, resolve).run(plan);
  } catch (error) {
    // What JSON.stringify does not take: functions, bigints, cycles, nesting beyond the call stack.
    const reason = error instanceof JsonError ? error.message.replace(PLACE, '') : 'not a JSON value';
    throw new ValueError(`${expected}: ${reason}`, [...path]);
  }
}

/** Where in a text that the caller has never seen. */
const PLACE = /^proto: (?:syntax error )?(?:\(line \d+:\d+\): )?/;
