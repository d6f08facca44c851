import type { Reply } from '../call/call.ts';
import { readKeyOf } from '../call/read-key.ts';

import type { Count } from './call-meters.ts';
import type { Interceptor } from './interceptor.ts';

/**
 * Answers reads that put up with an age (`maxAgeMs`) by a reply that is no older than that. It stands where the caller has
 * already been let through, so that everybody is asked for their own rights and only the trip upstream is spared. Calls
 * without an age pass untouched, and leave nothing behind.
 *
 * A write forgets everything, so that nobody is answered from before their own write. An entry lives as long as its first
 * caller would have taken it, which bounds the memory to what is asked for in that time.
 *
 * @param now milliseconds of any clock that does not run backwards
 * @param countReused told of every read that was answered by a reply that was there already
 */
export function reuseReplies(now: () => number = () => performance.now(), countReused?: Count): Interceptor {
  const recent = new Map<string, RecentReply>();
  let writes = 0;
  const forgetAll = () => {
    writes += 1;
    recent.clear();
  };
  const keep = (key: string, entry: RecentReply, maxAgeMs: number) => {
    recent.set(key, entry);
    const forget = () => {
      if (recent.get(key) === entry) recent.delete(key);
    };
    setTimeout(forget, maxAgeMs).unref();
  };
  return ({ kind }) => {
    if (kind === 'write') return (next) => (call) => next(call).finally(forgetAll);
    return (next) => (call) => {
      const { maxAgeMs } = call;
      if (maxAgeMs === undefined) return next(call);
      const key = readKeyOf(call);
      const known = recent.get(key);
      if (known !== undefined && now() - known.sentAt < maxAgeMs) {
        countReused?.();
        return Promise.resolve(known.reply);
      }
      const sentAt = now();
      const writesBefore = writes;
      return next(call).then((reply) => {
        if (writes === writesBefore) keep(key, { reply, sentAt }, maxAgeMs);
        return reply;
      });
    };
  };
}

interface RecentReply {
  readonly reply: Reply;
  /** A reply is as old as its question: what the upstream looked up may have changed since. */
  readonly sentAt: number;
}
