import { connect } from 'node:net';

/** What came back over a socket. */
export interface Exchange {
  /** One character per byte. */
  readonly response: string;
  /** Whether the server ended the connection within `patienceMs` after the last byte. */
  readonly closed: boolean;
}

export interface ReplayOptions {
  readonly port: number;
  /** One character per byte. */
  readonly request: string;
  /** How many complete responses to wait for, interim ones included; 0 waits for `patienceMs` and expects none. */
  readonly responses: number;
  /** Whether to wait for the end of the connection, too. */
  readonly untilClosed: boolean;
  readonly patienceMs: number;
}

/** Sends raw bytes to a server on this machine and collects what it answers, without ever ending its own side. */
export function replay({ port, request, responses, untilClosed, patienceMs }: ReplayOptions): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let response = '';
    let isClosed = false;
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ response, closed: isClosed });
    };
    const timer = setTimeout(finish, patienceMs);
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(request, 'latin1'));
    socket.on('data', (text: string) => {
      response += text;
      const isComplete = responses > 0 && countResponses(response, request.startsWith('HEAD ')) >= responses;
      if (isComplete && !untilClosed) finish();
    });
    socket.on('end', () => {
      isClosed = true;
      finish();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server may cut a connection that it has answered already.
      if (response === '' && error.code !== 'ECONNRESET') reject(error);
      isClosed = true;
      finish();
    });
  });
}

/**
 * How many complete responses a text holds. One that ends with the connection never counts. Answers to HEAD announce a
 * body that never comes.
 */
export function countResponses(text: string, toHead: boolean): number {
  let count = 0;
  let at = 0;
  for (;;) {
    const headEnd = text.indexOf('\r\n\r\n', at);
    if (headEnd < 0) return count;
    const head = text.slice(at, headEnd + 2);
    const end = toHead ? headEnd + 4 : endOfBody(text, head, headEnd + 4);
    if (end === undefined || end > text.length) return count;
    count++;
    at = end;
  }
}

function endOfBody(text: string, head: string, from: number): number | undefined {
  if (/^HTTP\/1\.\d 1\d\d/.test(head)) return from;
  if (/^Transfer-Encoding: chunked\r$/m.test(head)) return endOfChunks(text, from);
  const length = /^Content-Length: (\d+)\r$/m.exec(head)?.[1];
  if (length === undefined) return undefined;
  return from + Number(length);
}

function endOfChunks(text: string, from: number): number | undefined {
  let at = from;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (size === 0) {
      const trailerEnd = text.indexOf('\r\n\r\n', lineEnd);
      return trailerEnd < 0 ? undefined : trailerEnd + 4;
    }
    at = lineEnd + 2 + size + 2;
  }
}
