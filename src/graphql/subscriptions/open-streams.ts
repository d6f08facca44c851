import { GatewayError } from '../../call/gateway-error.ts';

/** One subscription that is open. */
export interface Stream {
  /** Fires when it has to end, whoever wants it. */
  readonly ended: AbortSignal;
  /** Whether its client is to come back: it ends for the gateway's sake. */
  readonly isBrokenOff: () => boolean;
  /** Ends it and gives its place to the next one; more than once does no harm. */
  readonly end: () => void;
}

/** Tells whoever writes a stream that it ends for its client to come back: it is not to be called complete. */
export class StreamBrokenOff extends Error {
  /** Yoga passes on what is called so, and makes an answer of every other error. */
  override readonly name = 'AbortError';
}

/** How many subscriptions one subject may have open. */
export interface StreamLimit {
  readonly max: number;
  /** The setting that says so, for the error. */
  readonly setting: string;
}

interface OpenStream extends Stream {
  readonly breakOff: () => void;
}

/** Keeps account of the subscriptions that are open, and ends them together. */
export class OpenStreams {
  /** Each with the time at which it was opened: a count of `beginAnew`. */
  readonly #streams = new Map<OpenStream, number>();
  readonly #countOf = new Map<string, number>();
  #isCompleted = false;
  #now = 0;

  /** How many are open. */
  get size(): number {
    return this.#streams.size;
  }

  /** @throws GatewayError when the user has as many as they may, or when everything is ending */
  open(subject: string, { max, setting }: StreamLimit): Stream {
    if (this.#isCompleted) {
      throw new GatewayError('UNAVAILABLE', 'the gateway is shutting down', { reason: 'SHUTTING_DOWN' });
    }
    const count = this.#countOf.get(subject) ?? 0;
    if (count >= max) {
      throw new GatewayError(
        'RESOURCE_EXHAUSTED',
        `${subject} has ${count} subscriptions open, and more are not allowed (${setting}); close one first`,
        { reason: 'TOO_MANY_STREAMS' },
      );
    }
    this.#countOf.set(subject, count + 1);
    const controller = new AbortController();
    let isBrokenOff = false;
    const stream: OpenStream = {
      ended: controller.signal,
      isBrokenOff: () => isBrokenOff,
      end: () => {
        if (!this.#streams.delete(stream)) return;
        this.#release(subject);
        controller.abort();
      },
      breakOff: () => {
        isBrokenOff = true;
        stream.end();
      },
    };
    this.#streams.set(stream, this.#now);
    return stream;
  }

  /**
   * Those that are opened from now on belong together. Of those before, so many lots stay open at most; the oldest ones are broken
   * off.
   */
  beginAnew(maxLots: number): void {
    this.#now += 1;
    const lots = [...new Set(this.#streams.values())].toSorted((one, other) => one - other);
    const leaving = new Set(lots.slice(0, Math.max(0, lots.length - maxLots)));
    for (const [stream, lot] of this.#streams) if (leaving.has(lot)) stream.breakOff();
  }

  /** Ends all of them, and lets no new one begin. */
  complete(): void {
    this.#isCompleted = true;
    for (const stream of this.#streams.keys()) stream.breakOff();
  }

  #release(subject: string): void {
    const count = this.#countOf.get(subject)! - 1;
    if (count === 0) this.#countOf.delete(subject);
    else this.#countOf.set(subject, count);
  }
}
