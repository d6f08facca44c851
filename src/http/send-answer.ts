import type { IncomingMessage, ServerResponse } from 'node:http';

import { httpDate } from './http-date.ts';

/** One complete HTTP response, but for the lines that frame it. */
export interface Answer {
  /** Code and reason phrase, e.g. `404 Not Found`. */
  readonly status: string;
  /** Complete field lines in wire order, one character per byte, each ended by CRLF; may be empty. */
  readonly fields: string;
  readonly body: Uint8Array;
  /** Trailer field lines, written like `fields`. When given, even if empty, the body goes out chunked at any length. */
  readonly trailers?: string | undefined;
}

/** The longest body that is announced by `Content-Length`; clients of the Go gateway know this threshold. */
const longestUnchunked = 2048;
/** The longest unread request body for whose sake a connection is kept. */
const longestUnreadBody = 256 * 1024;
/** How long a client that is still sending may go on before its answered connection is cut. */
const lingerMs = 500;

/**
 * The parts of node's ServerResponse that hold a finished head. The documented way, `writeHead`, cannot say what the
 * contract asks for: an HTTP/1.0 status line, control bytes in forwarded values, `Date` before `Content-Length`. It also
 * checks every field again, which is the larger part of what a small answer costs. These names are the same in Node 20
 * to 26; `test/http/send-answer.test.ts` holds them to their meaning.
 */
type RawResponse = ServerResponse<IncomingMessage> & {
  /** The whole head; sent before the first byte of the body. */
  _header: string;
  /** Whether the connection ends with this response. */
  _last: boolean;
  /** Set by node when the request asked for `100 Continue`. */
  _expect_continue?: boolean;
  /** Set by `writeContinue()`. */
  _sent100?: boolean;
  [addedFields]?: string;
};

const addedFields = Symbol('added fields');

/**
 * Has field lines sent with whatever answer a handler will give, be it by the functions of this file or by node's own. They
 * stand behind the handler's fields; a field of the same name that node's way sets wins.
 *
 * @param fields complete lines as in `Answer`
 */
export function addFields(response: ServerResponse, fields: string): void {
  const raw = response as RawResponse;
  raw[addedFields] = (raw[addedFields] ?? '') + fields;
  for (const line of fields.split('\r\n').slice(0, -1)) {
    const colon = line.indexOf(': ');
    response.setHeader(line.slice(0, colon), line.slice(colon + 2));
  }
}

/**
 * Sends an answer as Go's net/http would frame it: `Date` after the handler's fields, `Content-Length` up to 2,048
 * bytes and one single chunk above, `Connection` only when it ends here, no `Keep-Alive`. Whether the connection is
 * kept is read from `response.shouldKeepAlive`. Head and body leave in one write. Does nothing when the client is gone.
 */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  const request = response.req;
  if (response.shouldKeepAlive && !request.complete && !mayFollow(response as RawResponse)) {
    response.shouldKeepAlive = false;
  }
  const { status, fields, body, trailers } = answer;
  const head = `${status}\r\n${fields}${(response as RawResponse)[addedFields] ?? ''}Date: ${httpDate()}\r\n`;
  const length = body.length;
  if (request.httpVersionMinor === 0) {
    sendToHttp10(response, head, answer);
  } else if (trailers === undefined && (length <= longestUnchunked || request.method === 'HEAD')) {
    const connection = response.shouldKeepAlive ? '' : 'Connection: close\r\n';
    sendRaw(response, `HTTP/1.1 ${head}Content-Length: ${length}\r\n${connection}\r\n`, body, '');
  } else {
    const connection = response.shouldKeepAlive ? '' : 'Connection: close\r\n';
    const chunk = length === 0 || request.method === 'HEAD' ? '' : `${length.toString(16)}\r\n`;
    const end = `${chunk === '' ? '' : '\r\n'}0\r\n${trailers ?? ''}\r\n`;
    sendRaw(response, `HTTP/1.1 ${head}${connection}Transfer-Encoding: chunked\r\n\r\n${chunk}`, body, end);
  }
}

