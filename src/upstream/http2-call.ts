import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

import { Metadata, type StatusObject, status } from '@grpc/grpc-js';

import { MessageReader } from './message-reader.ts';
import type { CallListener, UpstreamCall } from './upstream-channel.ts';

/** What all calls of a channel have in common. */
export interface Http2CallOptions {
  readonly authority: string;
  readonly maxReceiveBytes: number;
  /** Told when the request is complete and wants a session. */
  readonly onComplete: (call: Http2Call) => void;
  readonly onEnded: (call: Http2Call) => void;
}

/** The longest time that a timer of node can wait, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

const unpack: Readonly<
  Record<string, (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>>
> = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * One unary call over `node:http2`: one message there, one back. It ends with the words of grpc-js, which
 * `translate-status.ts` knows. The wire: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export class Http2Call implements UpstreamCall {
  readonly #path: string;
  readonly #deadlineAt: number;
  readonly #options: Http2CallOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #reader: MessageReader;
  #listener: CallListener | undefined;
  #metadata = new Metadata();
  #request: Buffer | undefined;
  #stream: ClientHttp2Stream | undefined;
  #httpStatus: number | undefined;
  #encoding: string | undefined;
  #unpacking: Promise<void> | undefined;
  /** What the server said at the end; told when all that came before it is. */
  #final: StatusObject | undefined;
  #error: NodeJS.ErrnoException | undefined;
  #isEnded = false;

  constructor(path: string, deadlineAt: number, options: Http2CallOptions) {
    this.#path = path;
    this.#deadlineAt = deadlineAt;
    this.#options = options;
    this.#reader = new MessageReader(options.maxReceiveBytes);
    if (deadlineAt === Number.POSITIVE_INFINITY) return;
    const leftMs = Math.min(Math.max(deadlineAt - Date.now(), 0), longestTimerMs);
    this.#timer = setTimeout(() => this.cancelWithStatus(status.DEADLINE_EXCEEDED, 'Deadline exceeded'), leftMs);
  }

  start(metadata: Metadata, listener: CallListener): void {
    this.#metadata = metadata;
    this.#listener = listener;
  }

  /** Messages are told as they come: there is one, and a second one is an error. */
  startRead(): void {}

  sendMessageWithContext(_context: object, message: Buffer): void {
    this.#request = message;
  }

  halfClose(): void {
    if (!this.#isEnded) this.#options.onComplete(this);
  }

  cancelWithStatus(code: status, details: string): void {
    this.end({ code, details, metadata: new Metadata() });
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  /** Sends the call. Until then it can end without anybody else knowing of it. */
  send(session: ClientHttp2Session): void {
    const leftMs = this.#deadlineAt - Date.now();
    const stream = session.request({
      ...this.#metadata.toHttp2Headers(),
      ':method': 'POST',
      ':path': this.#path,
      ':authority': this.#options.authority,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'grpc-node-cuegate',
      'grpc-accept-encoding': 'identity,deflate,gzip',
      'accept-encoding': 'identity',
      ...(this.#deadlineAt !== Number.POSITIVE_INFINITY && { 'grpc-timeout': formatTimeout(Math.max(leftMs, 0)) }),
    });
    this.#stream = stream;
    stream.on('response', (headers, flags) => this.#onResponse(headers, flags));
    stream.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    stream.on('trailers', (headers) => this.#onTrailers(headers));
    stream.on('end', () => this.#settle());
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reset by the server says with its code what it is.
      if (error.code !== 'ERR_HTTP2_STREAM_ERROR') this.#error = error;
    });
    // Errors of the same moment come first.
    stream.on('close', () => process.nextTick(() => this.#onClose(stream, session)));
    stream.end(frame(this.#request ?? Buffer.alloc(0)));
  }

  /** The connection is gone; what has arrived by now may still make a whole answer. */
  drop(): void {
    setImmediate(() => this.end({ code: status.UNAVAILABLE, details: 'Connection dropped', metadata: new Metadata() }));
  }

  /** Tells how the call ended. Does nothing the second time. */
  end(ended: StatusObject): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#options.onEnded(this);
    this.#listener?.onReceiveStatus(ended);
  }

  #onResponse(headers: Headers, flags: number): void {
    this.#httpStatus = Number(headers[':status']);
    this.#encoding = headers['grpc-encoding'] as string | undefined;
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
      this.#onTrailers(headers);
      return;
    }
    try {
      this.#listener?.onReceiveMetadata(Metadata.fromHttp2Headers(headers));
    } catch (error) {
      this.cancelWithStatus(status.UNKNOWN, (error as Error).message);
    }
  }

  #onBytes(bytes: Buffer): void {
    if (this.#isEnded) return;
    const { messages, tooLong } = this.#reader.push(bytes);
    if (tooLong !== undefined) {
      const page = mapHttpStatus(this.#httpStatus);
      // A proxy's page read as a message seems to be a long one.
      if (page !== undefined) this.cancelWithStatus(page.code, page.details);
      else this.cancelWithStatus(status.RESOURCE_EXHAUSTED, tooLong);
      return;
    }
    for (const { message, isCompressed } of messages) {
      if (isCompressed) this.#unpacking = this.#unpack(message);
      else this.#listener?.onReceiveMessage(message);
    }
  }

  async #unpack(message: Buffer): Promise<void> {
    const { maxReceiveBytes } = this.#options;
    const unpacked = await unpack[this.#encoding ?? '']?.(message, { maxOutputLength: maxReceiveBytes }).catch(
      (error: NodeJS.ErrnoException) => error,
    );
    if (unpacked instanceof Buffer) this.#listener?.onReceiveMessage(unpacked);
    else if ((unpacked as NodeJS.ErrnoException | undefined)?.code === 'ERR_BUFFER_TOO_LARGE') {
      // How long it is, is not known.
      this.cancelWithStatus(
        status.RESOURCE_EXHAUSTED,
        `Received message that decompresses to a size larger than ${maxReceiveBytes}`,
      );
    } else this.#endUnreadable((unpacked as Error | undefined)?.message);
  }

  /** Without words where the encoding is not known: those are found where statuses are translated. */
  #endUnreadable(words: string | undefined): void {
    const details = words === undefined ? {} : { details: `${this.#encoding}: ${words}` };
    this.end({ code: status.INTERNAL, ...details, metadata: new Metadata() } as StatusObject);
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  #onTrailers(headers: Headers): void {
    this.#final ??= readStatus(headers, this.#httpStatus);
    if (this.#final.code !== status.OK) this.end(this.#final);
  }

  /** Tells a good end, when the message before it has been told. */
  #settle(): void {
    const final = this.#final;
    if (final === undefined) return;
    if (this.#unpacking === undefined) this.end(final);
    else void this.#unpacking.then(() => this.end(final));
  }

  #onClose({ rstCode }: ClientHttp2Stream, session: ClientHttp2Session): void {
    if (this.#final !== undefined) this.#settle();
    else if (session.destroyed) this.drop();
    else this.end({ ...readReset(rstCode ?? 0, this.#httpStatus, this.#error), metadata: new Metadata() });
  }
}

type Headers = Parameters<typeof Metadata.fromHttp2Headers>[0] & { readonly ':status'?: number | undefined };
type Ending = Pick<StatusObject, 'code' | 'details'>;

/** The five bytes in front of a message: whether it is compressed, and how long it is. */
function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  message.copy(framed, 5);
  return framed;
}

/** At most eight digits and a unit, rounded up. */
function formatTimeout(leftMs: number): string {
  for (const [unit, lengthMs] of [
    ['m', 1],
    ['S', 1_000],
    ['M', 60_000],
  ] as const) {
    const amount = Math.ceil(leftMs / lengthMs);
    if (amount < 1e8) return `${amount}${unit}`;
  }
  return `${Math.ceil(leftMs / 3_600_000)}H`;
}

function readStatus(headers: Headers, httpStatus: number | undefined): StatusObject {
  let metadata = new Metadata();
  try {
    metadata = Metadata.fromHttp2Headers(headers);
  } catch {
    // What is no gRPC has no metadata either; its status says what it is.
  }
  const code = metadata.get('grpc-status')[0];
  const text = metadata.get('grpc-message')[0];
  metadata.remove('grpc-status');
  metadata.remove('grpc-message');
  if (typeof code === 'string') return { code: Number(code), details: decode(String(text ?? '')), metadata };
  const page = mapHttpStatus(httpStatus) ?? {
    code: status.UNKNOWN,
    details: `Received HTTP status code ${httpStatus}`,
  };
  return { ...page, metadata };
}

function decode(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md; undefined: all is well as far as HTTP knows. */
function mapHttpStatus(httpStatus: number | undefined): Ending | undefined {
  if (httpStatus === undefined || httpStatus === 200) return undefined;
  return { code: codesOfHttp[httpStatus] ?? status.UNKNOWN, details: `Received HTTP status code ${httpStatus}` };
}

const codesOfHttp: Readonly<Record<number, status>> = {
  400: status.INTERNAL,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.UNIMPLEMENTED,
  429: status.UNAVAILABLE,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
  504: status.UNAVAILABLE,
};

/** What a stream means that ended without a status. */
function readReset(code: number, httpStatus: number | undefined, error: NodeJS.ErrnoException | undefined): Ending {
  if (error?.code === 'ECONNRESET' || error?.code === 'ETIMEDOUT') {
    return { code: status.UNAVAILABLE, details: error.message };
  }
  switch (code) {
    case constants.NGHTTP2_NO_ERROR: {
      const details = `Received RST_STREAM with code ${code} (Call ended without gRPC status)`;
      return mapHttpStatus(httpStatus) ?? { code: status.INTERNAL, details };
    }
    case constants.NGHTTP2_REFUSED_STREAM:
      return { code: status.UNAVAILABLE, details: 'Stream refused by server' };
    case constants.NGHTTP2_CANCEL:
      return { code: status.CANCELLED, details: 'Call cancelled' };
    case constants.NGHTTP2_ENHANCE_YOUR_CALM:
      return { code: status.RESOURCE_EXHAUSTED, details: 'Bandwidth exhausted or memory limit exceeded' };
    case constants.NGHTTP2_INADEQUATE_SECURITY:
      return { code: status.PERMISSION_DENIED, details: 'Protocol not secure enough' };
    default:
      return { code: status.INTERNAL, details: `Received RST_STREAM with code ${code}` };
  }
}
