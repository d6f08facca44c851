import { scanJsonValue } from './json-scanner.ts';

import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { compileResolve, planOf } from './compile-json-plan.ts';
import { JsonError } from './json-error.ts';
import { JsonReader } from './json-reader.ts';
import { ERROR_PREFIX, type JsonStyle } from './json-style.ts';
import { JsonTranscoder } from './json-transcoder.ts';
import { compileFindMissing } from '../wire/required-fields.ts';
import { WireWriter } from '../wire/wire-writer.ts';

/**
 * Compiles the way from a message type's proto3 JSON (https://protobuf.dev/programming-guides/json/) to its wire form.
 * The function takes a text that begins with one JSON value and ignores what follows it; white space alone is the empty
 * message. It throws JsonSyntaxError where the text is not JSON and JsonError where the JSON does not fit or lacks a
 * required field, both with the Go gateway's words; `style` is that of the errors. Unknown members are dropped. Fields are written in the order of
 * the text, which is as good as any other on the wire.
 */
export function compileJsonToWire(
  message: MessageDescriptor,
  registry: Registry,
  style: JsonStyle = 'compact',
): (json: Uint8Array) => Buffer {
  const plan = planOf(message);
  const resolve = compileResolve(registry);
  const checkRequired = compileCheckRequired(message, style);
  return (json) => {
    const span = scanJsonValue(json);
    if (span === undefined) return Buffer.alloc(0);
    const bytes = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
    try {
      new JsonTranscoder(new JsonReader(bytes, span.start, span.end, style), writer, resolve).run(plan);
      return checkRequired(writer.finish());
    } finally {
      writer.reset();
    }
  };
}

/** Compiles what throws a JsonError for a message that lacks a required field, and returns any other as it is. */
export function compileCheckRequired(message: MessageDescriptor, style: JsonStyle): (wire: Buffer) => Buffer {
  const missingIn = compileFindMissing(message);
  return (wire) => {
    const missing = missingIn?.(wire);
    if (missing === undefined) return wire;
    throw new JsonError(`${ERROR_PREFIX[style]}required field ${missing} not set`);
  };
}

/** One for all messages: each is written without interruption. */
const writer = new WireWriter();
