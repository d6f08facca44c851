import { type Call, type Invoke, type Reply, readKeyOf } from '../call/call.ts';
import { Departure } from '../call/call-signal.ts';

import type { Interceptor } from './interceptor.ts';
import type { CallMeters } from './measure-calls.ts';
import { waitFor } from './wait-for.ts';
import type { WriteNews } from './write-news.ts';

/** What sparing reads needs. */
export interface SpareReadsOptions {
  /** How long a shared call may take at least, in milliseconds. */
  readonly timeoutMs: number;
  /** Milliseconds of any clock that does not run backwards. */
  readonly now: () => number;
  readonly meters?: Pick<CallMeters, 'shared' | 'reused'> | undefined;
  /** Word of the writes of other gateways; undefined: there are none. */
  readonly news?: WriteNews | undefined;
}

/**
 * Requests above this size are not compared: a key of that length costs more than the rare equal one saves. Calls that put
 * up with an age are: many callers repeat them at the same moment.
 */
const maxComparedBytes = 16_384;

/**
 * Spares trips upstream. Identical reads that are in flight at the same moment share one call: many tabs poll the same
 * lists. Reads that put up with an age (`maxAgeMs`) are answered by a reply that is no older than that. It stands where
 * callers have already been let through, so that each is asked for their own rights.
 *
 * Nobody is answered from before their own write: when a write ends, here or in another gateway, whatever is known or in
 * flight is joined no more. A
 * reply is kept only for callers who named an age, and for the age that the first of them named, which bounds the memory to
 * what is asked for in that time.
 *
 * A shared call has the gateway's full deadline, or the first caller's where that is later, and outlives any single caller. Each waits with a deadline of their own, and
 * when the last one has left, the call is given up.
 */
export function spareReads({ timeoutMs, now, meters, news }: SpareReadsOptions): Interceptor {
  const inFlight = new Map<string, SharedRead>();
  const recent = new Map<string, SharedRead>();
  let writes = 0;
  const forgetAll = () => {
    writes += 1;
    inFlight.clear();
    recent.clear();
  };
  news?.watch(forgetAll);
  const endWrite =
    news === undefined
      ? forgetAll
      : () => {
          forgetAll();
          return news.announce();
        };
  const send = (key: string, call: Call, next: Invoke): SharedRead => {
    const end = () => {
      if (inFlight.get(key) === read) inFlight.delete(key);
    };
    const read = new SharedRead(call, next, timeoutMs, now(), end);
    inFlight.set(key, read);
    return read;
  };
  const keep = (key: string, read: SharedRead, maxAgeMs: number) => {
    recent.set(key, read);
    const forget = () => {
      if (recent.get(key) === read) recent.delete(key);
    };
    setTimeout(forget, maxAgeMs).unref();
  };
  return ({ kind }) => {
    if (kind === 'write') return (next) => (call) => next(call).finally(endWrite);
    return (next) => (call) => {
      const { request, maxAgeMs } = call;
      if (request.byteLength > maxComparedBytes && maxAgeMs === undefined) return next(call);
      const key = readKeyOf(call);
      const isNew = !inFlight.has(key) && (maxAgeMs === undefined || !recent.has(key));
      if (news === undefined || isNew) return answer(key, call, next);
      return news.catchUp().then((isCurrent) => (isCurrent ? answer(key, call, next) : next(call)));
    };
  };

  function answer(key: string, call: Call, next: Invoke): Promise<Reply> {
    const { maxAgeMs } = call;
    const known = maxAgeMs === undefined ? undefined : recent.get(key);
    if (known !== undefined && now() - known.sentAt < maxAgeMs!) {
      meters?.reused();
      noteShared(call, known, 'recent');
      return known.reply;
    }
    const found = inFlight.get(key);
    const joined = found?.lastsFor(call) === true ? found : undefined;
    if (joined !== undefined) {
      meters?.shared();
      noteShared(call, joined, 'in_flight');
    }
    const read = joined ?? send(key, call, next);
    const reply = read.join(call);
    if (maxAgeMs === undefined) return reply;
    const writesBefore = writes;
    return reply.then((answer) => {
      if (writes === writesBefore) keep(key, read, maxAgeMs);
      return answer;
    });
  }
}

/** Its trace has no span of the trip upstream, which belongs to the call that made it. */
function noteShared({ span }: Call, by: SharedRead, how: 'recent' | 'in_flight'): void {
  span?.link(by.span);
  span?.set({ 'cuegate.shared': how });
}

/** Between setting a call's deadline and sharing it, in milliseconds. */
const momentMs = 10;

/** One call for everybody who asks the same at the moment. */
class SharedRead {
  readonly reply: Promise<Reply>;
  /** A reply is as old as its question: what the upstream looked up may have changed since. */
  readonly sentAt: number;
  /** Of the call that made it. */
  readonly span: Call['span'];
  readonly #givenUp = new Departure();
  readonly #endsAt: number;
  /** How long it could take, when it was begun. */
  readonly #patienceMs: number;
  readonly #onEnd: () => void;
  #waiting = 0;

  constructor(first: Call, next: Invoke, timeoutMs: number, sentAt: number, onEnd: () => void) {
    this.sentAt = sentAt;
    this.span = first.span;
    this.#onEnd = onEnd;
    const { deadlineAt = 0 } = first;
    const now = Date.now();
    const endsAt = Math.max(now + timeoutMs, deadlineAt);
    // Whoever has the gateway's own deadline, which was set a moment ago, ends with the call itself and needs no timer.
    this.#endsAt = endsAt - deadlineAt < momentMs ? deadlineAt : endsAt;
    this.#patienceMs = endsAt - now;
    this.reply = next({ ...first, deadlineAt: this.#endsAt, signal: this.#givenUp });
    this.reply.then(onEnd, onEnd);
  }

  /** Whether it was begun to take as long as this caller is willing to wait; few are willing to wait longer than others. */
  lastsFor({ deadlineAt = 0 }: Call): boolean {
    return deadlineAt - Date.now() <= this.#patienceMs;
  }

  join(call: Call): Promise<Reply> {
    this.#waiting += 1;
    return waitFor(this.reply, call, { endsAt: this.#endsAt, onLeave: this.#leave });
  }

  readonly #leave = (): void => {
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    this.#onEnd();
    this.#givenUp.abort();
  };
}
