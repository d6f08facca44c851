import type { Duplex } from 'node:stream';

/**
 * What node's parser gives up on, by its error code, and the status line that says so. Everything else is a bad request.
 * Codes: https://github.com/nodejs/llhttp and ERR_HTTP_REQUEST_TIMEOUT of node:http.
 */
const statusByCode: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  HPE_INVALID_TRANSFER_ENCODING: '501 Not Implemented',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Answers what never became a request, in plain text and in the words of Go's net/http, and closes. Nothing of the
 * request is echoed.
 */
export function answerParseError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.end(plainTextAnswer(statusByCode[error.code ?? ''] ?? '400 Bad Request'), 'latin1');
}

/** A complete plain-text response whose body is its status; the connection ends with it. */
export function plainTextAnswer(status: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`;
}
