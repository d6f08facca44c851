import type { IncomingMessage } from 'node:http';

/** The value of a header's first line; node joins those of most headers. `name` is in lower case. Empty when absent. */
export function firstLineOf(request: IncomingMessage, name: string): string {
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.toLowerCase() === name) return rawHeaders[index + 1]!;
  }
  return '';
}
