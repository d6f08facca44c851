import type { Clocks } from './clocks.ts';
import type { Keys } from './keys.ts';
import type { Store } from './store.ts';

/** Another gateway that shares the store. */
export interface OtherGateway {
  /** In the order of joining. */
  readonly number: number;
  /** What it says of itself. */
  readonly description: string;
}

/** What watching others needs. */
export interface OtherGatewaysOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly clocks: Clocks;
  /** Told when one has come or gone, and from time to time. */
  readonly onOthers?: ((others: readonly OtherGateway[]) => void) | undefined;
}

/** How often it is asked what others say of themselves, in looks: their files may have been read again. */
const looksUntilDescribed = 10;

/**
 * Who else shares the store, as far as the store has said. Whoever shows no sign of life for long enough is taken out. That is
 * judged by the clock of this gateway that does not jump, from the moment at which their last sign was heard of.
 */
export class OtherGateways {
  readonly #options: OtherGatewaysOptions;
  readonly #silenceMs: number;
  /** What was heard of each session last. */
  readonly #heard = new Map<string, { readonly count: string; readonly at: number }>();
  /** Whether what was said of others is older than who there is. */
  #isStale = false;
  #looks = 0;

  /** @param silenceMs how long somebody may be silent, in milliseconds */
  constructor(options: OtherGatewaysOptions, silenceMs: number) {
    this.#options = options;
    this.#silenceMs = silenceMs;
  }

  get size(): number {
    return this.#heard.size;
  }

  /** Another store, or another session: what was heard before says nothing. */
  forget(): void {
    this.#heard.clear();
    this.#isStale = true;
  }

  /** @param counts each session and its count, one after the other, as the store has just said */
  note(counts: readonly string[], own: string): void {
    const now = this.#options.clocks.monotonic();
    const found = new Set<string>();
    for (let index = 0; index < counts.length; index += 2) {
      const [session, count] = [counts[index]!, counts[index + 1]!];
      if (session === own) continue;
      found.add(session);
      const last = this.#heard.get(session);
      if (last === undefined) this.#isStale = true;
      if (last?.count !== count) this.#heard.set(session, { count, at: now });
      else if (now - last.at >= this.#silenceMs) this.#takeOut(session, count);
    }
    for (const session of this.#heard.keys()) {
      if (found.has(session)) continue;
      this.#heard.delete(session);
      this.#isStale = true;
    }
    this.#looks += 1;
    if (this.#isStale || (found.size > 0 && this.#looks % looksUntilDescribed === 0)) void this.#describe(found);
  }

  #takeOut(session: string, count: string): void {
    const { store, keys } = this.#options;
    void store.run('leave', [keys.sessions, keys.gateways, keys.seen], [session, count]).catch(() => {});
  }

  async #describe(sessions: ReadonlySet<string>): Promise<void> {
    const { store, keys, onOthers } = this.#options;
    const descriptions = await store.getAll(keys.gateways).catch(() => undefined);
    if (descriptions === undefined) return;
    this.#isStale = false;
    onOthers?.(
      [...sessions].flatMap((session) => {
        const [, number, description] = /^(\d+) (.*)$/s.exec(descriptions[session] ?? '') ?? [];
        return description === undefined ? [] : [{ number: Number(number), description }];
      }),
    );
  }
}
