import type { IncomingMessage, ServerResponse } from 'node:http';

import { closeIfUnread, endAnswer } from '../http/send-answer.ts';

import { canonicalName } from './header-fields.ts';
import { isByHttp2, writeHttp2Head } from './send-http2-answer.ts';

/** A body, whole or in pieces. */
export type Body = Uint8Array | readonly Uint8Array[];

/** How many bytes a body has. */
export function lengthOf(body: Body): number {
  return body instanceof Uint8Array ? body.length : body.reduce((length, piece) => length + piece.length, 0);
}

/** One complete HTTP response, but for the lines that frame it. */
export interface Answer {
  readonly status: number;
  /** Complete field lines in wire order, one character per byte, each ended by CRLF; may be empty. */
  readonly fields: string;
  readonly body: Body;
  /** Trailer field lines, written like `fields`. When given, even if empty, the body goes out chunked at any length. */
  readonly trailers?: string | undefined;
}

/** The longest body that is announced by `Content-Length`; clients of the Go gateway know this threshold. */
const longestUnchunked = 2048;

/**
 * The parts of node's ServerResponse that hold a finished head. The documented way, `writeHead`, cannot say what the
 * contract asks for: an HTTP/1.0 status line, control bytes in forwarded values, `Date` before `Content-Length`. It also
 * checks every field again, which is the larger part of what a small answer costs. These names are the same in Node 20
 * to 26; `test/rest/send-answer.test.ts` holds them to their meaning. Nothing outside this file uses them.
 */
type RawResponse = ServerResponse<IncomingMessage> & {
  /** The whole head; sent before the first byte of the body. */
  _header: string;
  /** Whether the connection ends with this response. */
  _last: boolean;
  /** The trailer fields; sent after the last chunk. */
  _trailer: string;
};

/**
 * Sends an answer as Go's net/http would frame it: `Date` after the handler's fields, `Content-Length` up to 2,048
 * bytes and one single chunk above, `Connection` only when it ends here, no `Keep-Alive`. Whether the connection is
 * kept is read from `response.shouldKeepAlive`. Head and body leave in one write. Does nothing when the client is gone.
 *
 * Headers that were set on the response (those of cross-origin resource sharing) stand behind the answer's fields.
 */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  closeIfUnread(response);
  const { body, trailers } = answer;
  const length = lengthOf(body);
  const request = response.req;
  if (isByHttp2(response)) {
    writeHttp2Head(response, answer, length);
    void sendPieces(response, body, '');
    return;
  }
  const head = startHead(response, answer);
  if (request.httpVersionMinor === 0) {
    sendToHttp10(response, head, answer);
  } else if (trailers === undefined && (length <= longestUnchunked || request.method === 'HEAD')) {
    sendRaw(response, `HTTP/1.1 ${head}Content-Length: ${length}\r\n${connectionOf(response)}\r\n`, body, '');
  } else {
    const chunk = length === 0 || request.method === 'HEAD' ? '' : `${length.toString(16)}\r\n`;
    const end = `${chunk === '' ? '' : '\r\n'}0\r\n${trailers ?? ''}\r\n`;
    const framing = `${connectionOf(response)}Transfer-Encoding: chunked\r\n`;
    sendRaw(response, `HTTP/1.1 ${head}${framing}\r\n${chunk}`, body, end);
  }
}

/**
 * Sends the client to a cleaner spelling of its path. 307 keeps the method: a POST to a base URL that ends in a slash
 * arrives as a POST. 301, which Go used before 1.26, is turned into a GET by most clients.
 */
export function sendRedirect(response: ServerResponse, location: string): void {
  const status = 307;
  const fields = `Location: ${location}\r\n`;
  const pageFields = `Content-Type: text/html; charset=utf-8\r\n${fields}`;
  switch (response.req.method) {
    case 'GET':
      sendAnswer(response, { status, fields: pageFields, body: Buffer.from(pageOf(location), 'latin1') });
      break;
    case 'HEAD':
      // The page is not written for HEAD, so its length is not known either.
      if (isByHttp2(response)) {
        writeHttp2Head(response, { status, fields: pageFields });
        response.end();
      } else sendRaw(response, `HTTP/1.1 ${startHead(response, { status, fields: pageFields })}\r\n`, noBody, '');
      break;
    default:
      sendAnswer(response, { status, fields, body: noBody });
  }
}

const noBody = Buffer.alloc(0);

function pageOf(location: string): string {
  return `<a href="${escapeHtml(location)}">Temporary Redirect</a>.\n\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${htmlEscapes[character]};`);
}

const htmlEscapes: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': '#34', "'": '#39' };

/** The body of an answer whose length is not known when it begins. */
export interface AnswerStream {
  /** Sends bytes as one chunk; resolves when the client has room for more, or is gone. */
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
}

