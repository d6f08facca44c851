import type { ServerResponse } from 'node:http';

import type { Handler } from './mount.ts';

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
    counts[this.headersSent ? Math.floor(this.statusCode / 100) : 0]?.();
  };
  return (request, response) => {
    response.once('close', count);
    handler(request, response);
  };
}
