import { parseIpAddress } from '../http/ip-network.ts';
import { isLoopback } from '../http/is-loopback.ts';

import { tooManyFailuresError } from './credentials-error.ts';
import { RecentlyUsed } from './recently-used.ts';

/** How many guesses are borne. */
export interface FailureLimiterOptions {
  /** From one address in a minute; so many at once, and the same again as the minute goes by. */
  readonly perMinute: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** What is known of an address from which bad credentials came. */
interface Guesser {
  /** How many more are borne now. */
  budget: number;
  /** When that was so. */
  countedAtMs: number;
  /** How often in a row it was closed. */
  closings: number;
  closedUntilMs: number;
  /** What it showed last: who shows the same again is mistaken, and does not guess. */
  shown: string[];
}

const minPauseMs = 1_000;
const maxPauseMs = 60_000;

/** A client that goes on with what it has, has one token, or some few. */
const maxShown = 16;

/** More addresses than twice that are no longer told apart from new ones; an entry takes some hundred bytes. */
const capacity = 5_000;

/**
 * Slows down who guesses credentials: after too many different bad ones from an address, it is closed for a second, then two,
 * four and so on up to a minute, as long as it goes on. Nobody guesses 256 random bits; this is for secrets that somebody
 * chose, for issuers who are asked about each guess, and for logs.
 *
 * This machine is never slowed down: whoever is on it has other ways, and a proxy on it stands for everybody. IPv6
 * addresses count by their /64 network (RFC 4291, 2.5.4), which is what one subscriber has.
 */
export class FailureLimiter {
  readonly #options: FailureLimiterOptions;
  readonly #guessers = new RecentlyUsed<Guesser>(capacity);

  constructor(options: FailureLimiterOptions) {
    this.#options = options;
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

  /** @param shown what stands for the credentials; never they themselves, since it is kept */
  noteFailure(address: string | undefined, shown: string): void {
    if (address === undefined || isLoopback(address)) return;
    const { perMinute, now } = this.#options;
    const nowMs = now();
    const guesser = this.#find(address) ?? this.#begin(address, nowMs);
    if (guesser.shown.includes(shown)) return;
    guesser.shown = [...guesser.shown.slice(1 - maxShown), shown];
    // What was under way when it was closed is no reason to close it for longer.
    if (nowMs < guesser.closedUntilMs) return;
    const regained = (Math.max(0, nowMs - guesser.countedAtMs) / 60_000) * perMinute;
    guesser.budget = Math.min(perMinute, guesser.budget + regained);
    guesser.countedAtMs = nowMs;
    if (guesser.budget === perMinute) guesser.closings = 0;
    guesser.budget = Math.max(0, guesser.budget - 1);
    if (guesser.budget >= 1) return;
    guesser.closedUntilMs = nowMs + Math.min(maxPauseMs, minPauseMs * 2 ** guesser.closings);
    // While it is closed, nothing is regained.
    guesser.countedAtMs = guesser.closedUntilMs;
    guesser.closings += 1;
  }

  #pauseMsOf(address: string | undefined): number {
    return (this.#find(address)?.closedUntilMs ?? 0) - this.#options.now();
  }

  #find(address: string | undefined): Guesser | undefined {
    return address === undefined ? undefined : this.#guessers.find(subscriberOf(address));
  }

  #begin(address: string, nowMs: number): Guesser {
    const guesser = {
      budget: this.#options.perMinute,
      countedAtMs: nowMs,
      closings: 0,
      closedUntilMs: 0,
      shown: [],
    };
    this.#guessers.keep(subscriberOf(address), guesser);
    return guesser;
  }
}

/** The address, or of an IPv6 address the first 64 bits. */
function subscriberOf(address: string): string {
  if (!address.includes(':')) return address;
  const bytes = parseIpAddress(address);
  return bytes === undefined ? address : Buffer.from(bytes.subarray(0, 8)).toString('hex');
}
