import { randomBytes } from 'node:crypto';

import type { Keys } from './keys.ts';
import type { Store } from './store.ts';

/** Word of failed log-ins at other gateways. */
export interface FailureNews {
  /** Told about each: where it came from, and a hash of what was shown. */
  readonly watch: (listener: (address: string, shown: string) => void) => void;
  /** There was one here. */
  readonly announce: (address: string, shown: string) => void;
}

/**
 * Tells other gateways about failed log-ins, so that who guesses at all of them gets no further than who guesses at one. Each
 * gateway counts for itself: what gets lost while the store is away is counted where it happened.
 */
export function shareFailures(store: Store, keys: Keys): FailureNews {
  const listeners: ((address: string, shown: string) => void)[] = [];
  const own = randomBytes(9).toString('base64url');
  const onMessage = (message: string) => {
    const [from, address = '', shown = ''] = message.split(' ');
    if (from !== own) for (const listener of listeners) listener(address, shown);
  };
  void store.subscribe(keys.failures, onMessage).catch(() => {});
  return {
    watch: (listener) => void listeners.push(listener),
    announce: (address, shown) => store.publish(keys.failures, `${own} ${address} ${shown}`),
  };
}
