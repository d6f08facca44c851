import type { OutgoingHttpHeaders } from 'node:http';
import {
  constants,
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { ReadableOptions } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** The sockets of sessions; node shows proxies of them alone, each time another one. */
export const socketsOfSessions = new WeakMap<ServerHttp2Session, TLSSocket>();

/**
 * A request by HTTP/2 as handlers know requests: with `Host`, without pseudo-header fields among its lines, and on the
 * connection's own socket. It tells of a client that leaves in the middle as HTTP/1.1 does, by an error, where somebody listens.
 */
export class Http2Request extends Http2ServerRequest {
  /** How much of the body has come, in bytes. */
  receivedBytes = 0;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    options: ReadableOptions,
    rawHeaders: readonly string[],
  ) {
    const authority = headers[':authority'];
    // RFC 9113, 8.3.1: whoever is given both must find the same in them. No host is none that is allowed.
    if (headers.host === undefined) {
      if (authority !== undefined) headers.host = authority;
    } else if (authority !== undefined && authority !== headers.host) headers.host = '?';
    super(stream, headers, options, withoutPseudoFields(rawHeaders));
    Object.defineProperty(this, 'socket', { value: socketsOfSessions.get(stream.session as ServerHttp2Session) });
    this.once('aborted', () => this.#cut());
  }

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (chunk !== null) this.receivedBytes += chunk.length;
    // Node ends a stream that is reset, too. What has come of the body is not the body then.
    else if (this.stream.closed || this.stream.destroyed || this.stream.aborted) {
      this.#cut();
      return false;
    }
    return super.push(chunk, encoding);
  }

  override _read(size: number): void {
    // Node asserts that nobody reads from a closed stream.
    if (!this.stream.closed && !this.stream.destroyed) super._read(size);
  }

  #cut(): void {
    if (this.readableEnded) return;
    this.destroy(this.listenerCount('error') > 0 ? new Error('the client has gone') : undefined);
  }
}

/** Of a list of names and values by turns. The Host that stands for the authority is not among them. */
function withoutPseudoFields(rawHeaders: readonly string[]): readonly string[] {
  let first = 0;
  // They come before all others (RFC 9113, 8.3).
  while (rawHeaders[first]?.startsWith(':') === true) first += 2;
  return rawHeaders.slice(first);
}

/**
 * What HTTP/2 has no place for: the connection is not the request's, and frames say where a body ends (RFC 9113, 8.2.2). Node
 * leaves them out with a warning for each.
 */
const connectionFields: ReadonlySet<string> = new Set(
  'connection keep-alive proxy-connection transfer-encoding upgrade'.split(' '),
);

type Fields = OutgoingHttpHeaders | readonly string[];

/**
 * A response by HTTP/2 as handlers know responses. Whether the connection is kept is not its business: it always says that it
 * is. A request that is still coming when its answer is out is told to stop.
 */
export class Http2Response extends Http2ServerResponse<Http2Request> {
  declare readonly req: Http2Request;
  /** How much has been given to it, in bytes. */
  writtenBytes = 0;

  constructor(stream: ServerHttp2Stream) {
    super(stream);
    stream.once('finish', () => {
      // What had no body is not complete either before somebody reads it; and trailers are still to come.
      if (!this.req.complete && !stream.endAfterHeaders) stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }

  get shouldKeepAlive(): boolean {
    return true;
  }

  set shouldKeepAlive(_: boolean) {}

  override writeHead(status: number, ...more: readonly (string | Fields | undefined)[]): this {
    const fields = more.find((each) => typeof each === 'object');
    const kept = Array.isArray(fields)
      ? pairsOf(fields).filter(([name]) => isOwn(name))
      : Object.entries(fields ?? {}).filter(([name, value]) => value !== undefined && isOwn(name));
    return super.writeHead(status, kept.flat() as never);
  }

  override setHeader(name: string, value: number | string | readonly string[]): this {
    if (isOwn(name)) super.setHeader(name, value);
    return this;
  }

  override write(chunk: string | Uint8Array, ...more: readonly unknown[]): boolean {
    if (!this.headersSent) this.writeHead(this.statusCode);
    // Node ends the stream with the head where there is no body, and then says that it has ended.
    if (this.#hasNoBody) return true;
    this.writtenBytes += typeof chunk === 'string' ? Buffer.byteLength(chunk, more[0] as BufferEncoding) : chunk.length;
    return super.write(chunk, ...(more as [BufferEncoding]));
  }

  get #hasNoBody(): boolean {
    return this.req.method === 'HEAD' || this.statusCode === 204 || this.statusCode === 304;
  }
}

/** As of responses by HTTP/1.1. */
Object.defineProperties(Http2Response.prototype, {
  // The types say that it is there.
  destroyed: {
    get(this: Http2Response) {
      return this.stream.destroyed || this.stream.closed;
    },
  },
  // Node ends a stream that is reset before its answer is out, and would call that finished.
  writableFinished: {
    get(this: Http2Response) {
      return this.stream.writableFinished && !this.stream.aborted;
    },
  },
});

function isOwn(name: string): boolean {
  return !connectionFields.has(name.toLowerCase());
}

function pairsOf(flat: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index]!, flat[2 * index + 1]!]);
}
