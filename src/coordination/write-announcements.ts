import type { WriteNews } from '../pipeline/write-news.ts';

import type { Keys } from './keys.ts';
import type { Store } from './store.ts';

/**
 * Counts the writes of all gateways in the store, before their callers hear that they have ended. Who is about to answer by
 * what began earlier asks for the count: a message alone may come too late. Messages keep those up to date who do not ask.
 */
export function announceWrites(store: Store, keys: Keys): WriteNews {
  const listeners: (() => void)[] = [];
  /** How many writes were heard of, by the count of the server that is connected; undefined: nobody has asked it yet. */
  let heard: number | undefined;
  const hear = (count: number | undefined) => {
    if (heard !== undefined && heard === count) return;
    heard = count;
    for (const listener of listeners) listener();
  };
  // A server that takes over from another one may have missed some, and count them again.
  store.watch({ onConnected: () => hear(undefined), onDisconnected: () => hear(undefined) });
  const onMessage = (message: string) => {
    if (heard !== undefined && Number(message) > heard) hear(Number(message));
  };
  void store.subscribe(keys.writes, onMessage).catch(() => {});
  return {
    watch: (listener) => void listeners.push(listener),
    catchUp: async () => {
      try {
        hear(Number(await store.get(keys.writes)));
        return true;
      } catch {
        return false;
      }
    },
    announce: async () => {
      try {
        const count = await store.increment(keys.writes);
        store.publish(keys.writes, `${count}`);
        // What this gateway's own write makes old is known here already.
        if (heard !== undefined && count === heard + 1) heard = count;
        else hear(count);
      } catch {
        // Nobody shares anything with whoever cannot reach the store, either.
      }
    },
  };
}
