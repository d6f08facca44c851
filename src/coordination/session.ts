import { randomBytes } from 'node:crypto';

import type { Schedule } from '../clock/schedule.ts';

import { type Clocks, Moment } from './clocks.ts';
import type { Keys } from './keys.ts';
import { type OtherGateway, OtherGateways } from './other-gateways.ts';
import type { Store } from './store.ts';

/** How long a gateway may act on what the store said last, in milliseconds; counted from before it was asked. */
export const rightMs = 2_000;

/** How often it asks again, in milliseconds. */
export const renewEveryMs = 500;

/** What happens to a session, for those who act by it. */
export interface SessionWatcher {
  /** There is one, or it lasts again after a while in which nobody knew. */
  readonly onLasting?: () => void;
  /** Whatever belonged to it belongs to it no more. */
  readonly onLost?: () => void;
  /** It has ended, and the store is away. */
  readonly onAway?: () => void;
}

/** What a session needs. */
export interface SessionOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly clocks: Clocks;
  readonly schedule: Schedule;
  /** How long whatever belonged to a gateway that is silent stays its own, beyond its right to act, in milliseconds. */
  readonly orphanHoldMs: number;
  /** What this gateway says of itself to the others. */
  readonly describe: () => string;
  /** Told about the others whenever one has come or gone, and from time to time. */
  readonly onOthers?: ((others: readonly OtherGateway[]) => void) | undefined;
}

