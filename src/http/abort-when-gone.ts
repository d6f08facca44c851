import type { ServerResponse } from 'node:http';

/** A signal that fires when the connection closes before the answer is out: nobody is waiting for it any more. */
export function abortWhenGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
