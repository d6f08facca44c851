import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A gRPC server on the loopback interface. */
export interface GrpcServer {
  /** `127.0.0.1:<port>`. */
  readonly endpoint: string;
  close(): void;
}

/** Metadata entries as they stand on the wire; values of `-bin` keys in base64. */
export type WireMetadata = readonly (readonly [key: string, value: string])[];

/** One call, as a handler sees it. */
export interface ServedCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly messages: readonly Buffer[];
  readonly metadata: WireMetadata;
  /** By `grpc-timeout`; undefined: none. */
  readonly timeoutMs: number | undefined;
}

/** What goes back: an error without `header` and messages is trailers-only, as Go and Java send it. */
export interface ServedReply {
  readonly header?: Readonly<Record<string, string | string[]>>;
  readonly messages?: readonly Buffer[];
  readonly code?: number;
  readonly message?: string;
  readonly trailer?: Readonly<Record<string, string | string[]>>;
}

/** Answers by path; a path without an answer is UNIMPLEMENTED. */
export type Answers = ReadonlyMap<string, (call: ServedCall) => ServedReply | Promise<ServedReply>>;

/**
 * A gRPC server written on node:http2 alone (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). grpc-js'
 * server adds a `date` and names its codec in the content type, which neither the recorded backend nor Cuebot does, and
 * a gateway hands both on to its callers.
 */
export function createGrpcServer(answers: Answers): Promise<GrpcServer> {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  // The types of Node 20 do not know the last argument, which all its versions pass.
  const onStream = (stream: ServerHttp2Stream, headers: Headers, _flags: number, rawHeaders: readonly string[]) => {
    stream.on('error', () => {});
    void serve(stream, headers, rawHeaders, answers);
  };
  server.on('stream', onStream as (stream: ServerHttp2Stream, headers: Headers) => void);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        endpoint: `127.0.0.1:${port}`,
        close: () => {
          server.close();
          for (const session of sessions) session.destroy();
        },
      });
    });
  });
}

type Headers = IncomingHttpHeaders & { ':path'?: string };

async function serve(
  stream: ServerHttp2Stream,
  headers: Headers,
  rawHeaders: readonly string[],
  answers: Answers,
): Promise<void> {
  const path = headers[':path'] ?? '';
  const messages = await readMessages(stream);
  const answer = answers.get(path) ?? (() => ({ code: 12, message: `unknown method ${path}` }));
  const metadata = Array.from({ length: rawHeaders.length / 2 }, (_, index) => {
    return [rawHeaders[2 * index]!, rawHeaders[2 * index + 1]!] as const;
  });
  const reply = await answer({ path, messages, metadata, timeoutMs: parseTimeout(headers['grpc-timeout']) });
  if (!stream.destroyed) send(stream, reply);
}

/** An option that the types of Node 20 do not know. */
const withoutDate: object = { sendDate: false };

function send(stream: ServerHttp2Stream, reply: ServedReply): void {
  const { header, messages = [], code = 0, message = '', trailer = {} } = reply;
  const status = {
    ...trailer,
    'grpc-status': String(code),
    ...(code !== 0 && { 'grpc-message': percentEncode(message) }),
  };
  const start = { ':status': 200, 'content-type': 'application/grpc' };
  if (code !== 0 && header === undefined && messages.length === 0) {
    stream.respond({ ...start, ...status }, { endStream: true, ...withoutDate });
    return;
  }
  stream.respond({ ...start, ...header }, { waitForTrailers: true, ...withoutDate });
  stream.on('wantTrailers', () => stream.sendTrailers(status));
  for (const bytes of messages) stream.write(frame(bytes));
  stream.end();
}

async function readMessages(stream: AsyncIterable<Buffer>): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Spaces at the ends are encoded, too, which the recorded backend did not: node's HTTP/2 drops a value that has them. */
function percentEncode(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^ -~]|%|^ +| +$/g, (bytes) =>
      bytes.replace(/./gs, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`),
    );
}

function parseTimeout(header: string | string[] | undefined): number | undefined {
  const match = /^(\d+)([HMSmun])$/.exec(String(header));
  if (match === null) return undefined;
  const units: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
  return Number(match[1]) * units[match[2]!]!;
}
