import type { Schedule } from '../schedule.ts';

import type { AuditRecord } from './audit-record.ts';

/** A request that was turned away before it was anybody's: for its credentials, or before anybody asked for them. */
export interface RejectedRequest extends Pick<AuditRecord, 'tokenId' | 'surface' | 'status'> {
  readonly event: Extract<AuditRecord['event'], 'unauthenticated' | 'blocked'>;
  readonly requestId: string;
  readonly path: string;
  /** Undefined: the connection is gone already. */
  readonly peer: string | undefined;
  readonly reason: string;
}

/** What a tally needs. */
export interface RejectionTallyOptions {
  readonly write: (record: Omit<AuditRecord, 'time'>) => void;
  readonly schedule: Schedule;
}

const windowMs = 60_000;

/** In a minute from one address: what a person or a script that goes wrong does; a flood is one line at its end. */
const maxFromPeer = 20;

/** In a minute from everybody, in some 60 kB. */
const maxInAll = 200;

/** How many different floods are told apart. */
const maxFloods = 100;

/**
 * Has rejected requests written down one by one, as far as there are few, and otherwise counts them: anybody can cause them
 * without a token, and nothing is ever deleted from the audit. Of a flood, the first ones are there in full, and after a minute
 * one record says how many more there were of a kind.
 */
export class RejectionTally {
  readonly #options: RejectionTallyOptions;
  readonly #fromPeer = new Map<string | undefined, number>();
  readonly #floods = new Map<string, { readonly record: Omit<AuditRecord, 'time' | 'count'>; count: number }>();
  #inAll = 0;
  #cancel: (() => void) | undefined;

  constructor(options: RejectionTallyOptions) {
    this.#options = options;
  }

  note(rejected: RejectedRequest): void {
    this.#cancel ??= this.#options.schedule(() => this.flush(), windowMs);
    const { peer, ...rest } = rejected;
    const fromPeer = this.#fromPeer.get(peer) ?? 0;
    if (fromPeer >= maxFromPeer || this.#inAll >= maxInAll) {
      this.#count(rejected);
      return;
    }
    this.#fromPeer.set(peer, fromPeer + 1);
    this.#inAll += 1;
    this.#options.write({ ...rest, ...(peer !== undefined && { peer }), decision: 'deny' });
  }

  /** Writes down what was only counted, and begins anew. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const { record, count } of this.#floods.values()) this.#options.write({ ...record, count });
    this.#floods.clear();
    this.#fromPeer.clear();
    this.#inAll = 0;
  }

  #count({ event, peer, surface, reason, status }: RejectedRequest): void {
    const keyOf = (from: string | undefined) => JSON.stringify([event, from, surface, reason]);
    const from = this.#floods.has(keyOf(peer)) || this.#floods.size < maxFloods ? peer : undefined;
    const flood = this.#floods.get(keyOf(from));
    if (flood !== undefined) {
      flood.count += 1;
      return;
    }
    const record = {
      event,
      ...(from !== undefined && { peer: from }),
      ...(surface !== undefined && { surface }),
      decision: 'deny',
      reason,
      ...(status !== undefined && { status }),
    } as const;
    this.#floods.set(keyOf(from), { record, count: 1 });
  }
}