/** Begins an answer that goes out chunk by chunk; under HTTP/1.0 it ends with the connection. */
export function startAnswer(response: ServerResponse, answer: Omit<Answer, 'body'>): AnswerStream {
  const raw = response as RawResponse;
  if (isByHttp2(response)) writeHttp2Head(response, answer);
  else startRaw(raw, answer);
  return {
    write: async (bytes) => {
      if (!raw.destroyed && !raw.write(bytes)) await untilDrained(raw);
    },
    end: () => void raw.end(),
  };
}

function startRaw(raw: RawResponse, answer: Omit<Answer, 'body'>): void {
  const isChunked = raw.req.httpVersionMinor > 0;
  if (!isChunked) raw.shouldKeepAlive = false;
  const framing = isChunked ? `${connectionOf(raw)}Transfer-Encoding: chunked\r\n` : '';
  raw._header = `HTTP/1.${isChunked ? 1 : 0} ${startHead(raw, answer)}${framing}\r\n`;
  raw._last = !raw.shouldKeepAlive;
  raw.chunkedEncoding = isChunked;
  raw._trailer = answer.trailers ?? '';
}

/** What every head begins with, but for its version: status, fields and date. */
function startHead(response: ServerResponse, { status, fields }: Omit<Answer, 'body'>): string {
  response.statusCode = status;
  let shared = '';
  for (const name of response.getHeaderNames()) shared += `${canonicalName(name)}: ${response.getHeader(name)}\r\n`;
  return `${statusLineOf(status)}\r\n${fields}${shared}Date: ${httpDate()}\r\n`;
}

function connectionOf({ shouldKeepAlive }: ServerResponse): string {
  return shouldKeepAlive ? '' : 'Connection: close\r\n';
}

/** HTTP/1.0 has no chunks: what has no announced length ends with the connection, and keeping that is opt-in. */
function sendToHttp10(response: ServerResponse, head: string, { body, trailers }: Answer): void {
  const length = lengthOf(body);
  const announced = trailers === undefined && length <= longestUnchunked;
  if (!announced) response.shouldKeepAlive = false;
  const framing = announced ? `Content-Length: ${length}\r\n` : '';
  const connection = response.shouldKeepAlive ? 'Connection: keep-alive\r\n' : '';
  sendRaw(response, `HTTP/1.0 ${head}${framing}${connection}\r\n`, body, '');
}

/**
 * Sends a head that is already complete, and a body. Nothing is added and nothing checked, but that HEAD is answered
 * without the body. `head` and `tail` hold one character per byte.
 */
function sendRaw(response: ServerResponse, head: string, body: Body, tail: string): void {
  const raw = response as RawResponse;
  const isHead = raw.req.method === 'HEAD';
  raw._last = !raw.shouldKeepAlive;
  raw.chunkedEncoding = false;
  if (isHead || (body instanceof Uint8Array && body.length <= longestUnchunked)) {
    // One string is one write to the socket. A body given to end() would be a write of its own, and gathering the two is
    // the dearest thing that happens to a small answer.
    raw._header = isHead ? head : head + latin1(body as Uint8Array) + tail;
    endAnswer(raw, '');
  } else {
    raw._header = head;
    void sendPieces(raw, body, tail);
  }
}

/** How much is given to the socket at once, in bytes; what is given is what a slow reader is judged by. */
const pieceBytes = 64 * 1024;

/** Writes a long body no faster than it is read, so that the socket holds one piece of it at most. */
async function sendPieces(response: ServerResponse, body: Body, tail: string): Promise<void> {
  let hasRoom = true;
  for (const bytes of body instanceof Uint8Array ? [body] : body) {
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      if (!hasRoom) await untilDrained(response);
      if (response.destroyed) return;
      hasRoom = response.write(bytes.subarray(from, from + pieceBytes));
    }
  }
  endAnswer(response, tail, 'latin1');
}

/** Resolves when the client has room for more, or is gone. */
function untilDrained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const proceed = () => {
      response.off('drain', proceed).off('close', proceed);
      resolve();
    };
    response.on('drain', proceed).on('close', proceed);
  });
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Go's reason phrases of the statuses that REST answers with; RFC 9110, section 15. */
const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** `404` → `404 Not Found`. A code that Go has no words for (499) is called by its number. */
function statusLineOf(status: number): string {
  return `${status} ${phrases[status] ?? `status code ${status}`}`;
}

let second = 0;
let dateText = '';

/**
 * The current time as the `Date` field writes it (RFC 9110, 5.6.7, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7).
 * Formatting costs more than the rest of a response head, so the text is kept for the second it is true.
 */
export function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    dateText = new Date(now * 1000).toUTCString();
  }
  return dateText;
}
