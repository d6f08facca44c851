import type { ServerResponse } from 'node:http';

/** The part of an AbortSignal that calls need. */
export interface CallSignal {
  readonly aborted: boolean;
  addEventListener(event: 'abort', listener: () => void): void;
  removeEventListener(event: 'abort', listener: () => void): void;
}

/** For calls that go on whoever leaves: nobody ever aborts it, so it keeps no listeners. */
export const neverAborted: CallSignal = Object.freeze({
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});

/**
 * Tells everybody who waits that a caller has gone. It does what an AbortController does, at a fraction of its cost: no
 * event, no DOMException, and a listener is removed without a search, however many calls one operation has under way.
 */
export class Departure implements CallSignal {
  readonly #listeners = new Set<() => void>();
  /** Set by `abort` alone. */
  aborted = false;

  /** Each listener is called once, or never. */
  addEventListener(_event: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_event: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** The caller goes. Does nothing the second time. */
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}

/** Fires when the connection of an HTTP request closes before its answer is out. */
export function departureOf(response: Pick<ServerResponse, 'once' | 'writableFinished'>): CallSignal {
  const departure = new Departure();
  response.once('close', () => {
    if (!response.writableFinished) departure.abort();
  });
  return departure;
}
