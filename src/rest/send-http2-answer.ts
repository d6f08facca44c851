import type { ServerResponse } from 'node:http';

/** What surrounds the body of an answer. */
export interface AnswerHead {
  readonly status: number;
  /** Field lines, each ended by CRLF; so are the trailers. */
  readonly fields: string;
  readonly trailers?: string | undefined;
}

/** Whether a response goes out in frames, which know nothing of chunks and of connections. */
export function isByHttp2({ req }: ServerResponse): boolean {
  return req.httpVersion === '2.0';
}

/**
 * Writes the head of an answer by HTTP/2: the same fields as by HTTP/1.1, in the same order, their names in lower case (RFC 9113,
 * 8.2). Trailers go out after the body, whether or not the client said that it takes them: it told by `TE`, and so they are there.
 *
 * @param length of the body, in bytes; undefined: not known yet
 */
export function writeHttp2Head(
  response: ServerResponse,
  { status, fields, trailers }: AnswerHead,
  length?: number,
): void {
  const lines = linesOf(fields).flat();
  if (length !== undefined && trailers === undefined) lines.push('content-length', String(length));
  if (trailers !== undefined) {
    const values = new Map<string, string[]>();
    for (const [name, value] of linesOf(trailers)) values.set(name, [...(values.get(name) ?? []), value]);
    for (const [name, each] of values) response.addTrailers({ [name]: each as never });
  }
  response.writeHead(status, lines);
}

/** Names in lower case and values of field lines that are each ended by CRLF. */
function linesOf(fields: string): readonly (readonly [name: string, value: string])[] {
  return fields
    .split('\r\n')
    .slice(0, -1)
    .map((line) => {
      const end = line.indexOf(':');
      return [
        line.slice(0, end).toLowerCase(),
        line
          .slice(end + 1)
          .trim()
          .replace(control, ' '),
      ];
    });
}

/** What HTTP/1.1 lets pass and HTTP/2 does not: a stream with it would be reset (RFC 9113, 8.2.1). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\0-\x08\x0a-\x1f\x7f]/g;
