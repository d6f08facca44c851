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
import type { Answer } from './send-answer.ts';

/** The codec of one method. */
export interface MethodCodec {
  /** The request message's wire bytes from the first JSON value of a body. Throws JsonError or JsonSyntaxError. */
  readonly decode: (json: Uint8Array) => Uint8Array;
  /** The response message as JSON. Throws WireError. */
  readonly encode: (wire: Uint8Array) => Buffer;
}

/** Compiles the way of a unary RPC: one message in, one out. */
export function compileUnary(
  method: MethodDescriptor,
  { decode, encode }: MethodCodec,
  invoke: Invoke,
  style: JsonStyle,
): Respond {
  return async (exchange) => {
    const request = decodeBody(exchange.body, decode);
    const reply = await invoke(callOf(exchange, method, request));
    return replyToAnswer(reply, encode, exchange.progress, style);
  };
}

/** What `decode` makes of a body. Throws INVALID_ARGUMENT with the text that says what is wrong with it. */
export function decodeBody<Message>(body: Buffer, decode: (json: Buffer) => Message): Message {
  try {
    return decode(body);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof JsonError)) throw error;
    throw new GatewayError('INVALID_ARGUMENT', error.message, { reason: 'BAD_BODY', cause: error });
  }
}

/** The answer of a reply. A reply that has no JSON form is an error, in which the metadata still arrives. */
export function replyToAnswer(
  reply: Reply,
  encode: (wire: Uint8Array) => Buffer,
  progress: Progress,
  style: JsonStyle,
): Answer {
  const body = encodeReply(reply, encode, style);
  const status = 200;
  const fields = `Content-Type: application/json\r\n${renderHeader(reply.header)}`;
  if (progress !== 'rpc-with-trailers') return { status, fields, body };
  return { status, fields: fields + announceTrailer(reply.trailer), body, trailers: renderTrailer(reply.trailer) };
}

function encodeReply(reply: Reply, encode: (wire: Uint8Array) => Buffer, style: JsonStyle): Buffer {
  try {
    return encode(reply.message);
  } catch (error) {
    throw error instanceof WireError ? badReply(error, reply, style) : error;
  }
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
