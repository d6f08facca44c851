import type { ExecutionResult } from 'graphql';

import { StreamBrokenOff } from '../subscriptions/open-streams.ts';

/** What a subscription tells the socket that it runs on. */
export interface SocketStreamOptions {
  /** Called once when the client ends the subscription, or its socket closes. */
  readonly leave: () => void;
  /** Called when its client is to come back. */
  readonly onBrokenOff: () => void;
  /** Called when the credentials are no longer good, with what is wrong with them. */
  readonly onRefused: (message: string) => void;
  /** Resolves when the socket has closed. */
  readonly closed: Promise<void>;
}

/**
 * A subscription's results as they go over a socket. Where graphql-sse has streams that break off, a socket closes as a whole: a
 * stream that is broken off, or ends because its credentials have run out, waits for that, and is not called complete,
 * so that its client subscribes again.
 */
export function socketStream(
  results: AsyncIterable<ExecutionResult>,
  { leave, onBrokenOff, onRefused, closed }: SocketStreamOptions,
): AsyncGenerator<ExecutionResult> {
  const iterator = results[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  const stream = {
    next: async (): Promise<IteratorResult<ExecutionResult>> => {
      try {
        const step = await iterator.next();
        const refusal = step.done === true ? undefined : refusalOf(step.value);
        if (refusal === undefined) return step;
        onRefused(refusal);
      } catch (error) {
        if (!(error instanceof StreamBrokenOff)) throw error;
        onBrokenOff();
      }
      await closed;
      return done;
    },
    return: async () => {
      // First of all: the iterator may be waiting for the next change.
      leave();
      await iterator.return?.();
      return done;
    },
    throw: (error: unknown) => Promise.reject(error),
    [Symbol.asyncIterator]: () => stream,
  };
  return stream as unknown as AsyncGenerator<ExecutionResult>;
}

function refusalOf(result: ExecutionResult): string | undefined {
  if ('data' in result) return undefined;
  return result.errors?.find(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')?.message;
}
