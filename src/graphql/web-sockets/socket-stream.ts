import type { ExecutionResult } from 'graphql';

/** What a subscription tells the socket that it runs on. */
export interface SocketStreamOptions {
  /** Called once when the client ends the subscription, or its socket closes. */
  readonly leave: () => void;
  /** Whether the gateway is shutting down. */
  readonly isEnding: () => boolean;
  /** Called when the credentials are no longer good, with what is wrong with them. */
  readonly onRefused: (message: string) => void;
  /** Resolves when the socket has closed. */
  readonly closed: Promise<void>;
}

/**
 * A subscription's results as they go over a socket. Where graphql-sse has streams that break off, a socket closes as a whole: a
 * stream that ends because the gateway does, or because its credentials have run out, waits for that, and is not called complete,
 * so that its client subscribes again.
 */
export function socketStream(
  results: AsyncIterable<ExecutionResult>,
  { leave, isEnding, onRefused, closed }: SocketStreamOptions,
): AsyncGenerator<ExecutionResult> {
  const iterator = results[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  const stream = {
    next: async (): Promise<IteratorResult<ExecutionResult>> => {
      const step = await iterator.next();
      const refusal = step.done === true ? undefined : refusalOf(step.value);
      if (refusal !== undefined) onRefused(refusal);
      if (refusal === undefined && !(step.done === true && isEnding())) return step;
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
