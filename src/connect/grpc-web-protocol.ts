import type { IncomingHttpHeaders } from 'node:http';

import { GatewayError, type Metadata } from '../call/gateway-error.ts';

import { assertReadable } from './compress-message.ts';
import { writeMetadata } from './http-metadata.ts';
import type { Protocol, ProtocolAnswer, RequestHead } from './protocol.ts';

/** The first byte of a frame: whether its content is compressed, and whether that is the trailers. */
const COMPRESSED = 0x01;
const TRAILERS = 0x80;

/**
 * gRPC-Web, unary: gRPC's frames in an HTTP body, with the trailers as the last frame, since pages cannot read HTTP's.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
export const grpcWebProtocol: Protocol = {
  readHead,
  readMessage: (body, { isText, encoding }) => {
    assertReadable(encoding);
    const frames = isText ? decodeText(body) : body;
    if (frames.length === 0) throw new GatewayError('UNIMPLEMENTED', 'the body has no message; a unary RPC takes one');
    if (frames.length < 5) throw broken(`the body has ${frames.length} bytes; a frame has at least 5`);
    const length = frames.readUInt32BE(1);
    if (frames.length > 5 + length) {
      throw new GatewayError('UNIMPLEMENTED', 'the body goes on behind its first message; a unary RPC takes one');
    }
    if (frames.length < 5 + length) throw broken(`the frame announces ${length} bytes and ${frames.length - 5} follow`);
    const isCompressed = (frames[0]! & COMPRESSED) !== 0;
    if (isCompressed && encoding === 'identity') {
      throw new GatewayError('INTERNAL', 'the frame is said to be compressed, and grpc-encoding does not say how');
    }
    return { message: frames.subarray(5), isCompressed };
  },
  formatReply: ({ message, isCompressed, header, trailer }, head) =>
    answer(
      head,
      [frame(isCompressed ? COMPRESSED : 0, message), formatTrailers(0, '', trailer, undefined)],
      header,
      isCompressed,
    ),
  formatError: ({ status, message, header, trailer, statusDetails }, head, challenge) => {
    const answered = answer(
      head ?? fallbackHead,
      [formatTrailers(status.code, message, trailer, statusDetails)],
      header,
      false,
    );
    return challenge === undefined
      ? answered
      : { ...answered, headers: { ...answered.headers, 'www-authenticate': challenge } };
  },
};

const contentType = /^application\/grpc-web(-text)?(?:\+(\w+))?$/;

function readHead(headers: IncomingHttpHeaders): RequestHead {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const [, text, codec = 'proto'] = contentType.exec(type) ?? [];
  if (codec !== 'proto' && codec !== 'json') {
    throw new GatewayError('UNIMPLEMENTED', `${type} is not served; there are +proto and +json`);
  }
  const accepted = headers['grpc-accept-encoding'];
  return {
    surface: 'grpc-web',
    codec,
    timeoutMs: readTimeout(headers['grpc-timeout']),
    isText: text !== undefined,
    isFramed: true,
    contentType: type,
    acceptsGzip: typeof accepted === 'string' && /(?:^|,)\s*gzip\s*(?:,|$)/.test(accepted),
    encoding: String(headers['grpc-encoding'] ?? 'identity'),
  };
}

/** By which a mistake in a head is answered. */
const fallbackHead: RequestHead = readHead({ 'content-type': 'application/grpc-web+proto' });

const milliseconds: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
function readTimeout(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, amount, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(header)) ?? [];
  if (amount === undefined)
    throw broken(`grpc-timeout is ${JSON.stringify(String(header).slice(0, 40))}; expected e.g. 1500m`);
  return Number(amount) * milliseconds[unit]!;
}

/** Clients may encode each piece by itself, so padding can stand in the middle. */
function decodeText(body: Buffer): Buffer {
  const text = body.toString('latin1');
  if (!/^[A-Za-z0-9+/=\s]*$/.test(text)) throw broken('the body is not base64');
  return Buffer.concat(text.split(/(?<==)(?!=)/).map((piece) => Buffer.from(piece, 'base64')));
}

function broken(message: string): GatewayError {
  return new GatewayError('INVALID_ARGUMENT', message, { reason: 'BAD_GRPC_WEB_REQUEST' });
}

function frame(flags: number, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

function answer(
  { contentType: type, isText }: RequestHead,
  frames: readonly Buffer[],
  header: Metadata,
  isCompressed: boolean,
): ProtocolAnswer {
  const body = Buffer.concat(frames);
  return {
    status: 200,
    headers: { ...writeMetadata(header), 'content-type': type, ...(isCompressed && { 'grpc-encoding': 'gzip' }) },
    body: isText ? Buffer.from(body.toString('base64')) : body,
  };
}

function formatTrailers(
  code: number,
  message: string,
  trailer: Metadata,
  statusDetails: Uint8Array | undefined,
): Buffer {
  const details = statusDetails === undefined ? {} : writeMetadata([['grpc-status-details-bin', statusDetails]]);
  const lines = [`grpc-status: ${code}`];
  if (message !== '') lines.push(`grpc-message: ${percentEncode(message)}`);
  for (const [name, values] of Object.entries({ ...writeMetadata(trailer), ...details })) {
    for (const value of [values].flat()) lines.push(`${name}: ${value}`);
  }
  return frame(TRAILERS, Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'));
}

/** As gRPC writes texts: printable ASCII as it is, all other bytes of UTF-8 as %XX (PROTOCOL-HTTP2.md, "Responses"). */
function percentEncode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}
