import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

import type { Call, Invoke } from '../../../src/call/call.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const protos = readdirSync(folder).filter((name) => name.endsWith('.proto'));
const root = protobuf.loadSync(protos.map((name) => `${folder}${name}`));

/**
 * Answers by method name, e.g. `GetBook`: a request as protobufjs reads it to a response as protobufjs writes it, or to the
 * bytes themselves.
 */
export type Answers = Readonly<
  Record<string, (request: Record<string, unknown>, call: Call) => object | Promise<object>>
>;

/** An upstream that is not made with our codec, so that two implementations meet on the wire. */
export function createUpstream(answers: Answers): Invoke & { readonly calls: Call[] } {
  const calls: Call[] = [];
  const invoke: Invoke = async (call) => {
    calls.push(call);
    const { method } = call;
    const input = root.lookupType(method.input.fullName);
    const output = root.lookupType(method.output.fullName);
    const request = input.toObject(input.decode(call.request), { longs: String, bytes: String });
    const answer = await answers[method.name]!(request, call);
    const message = answer instanceof Uint8Array ? answer : output.encode(output.fromObject(answer)).finish();
    return { message, header: [], trailer: [] };
  };
  return Object.assign(invoke, { calls });
}
