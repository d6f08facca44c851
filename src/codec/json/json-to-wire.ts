import { scanJsonValue } from './json-scanner.ts';

import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { compileResolve, planOf } from './compile-json-plan.ts';
import { JsonReader } from './json-reader.ts';
import type { JsonStyle } from './json-style.ts';
import { JsonTranscoder } from './json-transcoder.ts';
import { WireWriter } from '../wire/wire-writer.ts';

/**
 * Compiles the way from a message type's proto3 JSON (https://protobuf.dev/programming-guides/json/) to its wire form.
 * The function takes a text that begins with one JSON value and ignores what follows it; white space alone is the empty
 * message. It throws JsonSyntaxError where the text is not JSON and JsonError where the JSON does not fit, both with the
 * Go gateway's words; `style` is that of the errors. Unknown members are dropped. Fields are written in the order of
 * the text, which is as good as any other on the wire.
 */
export function compileJsonToWire(
  message: MessageDescriptor,
  registry: Registry,
  style: JsonStyle = 'compact',
): (json: Uint8Array) => Buffer {
  const plan = planOf(message);
  const resolve = compileResolve(registry);
  return (json) => {
    const span = scanJsonValue(json);
    if (span === undefined) return Buffer.alloc(0);
    const bytes = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
    try {
      new JsonTranscoder(new JsonReader(bytes, span.start, span.end, style), writer, resolve).run(plan);
      return writer.finish();
    } finally {
      writer.reset();
    }
  };
}

/** One for all messages: each is written without interruption. */
const writer = new WireWriter();
