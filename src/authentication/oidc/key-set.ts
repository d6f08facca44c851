import type { CryptoKey } from 'jose';

import type { Logger } from '../../telemetry/logger.ts';
import type { GatewayError } from '../../call/gateway-error.ts';

import { unavailableError } from '../credentials-error.ts';
import type { Schedule } from '../../clock/schedule.ts';
import type { KeyRing } from './key-ring.ts';

/** What keeps the keys of one issuer. */
export interface KeySetOptions {
  /** Whose keys they are, for the log. */
  readonly issuer: string;
  /** Fetches them; rejects when it cannot. Must end in a time that a caller can wait. */
  readonly load: () => Promise<KeyRing>;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  readonly schedule: Schedule;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly logger: Logger;
}

/** What is known about the keys of an issuer, for metrics. */
export interface KeySetState {
  readonly issuer: string;
  /** 0: there never were any. */
  readonly keys: number;
  /** Since they were last fetched, in milliseconds; Infinity: never. */
  readonly ageMs: number;
  /** Whether tokens can be checked. */
  readonly isUsable: boolean;
  readonly fetches: number;
  readonly failures: number;
  /** Of the last fetches, one after the other; 0: the last one succeeded. */
  readonly consecutiveFailures: number;
}

/** How often keys are fetched: a withdrawn key is trusted no longer than this, and planned rotations are seen in time. */
const refreshMs = 5 * 60_000;

/** How long keys are used after they were last fetched: longer than an issuer takes to restart. */
const staleMs = 60 * 60_000;

/** Tokens that name unknown keys cause at most one fetch in this time. */
const coolDownMs = 30_000;

const minBackOffMs = 1_000;
const maxBackOffMs = 60_000;