/**
 * Sends a head that is already complete, and a body. The lowest of the ways out: nothing is added and nothing checked, but
 * that HEAD is answered without the body. `head` and `tail` hold one character per byte.
 */
export function sendRaw(response: ServerResponse, head: string, body: Uint8Array, tail: string): void {
  const raw = response as RawResponse;
  const isHead = raw.req.method === 'HEAD';
  raw._last = !raw.shouldKeepAlive;
  raw.chunkedEncoding = false;
  if (raw._last && !raw.req.complete && !isHead) {
    raw._header = head;
    linger(raw, body, tail);
  } else if (isHead || body.length <= longestUnchunked) {
    // One string is one write to the socket. A body given to end() would be a write of its own, and gathering the two is
    // the dearest thing that happens to a small answer.
    raw._header = isHead ? head : head + latin1(body) + tail;
    raw.end();
  } else {
    raw._header = head;
    raw.write(body);
    raw.end(tail, 'latin1');
  }
}

/** The body of an answer whose length is not known when it begins. */
export interface AnswerStream {
  /** Sends bytes as one chunk; resolves when the client has room for more, or is gone. */
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
}

/** Begins an answer that goes out chunk by chunk; under HTTP/1.0 it ends with the connection. */
export function startAnswer(response: ServerResponse, status: string, fields: string): AnswerStream {
  const raw = response as RawResponse;
  const isChunked = raw.req.httpVersionMinor > 0;
  if (!isChunked) raw.shouldKeepAlive = false;
  const connection = isChunked && !raw.shouldKeepAlive ? 'Connection: close\r\n' : '';
  const framing = isChunked ? `${connection}Transfer-Encoding: chunked\r\n` : '';
  raw._header = `HTTP/1.${isChunked ? 1 : 0} ${status}\r\n${fields}${raw[addedFields] ?? ''}Date: ${httpDate()}\r\n${framing}\r\n`;
  raw._last = !raw.shouldKeepAlive;
  raw.chunkedEncoding = isChunked;
  return {
    write: (bytes) =>
      new Promise((resolve) => {
        if (raw.destroyed || raw.write(bytes)) return resolve();
        const proceed = () => {
          raw.off('drain', proceed).off('close', proceed);
          resolve();
        };
        raw.on('drain', proceed).on('close', proceed);
      }),
    end: () => void raw.end(),
  };
}

/** HTTP/1.0 has no chunks: what has no announced length ends with the connection, and keeping that is opt-in. */
function sendToHttp10(response: ServerResponse, head: string, { body, trailers }: Answer): void {
  const announced = trailers === undefined && body.length <= longestUnchunked;
  if (!announced) response.shouldKeepAlive = false;
  const framing = announced ? `Content-Length: ${body.length}\r\n` : '';
  const connection = response.shouldKeepAlive ? 'Connection: keep-alive\r\n' : '';
  sendRaw(response, `HTTP/1.0 ${head}${framing}${connection}\r\n`, body, '');
}

/** Whether another request may follow on the connection although this one's body has not been read. */
function mayFollow(response: RawResponse): boolean {
  // The client holds the body back until it sees 100 or the final status; which of the two it will do is unknown.
  if (response._expect_continue === true && response._sent100 !== true) return false;
  const length = response.req.headers['content-length'];
  return length === undefined || Number(length) <= longestUnreadBody;
}

/**
 * Closing while the client still sends makes its kernel throw the answer away (RFC 9112, 9.6,
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6). So the answer goes out at once and the connection is closed when
 * the client has finished or its time is up.
 */
function linger(response: RawResponse, body: Uint8Array, tail: string): void {
  response.write(latin1(body) + tail, 'latin1');
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  response.req.once('end', end).once('close', end).resume();
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
