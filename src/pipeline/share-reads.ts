import type { Call, Invoke, Reply } from '../call/call.ts';
import { readKeyOf } from '../call/read-key.ts';

import type { Count } from './call-meters.ts';
import type { Interceptor } from './interceptor.ts';
import { waitFor } from './wait-for.ts';

/**
 * Requests above this size are not compared: hashing them costs more than the rare equal one saves. Calls that put up with
 * an age are: many callers repeat them at the same moment.
 */
const maxComparedBytes = 16_384;

/**
 * Lets identical reads that are in flight at the same moment share one call upstream: many tabs poll the same lists.
 *
 * Nobody is answered from before their own write: a read is joined only while no write has ended since it began. The shared
 * call has the gateway's full deadline and outlives any single caller; each waits with a deadline of their own, and when the
 * last one has left, the call is given up.
 *
 * @param countShared told of every read that joined one in flight
 */
export function shareReads(timeoutMs: number, countShared?: Count): Interceptor {
  const inFlight = new Map<string, SharedRead>();
  const endSharing = () => inFlight.clear();
  return ({ kind }) => {
    if (kind === 'write') return (next) => (call) => next(call).finally(endSharing);
    return (next) => (call) => {
      if (call.request.byteLength > maxComparedBytes && call.maxAgeMs === undefined) return next(call);
      const key = readKeyOf(call);
      let read = inFlight.get(key);
      if (read === undefined) {
        read = new SharedRead(call, next, timeoutMs, (ended) => {
          if (inFlight.get(key) === ended) inFlight.delete(key);
        });
        inFlight.set(key, read);
      } else {
        countShared?.();
      }
      return read.join(call);
    };
  };
}

class SharedRead {
  readonly #giveUp = new AbortController();
  readonly #reply: Promise<Reply>;
  readonly #onEnd: (read: SharedRead) => void;
  #waiting = 0;

  constructor(first: Call, next: Invoke, timeoutMs: number, onEnd: (read: SharedRead) => void) {
    this.#onEnd = onEnd;
    const deadlineAt = Date.now() + timeoutMs;
    this.#reply = next({ ...first, deadlineAt, signal: this.#giveUp.signal });
    const end = () => onEnd(this);
    this.#reply.then(end, end);
  }

  async join(call: Call): Promise<Reply> {
    this.#waiting += 1;
    try {
      return await waitFor(this.#reply, call);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) {
        this.#onEnd(this);
        this.#giveUp.abort();
      }
    }
  }
}
