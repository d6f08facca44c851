import type { Duplex } from 'node:stream';

/** How a request is refused that cannot be served as HTTP at all. */
export interface Refusal {
  /** The status line without its version. */
  readonly status: string;
  readonly text: string;
}

const refusal = (status: string, text: string = status): Refusal => Object.freeze({ status, text });

/** Go's net/http, word for word. */
export const refusals = Object.freeze({
  badRequest: refusal('400 Bad Request'),
  missingHost: refusal('400 Bad Request: missing required Host header'),
  malformedHost: refusal('400 Bad Request: malformed Host header'),
  badEncoding: refusal('501 Not Implemented', 'Unsupported transfer encoding'),
  badVersion: refusal('505 HTTP Version Not Supported: unsupported protocol version'),
  timeout: refusal('408 Request Timeout'),
  bodyTooLarge: refusal('413 Content Too Large'),
  headTooLarge: refusal('431 Request Header Fields Too Large'),
});

/**
 * What node's parser gives up on, by its error code. Everything else is a bad request.
 * Codes: https://github.com/nodejs/llhttp and ERR_HTTP_REQUEST_TIMEOUT of node:http.
 */
const refusalByCode: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: refusals.headTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusals.bodyTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: refusals.timeout,
};

/** Answers what never became a request, and closes. Nothing of the request is echoed. */
export function answerParseError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writable && error.code !== 'ECONNRESET') {
    socket.end(writeRefusal(refusalByCode[error.code ?? ''] ?? refusals.badRequest), 'latin1');
  } else {
    socket.destroy();
  }
}

/** The complete response, in plain text; the connection ends with it. */
export function writeRefusal({ status, text }: Refusal): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`;
}
