import type { Schedule } from '../clock/schedule.ts';

import type { UntimedRecord } from './audit-record.ts';

/** What a tally needs. */
export interface FloodTallyOptions {
  readonly write: (record: UntimedRecord, isDurable: boolean) => Promise<void>;
  readonly schedule: Schedule;
  /** The fields that say who sends. */
  readonly source: readonly (keyof UntimedRecord)[];
  /** The fields that say what of. */
  readonly kind: readonly (keyof UntimedRecord)[];
  /** How many records of one source are written in a minute, and how many of all. */
  readonly maxFromOne: number;
  readonly maxInAll: number;
}

const windowMs = 60_000;

/** How many different floods are told apart. */
const maxFloods = 100;

/**
 * Has records of what was turned away written one by one, as far as there are few, and otherwise counts them: it costs nothing to
 * be turned away, and nothing is ever deleted from the audit. Of a flood, the first records are there in full, and after a
 * minute one says how many more there were of a kind.
 */
export class FloodTally {
  readonly #options: FloodTallyOptions;
  readonly #bySource = new Map<string, number>();
  readonly #floods = new Map<string, { readonly record: UntimedRecord; count: number }>();
  #inAll = 0;
  #cancel: (() => void) | undefined;

  constructor(options: FloodTallyOptions) {
    this.#options = options;
  }

  /** Resolves when the record is written or counted. */
  async note(record: UntimedRecord, isDurable = false): Promise<void> {
    const { schedule, source, maxFromOne, maxInAll, write } = this.#options;
    this.#cancel ??= schedule(() => this.flush(), windowMs);
    const sender = JSON.stringify(source.map((field) => record[field]));
    const fromOne = this.#bySource.get(sender) ?? 0;
    if (fromOne >= maxFromOne || this.#inAll >= maxInAll) {
      this.#count(record);
      return;
    }
    this.#bySource.set(sender, fromOne + 1);
    this.#inAll += 1;
    await write(record, isDurable);
  }

  /** Writes down what was only counted, and begins anew. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const { record, count } of this.#floods.values()) void this.#options.write({ ...record, count }, false);
    this.#floods.clear();
    this.#bySource.clear();
    this.#inAll = 0;
  }

  #count(record: UntimedRecord): void {
    const { source, kind } = this.#options;
    const exact = pick(record, [...source, ...kind]);
    // What comes from everywhere is told without where from.
    const isTold = this.#floods.has(JSON.stringify(exact)) || this.#floods.size < maxFloods;
    const summary = isTold ? exact : pick(record, kind);
    const flood = this.#floods.get(JSON.stringify(summary));
    if (flood === undefined) this.#floods.set(JSON.stringify(summary), { record: summary, count: 1 });
    else flood.count += 1;
  }
}

/** The fields with these names, in the record's order. */
function pick(record: UntimedRecord, names: readonly (keyof UntimedRecord)[]): UntimedRecord {
  const entries = Object.entries(record).filter(([name]) => (names as readonly string[]).includes(name));
  return Object.fromEntries(entries) as unknown as UntimedRecord;
}
