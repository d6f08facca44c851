import { GatewayError } from '../../call/gateway-error.ts';

/** One subscription that is open. */
export interface Stream {
  /** Fires when it has to end, whoever wants it. */
  readonly ended: AbortSignal;
  /** Ends it and gives its place to the next one; more than once does no harm. */
  readonly end: () => void;
}

/** How many subscriptions one subject may have open. */
export interface StreamLimit {
  readonly max: number;
  /** The setting that says so, for the error. */
  readonly setting: string;
}

/** Keeps account of the subscriptions that are open, and ends them together. */
export class OpenStreams {
  readonly #streams = new Set<Stream>();
  readonly #countOf = new Map<string, number>();
  #isCompleted = false;

  /** Whether all have been ended. */
  get isCompleted(): boolean {
    return this.#isCompleted;
  }

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
    const stream: Stream = {
      ended: controller.signal,
      end: () => {
        if (!this.#streams.delete(stream)) return;
        this.#release(subject);
        controller.abort();
      },
    };
    this.#streams.add(stream);
    return stream;
  }

  /** Ends all of them, and lets no new one begin. */
  complete(): void {
    this.#isCompleted = true;
    for (const stream of this.#streams) stream.end();
  }

  #release(subject: string): void {
    const count = this.#countOf.get(subject)! - 1;
    if (count === 0) this.#countOf.delete(subject);
    else this.#countOf.set(subject, count);
  }
}