/**
 * The keys of one issuer, kept up to date.
 *
 * - They are fetched in the background before they age, so that requests do not wait; `start()` does it the first time.
 * - While the issuer is down, they are used for an hour; fetching is tried again with growing pauses. After the hour tokens
 *   cannot be checked: 503, not 401.
 * - A token that names an unknown key means that keys were rotated, or that somebody makes names up. The keys are fetched
 *   at once, but only once in 30 seconds; further such tokens cause one more fetch at the end of the 30 seconds. Until then a
 *   token that was issued after the last fetch cannot be checked (503). One from before it is refused, since an issuer
 *   publishes a key before it signs with it.
 * - A token that names a published key which cannot have signed it is refused at once: trying again changes nothing.
 * - Where the clock has jumped, as when a suspended machine wakes, keys may suddenly be too old: they are fetched at once.
 * - All who wait share one fetch, so that an older answer never overwrites a newer one.
 *
 * Times are measured from the end of a fetch. Pauses are random within bounds, so that many gateways do not ask in step.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  #ring: KeyRing | undefined;
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  /** When the fetch began by which the keys came: what was published later is not among them. */
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;
  /** The last fetch that a token caused. */
  #demandedAtMs = Number.NEGATIVE_INFINITY;
  #nextAtMs = Number.POSITIVE_INFINITY;
  #cancelNext: (() => void) | undefined;
  #lastError: unknown;
  #fetches = 0;
  #failures = 0;
  #consecutiveFailures = 0;
  #isClosed = false;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** Fetches for the first time, and goes on from there. Resolves when that is done, whether it succeeded or not. */
  start(): Promise<void> {
    return this.#load();
  }

  /** Ends fetching in the background. */
  close(): void {
    this.#isClosed = true;
    this.#cancelNext?.();
  }

  get state(): KeySetState {
    return {
      issuer: this.#options.issuer,
      keys: this.#ring?.size ?? 0,
      ageMs: this.#options.now() - this.#loadedAtMs,
      isUsable: this.#usableRing() !== undefined,
      fetches: this.#fetches,
      failures: this.#failures,
      consecutiveFailures: this.#consecutiveFailures,
    };
  }

  /**
   * The keys that may have made a signature; empty when there are none. At once where they are at hand.
   * Throws (or rejects with) KEYS_UNAVAILABLE when that is not known.
   *
   * @param issuedAtMs when the token says that it was issued, in milliseconds since 1970; not given: it does not say
   */
  find(
    algorithm: string,
    kid: string | undefined,
    issuedAtMs = Number.NEGATIVE_INFINITY,
  ): readonly CryptoKey[] | Promise<readonly CryptoKey[]> {
    const found = this.#usableRing()?.find(algorithm, kid) ?? [];
    return found.length > 0 ? found : this.#findLater(algorithm, kid, issuedAtMs);
  }

  async #findLater(algorithm: string, kid: string | undefined, issuedAtMs: number): Promise<readonly CryptoKey[]> {
    const look = () => this.#usableRing()?.find(algorithm, kid) ?? [];
    await this.#loading;
    if (this.#isOutdated()) await this.#load();
    if (look().length > 0) return look();
    if (kid !== undefined && this.#usableRing()?.has(kid) === true) return [];
    // Without any keys no token causes a fetch: the pauses between tries stand.
    if (this.#usableRing() !== undefined) {
      await this.#demand();
      if (look().length > 0) return look();
    }
    // The key may be new, and the issuer is down, or may not be asked again yet: that is not the token's fault.
    if (this.#consecutiveFailures > 0 || this.#usableRing() === undefined) throw this.#unavailable(this.#lastError);
    if (issuedAtMs > this.#askedAtMs) throw this.#unavailable(undefined, 'its key is not known yet');
    return [];
  }

  #usableRing(): KeyRing | undefined {
    // Keys from the future are of a clock that was set back since: their age is not known.
    return Math.abs(this.#options.now() - this.#loadedAtMs) <= staleMs ? this.#ring : undefined;
  }

  /** Whether the keys are too old although no fetch has failed, so that the next one may be minutes away. */
  #isOutdated(): boolean {
    return this.#ring !== undefined && this.#usableRing() === undefined && this.#consecutiveFailures === 0;
  }

  /** Fetches because of a token, now or when it is allowed again. */
  async #demand(): Promise<void> {
    // A fetch that is under way began not long ago, so its answer will do.
    if (this.#loading !== undefined) return this.#loading;
    const nowMs = this.#options.now();
    const allowedAtMs = this.#demandedAtMs + coolDownMs;
    if (nowMs >= allowedAtMs || nowMs < this.#demandedAtMs) {
      await this.#loadOnDemand();
    } else if (this.#consecutiveFailures === 0 && allowedAtMs < this.#nextAtMs) {
      this.#plan(allowedAtMs - nowMs, () => this.#loadOnDemand());
    }
  }

  async #loadOnDemand(): Promise<void> {
    this.#demandedAtMs = this.#options.now();
    await this.#load();
    this.#demandedAtMs = this.#options.now();
  }

  #load(): Promise<void> {
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadOnce(): Promise<void> {
    const { load, now, random, logger, issuer } = this.#options;
    this.#cancelNext?.();
    this.#fetches += 1;
    const askedAtMs = now();
    try {
      this.#ring = await load();
      this.#askedAtMs = askedAtMs;
      this.#loadedAtMs = now();
      if (this.#consecutiveFailures > 0) logger.info({ issuer }, 'the keys of an issuer can be fetched again');
      this.#consecutiveFailures = 0;
      this.#plan(refreshMs * (0.9 + 0.1 * random()));
    } catch (error) {
      this.#lastError = error;
      this.#failures += 1;
      const backOffMs = Math.min(maxBackOffMs, minBackOffMs * 2 ** Math.min(this.#consecutiveFailures, 16));
      this.#consecutiveFailures += 1;
      this.#plan(backOffMs * (0.5 + 0.5 * random()));
      const fields = { issuer, err: error, keys: this.#ring?.size ?? 0, isUsable: this.#usableRing() !== undefined };
      logger.warn(fields, 'the keys of an issuer cannot be fetched');
    }
  }

  #plan(delayMs: number, load: () => Promise<void> = () => this.#load()): void {
    this.#cancelNext?.();
    if (this.#isClosed) return;
    this.#nextAtMs = this.#options.now() + delayMs;
    this.#cancelNext = this.#options.schedule(() => void load(), delayMs);
  }

  #unavailable(cause: unknown, why?: string): GatewayError {
    const seconds = Math.ceil((this.#nextAtMs - this.#options.now()) / 1000);
    return unavailableError('KEYS_UNAVAILABLE', Math.min(Math.max(seconds, 1), maxBackOffMs / 1000), cause, why);
  }
}
