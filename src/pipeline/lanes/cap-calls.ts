import type { Call } from '../../call/call.ts';
import { callerGone, GatewayError } from '../../call/gateway-error.ts';
import type { ServiceDescriptor } from '../../registry/descriptors.ts';

import { type Interceptor, passOn } from '../interceptor.ts';
import { TurnQueue } from './turn-queue.ts';

/**
 * Lets so many reads of one service be under way at a time; what is more waits, and callers take turns, then their operations.
 * One operation can cause hundreds of calls at once, which would otherwise all stand in line before the first call of the next
 * one. A call whose turn cannot come within its time is turned away at once: waiting would cost memory and help nobody.
 *
 * Stands in front of the pipeline, so that waiting here costs a call nothing of its deadline, and nothing of the patience of
 * lanes. Writes pass: a mutation makes one at a time. Waiting ends when the caller goes away.
 */
export function capCalls(callsPerService: number): Interceptor {
  const gates = new Map<ServiceDescriptor, Gate>();
  const gateOf = (service: ServiceDescriptor): Gate => {
    const gate = gates.get(service) ?? new Gate(callsPerService);
    gates.set(service, gate);
    return gate;
  };
  return ({ kind, method }) => {
    if (kind === 'write') return passOn;
    const gate = gateOf(method.service);
    return (next) => async (call) => {
      await gate.enter(call);
      try {
        return await next(call);
      } finally {
        gate.leave();
      }
    };
  };
}

/** The places of one service, and who waits for one. */
class Gate {
  readonly #waiting = new TurnQueue<() => void>();
  readonly #places: number;
  /**
   * When each place was given back for the last time, or the gate became full, whichever is later. As many moments as places, the
   * oldest at `#oldest`: since then every place has changed hands once, or should have.
   */
  readonly #changes: number[];
  #oldest = 0;
  #inside = 0;

  constructor(places: number) {
    this.#places = places;
    this.#changes = new Array(places).fill(0);
  }

  enter(call: Call): Promise<void> | undefined {
    if (this.#inside === this.#places) return this.#wait(call);
    this.#inside += 1;
    if (this.#inside === this.#places) this.#changes.fill(performance.now());
    return undefined;
  }

  /** The place goes from hand to hand, so nobody who comes at this moment can take it. */
  leave(): void {
    this.#changes[this.#oldest] = performance.now();
    this.#oldest = (this.#oldest + 1) % this.#places;
    const start = this.#waiting.shift();
    if (start === undefined) this.#inside -= 1;
    else start();
  }

  #wait(call: Call): Promise<void> {
    const { signal, requestId } = call;
    const { subject } = call.identity;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(callerGone());
      const refused = this.#refuse(call);
      if (refused !== undefined) return reject(refused);
      const give = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.remove(subject, requestId, give);
        reject(callerGone());
      };
      signal.addEventListener('abort', leave);
      this.#waiting.push(subject, requestId, give);
    });
  }

  /**
   * The error of a call whose turn cannot come in time; undefined when it may. It is reckoned by how long all places together
   * took to change hands, up to now: of a Cuebot that hangs, longer and longer.
   */
  #refuse({ method, identity, requestId, timeoutMs = Number.POSITIVE_INFINITY }: Call): GatewayError | undefined {
    const before = this.#waiting.countBefore(identity.subject, requestId);
    const roundMs = performance.now() - this.#changes[this.#oldest]!;
    const waitMs = ((before + 1) / this.#places) * roundMs;
    if (waitMs <= timeoutMs) return undefined;
    return new GatewayError(
      'UNAVAILABLE',
      `${before} reads of ${method.service.fullName} have their turn before this one, which at this pace cannot begin within ` +
        `${Math.round(timeoutMs)} ms (GRAPHQL_TIMEOUT): ${method.fullName} was not called. Try again later.`,
      { reason: 'CANNOT_BEGIN', retryAfterSeconds: Math.ceil(Math.min(waitMs - timeoutMs, maxRetryMs) / 1000) },
    );
  }
}

/** Nobody is asked to wait for longer, in milliseconds: things may look better by then. */
const maxRetryMs = 30_000;
