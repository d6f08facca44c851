import type { ServerResponse } from 'node:http';

import { scanJsonValue } from '../codec/json/json-scanner.ts';
import type { JsonStyle } from '../codec/json/json-style.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { Call } from '../call/call.ts';
import { GatewayError, type Metadata } from '../call/gateway-error.ts';

import { callOf, type Respond } from './exchange.ts';
import type { RenderError } from './render-error.ts';
import { renderHeader } from './render-metadata.ts';
import { startAnswer } from './send-answer.ts';
import { decodeBody, type MethodCodec, replyToAnswer } from './respond-unary.ts';

/** What a streaming call gives back. */
export interface StreamReply {
  readonly header: Metadata;
  /** The encoded response messages as they come; ends with a GatewayError when the call does. */
  readonly messages: AsyncIterable<Uint8Array>;
}

/**
 * Sends a call in which a side streams. `requests` are the encoded request messages; `call.request` is the first of them, or
 * empty. Resolves when the initial metadata is there; rejects with a GatewayError.
 */
export type InvokeStream = (call: Call, requests: readonly Uint8Array[]) => Promise<StreamReply>;

/** What the way of a streaming RPC is compiled from. */
export interface StreamingOptions {
  readonly method: MethodDescriptor;
  readonly codec: MethodCodec;
  /** Compact JSON of a response message, whatever the style. */
  readonly encodeCompact: (wire: Uint8Array) => Buffer;
  /** Compact, too. */
  readonly renderError: RenderError;
  readonly style: JsonStyle;
  /** Undefined: calls that stream are refused. */
  readonly invoke: InvokeStream | undefined;
}

/** Compiles the way of an RPC in which a side streams. */
export function compileStreaming(options: StreamingOptions): Respond {
  const { method, codec, encodeCompact, renderError, style, invoke } = options;
  return async (exchange) => {
    if (invoke === undefined)
      throw new GatewayError('UNIMPLEMENTED', `${method.fullName} streams, which is not supported`);
    const requests = decodeBody(exchange.body, (body) =>
      method.clientStreaming ? decodeAll(body, codec.decode) : [codec.decode(body)],
    );
    const reply = await invoke(callOf(exchange, method, requests[0] ?? noBytes), requests);
    if (method.serverStreaming) {
      await answerStream(exchange.response, reply, encodeCompact, renderError);
      return undefined;
    }
    let message: Uint8Array = noBytes;
    for await (const received of reply.messages) message = received;
    return replyToAnswer({ header: reply.header, message, trailer: [] }, codec.encode, exchange.progress, style);
  };
}

const noBytes = new Uint8Array(0);

const opening = Buffer.from('{"result":');
const closing = Buffer.from('}\n');

/**
 * Answers with a server's stream: one line `{"result":…}` per message, and a last one `{"error":…}` if it ends badly. An
 * error in place of the first message decides the status. grpc-gateway passes these lines through Go's encoding/json,
 * so they are compact and HTML-safe in either style.
 *
 * @param encode compact JSON of a response message
 */
async function answerStream(
  response: ServerResponse,
  { header, messages }: StreamReply,
  encode: (wire: Uint8Array) => Buffer,
  renderError: RenderError,
): Promise<void> {
  const fields = `Content-Type: application/json\r\n${renderHeader(header)}`;
  let answer: ReturnType<typeof startAnswer> | undefined;
  try {
    for await (const message of messages) {
      const line = Buffer.concat([opening, escapeHtml(encode(message)), closing]);
      answer ??= startAnswer(response, { status: 200, fields });
      await answer.write(line);
    }
    // Nothing came, so nothing says of what type it is.
    answer ??= startAnswer(response, { status: 200, fields: renderHeader(header) });
  } catch (error) {
    const { status, body } = renderError(GatewayError.from(error), 'before-rpc');
    answer ??= startAnswer(response, { status, fields });
    await answer.write(Buffer.concat([Buffer.from('{"error":'), escapeHtml(Buffer.from(body)), closing]));
  }
  answer.end();
}

/**
 * The messages that a client streams: JSON values one after the other, with or without space between them. Throws what
 * `decode` throws, and JsonSyntaxError.
 */
function decodeAll(body: Buffer, decode: (json: Uint8Array) => Uint8Array): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let span = scanJsonValue(body); span !== undefined; span = scanJsonValue(body, span.end)) {
    messages.push(decode(body.subarray(span.start, span.end)));
  }
  return messages;
}

/** What could end a script element, or a line of JavaScript, as Go's encoding/json writes it. */
function escapeHtml(json: Buffer): Buffer {
  return Buffer.from(json.toString().replace(/[<>&\u2028\u2029]/g, toEscape));
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