/**
 * This gateway among those that share the store. Turns and idempotency keys belong to a session. Its right to act ends two
 * seconds after it was renewed, by both clocks of this machine; others take what it has only when they have seen no sign of
 * it for those two seconds and the orphan hold, by the clock of theirs that does not jump. Nobody asks the store's clock, so
 * that setting it does no harm.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #watchers = new Set<SessionWatcher>();
  readonly #others: OtherGateways;
  #id = '';
  #number = 0;
  #state: 'apart' | 'joining' | 'joined' | 'closed' = 'apart';
  /** When the last word of the store was asked for; undefined: there is none that counts. */
  #renewed: Moment | undefined;
  #isRenewing = false;
  /** Whether the store knows what this gateway says of itself now. */
  #isDescribed = true;
  #hasJoined = false;
  #isAway = false;
  /** The mark of a store that is new, and when it was seen first. */
  #mark: { readonly text: string; readonly runId: string | undefined; readonly seen: number } | undefined;
  #cancelTick: () => void = () => {};

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#others = new OtherGateways(options, rightMs + options.orphanHoldMs);
    options.store.watch({ onConnected: () => this.#tick(), onDisconnected: () => this.#checkLapse() });
  }

  /** Names it in the store; empty when there is none. */
  get id(): string {
    return this.#id;
  }

  /** In the order of joining. */
  get number(): number {
    return this.#number;
  }

  /** How many other gateways there are. */
  get others(): number {
    return this.#others.size;
  }

  /** Whether this gateway may act on what belongs to it, at this very moment. */
  get isLasting(): boolean {
    return this.#renewed !== undefined && this.#renewed.atMostAgoMs < rightMs;
  }

  /** Whether it makes sense to wait: the session lasts, or the store will say so in a moment. */
  get isReachable(): boolean {
    if (this.#state === 'closed') return false;
    return this.isLasting || (this.#options.store.runId() !== undefined && this.#mark === undefined);
  }

  /** Whether the store is there, and this gateway has not joined the others even once: its lanes are shut for a moment. */
  get isOpening(): boolean {
    return !this.#hasJoined && this.#options.store.runId() !== undefined;
  }

  /** For how long nobody can join, since the store is new, in milliseconds; 0: that is not why. */
  get opensInMs(): number {
    if (this.#mark === undefined || this.#state === 'joined') return 0;
    return Math.max(0, this.#mark.seen + this.#silenceMs - this.#options.clocks.monotonic());
  }

  /** Returns what ends it. */
  watch(watcher: SessionWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Joins as soon as the store lets it. */
  start(): void {
    this.#tick();
  }

  /** Says of itself what is true now, where it has joined already; else it says so when it joins. */
  describe(): void {
    this.#isDescribed = false;
    if (this.#state === 'joined') void this.#describe();
  }

  /** What an answer of a script says about this session; true when it was about something else. */
  heed(answer: unknown): answer is readonly [string, ...unknown[]] {
    const [word] = answer as readonly [string];
    if (word !== 'NEW' && word !== 'LOST') return true;
    if (this.#state === 'joined') this.#lose();
    return false;
  }

  /** Asks the store now whether the session lasts. */
  renew(): void {
    if (this.#state === 'joined' && !this.#isRenewing) void this.#renew();
  }

  /**
   * Ends.
   * @param leaves whether what belongs to it is free at once; else others hold it to be that of a gateway that has died
   */
  async close(leaves = true): Promise<void> {
    const wasJoined = this.#state === 'joined';
    this.#state = 'closed';
    this.#renewed = undefined;
    this.#cancelTick();
    const { store, keys } = this.#options;
    if (wasJoined && leaves)
      await store.run('leave', [keys.sessions, keys.gateways, keys.seen], [this.#id, '']).catch(() => {});
  }

  get #silenceMs(): number {
    return rightMs + this.#options.orphanHoldMs;
  }

  #tick(): void {
    this.#cancelTick();
    if (this.#state === 'closed') return;
    this.#cancelTick = this.#options.schedule(() => this.#tick(), renewEveryMs);
    this.#checkLapse();
    if (this.#options.store.runId() === undefined) return;
    if (this.#state === 'joined') this.renew();
    else if (this.#state === 'apart') void this.#join();
  }

  async #join(): Promise<void> {
    const { store, keys, clocks, describe } = this.#options;
    const runId = store.runId();
    const id = randomBytes(9).toString('base64url');
    const asked = new Moment(clocks);
    const isWaitedOut = this.#mark !== undefined && this.#mark.runId === runId && this.opensInMs === 0;
    this.#state = 'joining';
    const script = [keys.epoch, keys.sessions, keys.gateways, keys.seen];
    const word = randomBytes(9).toString('base64url');
    const described = describe();
    const values = [runId!, id, described, word, isWaitedOut ? this.#mark!.text : ''];
    const [answer, said] = (await store.run('join', script, values).catch(() => ['AWAY'])) as [string, string?];
    if (this.#state !== 'joining') return;
    if (answer !== 'JOINED') {
      this.#state = 'apart';
      // Counted from the answer: by then whatever others were told by another server had been told.
      if (answer === 'NEW' && (this.#mark?.text !== said || this.#mark?.runId !== runId)) {
        this.#mark = { text: said!, runId, seen: clocks.monotonic() };
        this.#checkLapse();
      }
      return;
    }
    this.#mark = undefined;
    this.#hasJoined = true;
    [this.#id, this.#number, this.#state, this.#isDescribed] = [id, Number(said), 'joined', described === describe()];
    this.#others.forget();
    this.#last(asked);
  }

  async #describe(): Promise<void> {
    const { store, keys, describe } = this.#options;
    const described = describe();
    const isDone = await store.run('describe', [keys.gateways], [this.#id, described]).then(
      () => true,
      // Told again when the session is renewed.
      () => false,
    );
    this.#isDescribed = isDone && described === describe();
  }

  async #renew(): Promise<void> {
    const { store, keys, clocks } = this.#options;
    const id = this.#id;
    const asked = new Moment(clocks);
    this.#isRenewing = true;
    const values = [store.runId() ?? '', id];
    const answer = await store.run('renew', [keys.epoch, keys.sessions, keys.seen], values).catch(() => undefined);
    this.#isRenewing = false;
    if (answer === undefined || this.#id !== id || this.#state !== 'joined' || !this.heed(answer)) return;
    this.#last(asked);
    if (!this.#isDescribed) void this.#describe();
    this.#others.note(answer.slice(1) as readonly string[], id);
  }

  /** The store has said that the session is there. */
  #last(asked: Moment): void {
    const wasLasting = this.isLasting;
    this.#renewed = asked;
    if (wasLasting || !this.isLasting) return;
    this.#isAway = false;
    for (const { onLasting } of this.#watchers) onLasting?.();
  }

  #lose(): void {
    [this.#id, this.#state, this.#renewed] = ['', 'apart', undefined];
    for (const { onLost } of this.#watchers) onLost?.();
    this.#tick();
    this.#checkLapse();
  }

  /** Tells once that there is no session, and will be none soon. */
  #checkLapse(): void {
    if (this.isReachable || this.#isAway || this.#state === 'closed') return;
    this.#isAway = true;
    for (const { onAway } of this.#watchers) onAway?.();
  }
}
