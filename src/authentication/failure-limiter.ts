import { LRUCache } from 'lru-cache';

import { isIpAddress, isLoopback, subscriberNetworkOf } from '../http/ip-network.ts';

import { tooManyFailuresError } from './credentials-error.ts';

/** How many bad credentials are answered before an address has to wait. */
export interface FailureLimiterOptions {
  /** From one address in a minute. So many may come at once; as many again are allowed as the minute goes by. */
  readonly perMinute: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  /** Bad credentials that other gateways were shown; undefined: there are no others. */
  readonly elsewhere?: FailuresElsewhere | undefined;
}

/** Where gateways tell each other about bad credentials. */
export interface FailuresElsewhere {
  /** Told about each: where it came from, and a hash of what was shown. */
  readonly watch: (listener: (address: string, shown: string) => void) => void;
  /** There were some here. */
  readonly announce: (address: string, shown: string) => void;
}

/** What is known of an address from which bad credentials came. */
interface Guesser {
  /** How many more bad credentials it may show. */
  budget: number;
  /** When the budget was counted. */
  countedAtMs: number;
  /** How often in a row it had to wait. */
  closings: number;
  closedUntilMs: number;
  /** What it showed last: a client that shows the same again is mistaken, and does not guess. */
  shown: string[];
}

const minPauseMs = 1_000;
const maxPauseMs = 60_000;

/** A client that repeats itself has one token, or a few. */
const maxShown = 16;

/** More addresses are no longer told apart from new ones; an entry takes some hundred bytes. */
const capacity = 10_000;

/**
 * Slows down guessing: after too many different bad credentials an address is closed for a second, then for two, four and so
 * on up to a minute, as long as it goes on. Random secrets of 256 bits cannot be guessed anyway. This protects secrets that a
 * person chose, issuers who are asked about each token, and the log.
 *
 * This machine is never slowed down: its users have other ways, and a proxy on it stands for all callers. IPv6 addresses
 * count by their /64 network (RFC 4291, 2.5.4), which is what one subscriber has.
 */
export class FailureLimiter {
  readonly #options: FailureLimiterOptions;
  /** By the clock, but never back: a clock that is set back must neither close an address for hours nor let it guess. */
  #elapsedMs = 0;
  #clockMs: number;
  readonly #guessers = new LRUCache<string, Guesser>({ max: capacity });

  constructor(options: FailureLimiterOptions) {
    this.#options = options;
    this.#clockMs = options.now();
    options.elsewhere?.watch((address, shown) => void this.#count(address, shown));
  }

  /** Whether an address has guessed too much lately. */
  isClosed(address: string | undefined): boolean {
    return this.#pauseMsOf(address) > 0;
  }

  /** Throws the GatewayError that says when to come again, if the address is closed. */
  assertOpen(address: string | undefined): void {
    const pauseMs = this.#pauseMsOf(address);
    if (pauseMs > 0) throw tooManyFailuresError(Math.ceil(pauseMs / 1000));
  }

  /** @param shown a hash of the credentials; it is kept, so it must not be the credentials themselves */
  noteFailure(address: string | undefined, shown: string): void {
    if (address === undefined || isLoopback(address)) return;
    if (this.#count(address, shown)) this.#options.elsewhere?.announce(address, shown);
  }

  /** False: it changes nothing. */
  #count(address: string, shown: string): boolean {
    const { perMinute } = this.#options;
    const nowMs = this.#now();
    const guesser = this.#find(address) ?? this.#begin(address, nowMs);
    if (guesser.shown.includes(shown)) return false;
    guesser.shown = [...guesser.shown.slice(1 - maxShown), shown];
    // Requests that were under way when the address was closed do not close it for longer.
    if (nowMs < guesser.closedUntilMs) return false;
    const regained = (Math.max(0, nowMs - guesser.countedAtMs) / 60_000) * perMinute;
    guesser.budget = Math.min(perMinute, guesser.budget + regained);
    guesser.countedAtMs = nowMs;
    if (guesser.budget === perMinute) guesser.closings = 0;
    guesser.budget = Math.max(0, guesser.budget - 1);
    if (guesser.budget >= 1) return true;
    guesser.closedUntilMs = nowMs + Math.min(maxPauseMs, minPauseMs * 2 ** guesser.closings);
    // The budget does not grow while the address is closed.
    guesser.countedAtMs = guesser.closedUntilMs;
    guesser.closings += 1;
    return true;
  }

  #now(): number {
    const clockMs = this.#options.now();
    this.#elapsedMs += Math.max(0, clockMs - this.#clockMs);
    this.#clockMs = clockMs;
    return this.#elapsedMs;
  }

  #pauseMsOf(address: string | undefined): number {
    return (this.#find(address)?.closedUntilMs ?? 0) - this.#now();
  }

  #find(address: string | undefined): Guesser | undefined {
    return address === undefined ? undefined : this.#guessers.get(subscriberOf(address));
  }

  #begin(address: string, nowMs: number): Guesser {
    const guesser = {
      budget: this.#options.perMinute,
      countedAtMs: nowMs,
      closings: 0,
      closedUntilMs: 0,
      shown: [],
    };
    this.#guessers.set(subscriberOf(address), guesser);
    return guesser;
  }
}

/** The address, or of an IPv6 address the first 64 bits. */
function subscriberOf(address: string): string {
  return address.includes(':') && isIpAddress(address) ? subscriberNetworkOf(address) : address;
}
