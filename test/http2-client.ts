import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';

/** A whole answer by HTTP/2. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** Connects, by TLS and HTTP/2. */
export async function dialHttp2(url: string, options: SecureClientSessionOptions): Promise<ClientHttp2Session> {
  const session = connect(url, options);
  session.on('error', () => {});
  await once(session, 'connect');
  return session;
}

/** Sends a request on a connection, and reads the whole answer. Rejects when the stream is reset. */
export function askHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Uint8Array,
): Promise<Http2Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return readHttp2(stream);
}

/** Reads the whole answer to a request that was sent. */
export async function readHttp2(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const chunks: Buffer[] = [];
  let trailers: IncomingHttpHeaders = {};
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('trailers', (received: IncomingHttpHeaders) => {
    trailers = received;
  });
  const [headers] = (await once(stream, 'response')) as [Http2Answer['headers']];
  // Not the stream's close: one that is answered before its body is out, and told to stop, waits for its writer.
  if (!stream.readableEnded) await once(stream, 'end');
  // Trailers come in the same frame as the end, and are told in the same turn.
  await new Promise((resolve) => setImmediate(resolve));
  const body = Buffer.concat(chunks);
  return { status: Number(headers[':status']), headers, trailers, body, text: body.toString() };
}
