import type { ServerResponse } from 'node:http';

import type { Handler } from './create-server.ts';

/** What becomes of a request: the class of its status, or `none` when the client left before there was one. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx' | 'none';

const classes: readonly StatusClass[] = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];

/**
 * Counts how a handler's requests end.
 *
 * @param counterOf the function that counts one; asked once for each class
 */
export function countAnswers(handler: Handler, counterOf: (statusClass: StatusClass) => () => void): Handler {
  const counts = classes.map(counterOf);
  const count = function (this: ServerResponse) {
    // From the head that went out: `statusCode` knows nothing of those that `sendRaw` writes.
    const { _header: head } = this as ServerResponse & { readonly _header?: string | null };
    counts[head == null ? 0 : head.charCodeAt(statusAt) - zero]?.();
  };
  return (request, response) => {
    response.once('close', count);
    handler(request, response);
  };
}

/** Behind `HTTP/1.1 `. */
const statusAt = 9;
const zero = 0x30;
