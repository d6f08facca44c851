import { JsonSyntaxError } from '../codec/json/json-scanner.ts';
import { JsonError } from '../codec/json/json-error.ts';
import { ERROR_PREFIX, type JsonStyle } from '../codec/json/json-style.ts';
import { WireError } from '../codec/wire/wire-error.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { Invoke, Reply } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';

import { callOf, type Respond } from './exchange.ts';
import type { Progress } from './render-error.ts';
import { announceTrailer, renderHeader, renderTrailer } from './render-metadata.ts';
import type { ReplyRoom } from './reply-room.ts';
import { type Answer, type Body, lengthOf } from './send-answer.ts';

/** The codec of one method whose messages are transcoded at once. */
export interface MethodCodec {
  /** The request message's wire bytes from the first JSON value of a body. Throws JsonError or JsonSyntaxError. */
  readonly decode: (json: Uint8Array) => Uint8Array;
  /** The response message as JSON. Throws WireError. */
  readonly encode: (wire: Uint8Array) => Body | Promise<Body>;
}

/** The codec of a unary method: long messages are transcoded over several turns of the event loop. */
export interface UnaryCodec extends Pick<MethodCodec, 'encode'> {
  /** Throws or rejects as `MethodCodec.decode` throws. */
  readonly decode: (json: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** Compiles the way of a unary RPC: one message in, one out. */
export function compileUnary(
  method: MethodDescriptor,
  { decode, encode }: UnaryCodec,
  invoke: Invoke,
  style: JsonStyle,
  room: ReplyRoom,
): Respond {
  return async (exchange) => {
    const { hold, progress } = exchange;
    const decoded = decodeBody(exchange.body, decode);
    const request = decoded instanceof Promise ? await decoded.catch(explainBadBody) : decoded;
    const waiting = room.beforeCall(hold);
    if (waiting !== undefined) await waiting;
    const reply = await invoke(callOf(exchange, method, request));
    const { length } = reply.message;
    const making = room.beforeEncoding(hold, length);
    if (making !== undefined) await making;
    const answer = replyToAnswer(reply, encode, progress, style);
    const { body } = answer instanceof Promise ? await answer : answer;
    room.encoded(hold, length, lengthOf(body));
    return answer;
  };
}

/** What `decode` makes of a body. Throws INVALID_ARGUMENT with the text that says what is wrong with it. */
export function decodeBody<Message>(body: Buffer, decode: (json: Buffer) => Message): Message {
  try {
    return decode(body);
  } catch (error) {
    return explainBadBody(error);
  }
}

function explainBadBody(error: unknown): never {
  if (!(error instanceof JsonSyntaxError || error instanceof JsonError)) throw error;
  throw new GatewayError('INVALID_ARGUMENT', error.message, { reason: 'BAD_BODY', cause: error });
}

/**
 * The answer of a reply. A reply that has no JSON form is an error, in which the metadata still arrives; it is thrown, or
 * the promise rejects with it.
 */
export function replyToAnswer(
  reply: Reply,
  encode: MethodCodec['encode'],
  progress: Progress,
  style: JsonStyle,
): Answer | Promise<Answer> {
  const answerWith = (body: Body): Answer => {
    const status = 200;
    const fields = `Content-Type: application/json\r\n${renderHeader(reply.header)}`;
    if (progress !== 'rpc-with-trailers') return { status, fields, body };
    return { status, fields: fields + announceTrailer(reply.trailer), body, trailers: renderTrailer(reply.trailer) };
  };
  const fail = (error: unknown): never => {
    throw error instanceof WireError ? badReply(error, reply, style) : error;
  };
  let body: Body | Promise<Body>;
  try {
    body = encode(reply.message);
  } catch (error) {
    return fail(error);
  }
  return body instanceof Promise ? body.then(answerWith, fail) : answerWith(body);
}

function badReply(cause: WireError, { header, trailer }: Reply, style: JsonStyle): GatewayError {
  const text = cause.kind === 'invalid-utf8' ? cause.message : ERROR_PREFIX[style] + cause.message;
  const options = { reason: 'BAD_REPLY', trailer, cause };
  if (cause.kind === 'unmarshalable') {
    // grpc-gateway has written the metadata when it finds out, and writes it again with the error.
    return new GatewayError('UNKNOWN', text, { ...options, header: [...header, ...header] });
  }
  return new GatewayError('INTERNAL', `grpc: failed to unmarshal the received message: ${text}`, {
    ...options,
    header,
  });
}
