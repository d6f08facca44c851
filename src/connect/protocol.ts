import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

import type { Surface } from '../call/call.ts';
import type { GatewayError, Metadata } from '../call/gateway-error.ts';

/** A request of one protocol, read from its head. */
export interface RequestHead {
  readonly surface: Extract<Surface, 'connect' | 'grpc-web'>;
  readonly codec: 'json' | 'proto';
  /** How long the caller is willing to wait, in milliseconds; undefined: it did not say. */
  readonly timeoutMs: number | undefined;
  /** Whether bytes are text in base64 on the way (`application/grpc-web-text`). */
  readonly isText: boolean;
  /** Whether messages are framed by a flag and a length of five bytes. */
  readonly isFramed: boolean;
  /** The content type of the answer. */
  readonly contentType: string;
  /** How the caller takes compressed messages. */
  readonly acceptsGzip: boolean;
  /** How the message of the request is compressed: `identity`, `gzip`, or what nobody here reads. */
  readonly encoding: string;
}

/** A finished answer. */
export interface ProtocolAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** A reply whose message is in the caller's codec. */
export interface EncodedReply {
  readonly message: Buffer;
  /** Whether the message was compressed by gzip. */
  readonly isCompressed: boolean;
  readonly header: Metadata;
  readonly trailer: Metadata;
}

/** How one protocol is framed; what is between the frames is the same in all. */
export interface Protocol {
  /** Reads the head of a request. Throws a GatewayError for one that the protocol forbids. */
  readonly readHead: (headers: IncomingHttpHeaders) => RequestHead;
  /** The message inside a body, and whether it is compressed. Throws a GatewayError when the framing is broken. */
  readonly readMessage: (
    body: Buffer,
    head: RequestHead,
  ) => { readonly message: Buffer; readonly isCompressed: boolean };
  readonly formatReply: (reply: EncodedReply, head: RequestHead) => ProtocolAnswer;
  /** `head` is undefined when that was the mistake. */
  readonly formatError: (
    error: GatewayError,
    head: RequestHead | undefined,
    challenge: string | undefined,
  ) => ProtocolAnswer;
}
