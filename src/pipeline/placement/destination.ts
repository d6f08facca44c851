import type { Call, Invoke, Reply } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { RpcKind } from '../../rpc-table/rpc-kind.ts';

import type { Lanes } from '../lanes/create-lanes.ts';
import { setAside } from './retry-calls.ts';

/** How well a Cuebot can take a call now: `ready`, perhaps, only where there is no other, or not at all. */
export const fitnesses = ['ready', 'doubtful', 'last-resort', 'unfit'] as const;

/** One of them. */
export type Fitness = (typeof fitnesses)[number];

/** What a destination needs. */
export interface DestinationOptions {
  /** How people know the Cuebot. */
  readonly name: string;
  readonly fitness: () => Fitness;
  readonly lanes: Pick<Lanes, 'loadOf' | 'turnAwayWaiting'>;
}

/** One Cuebot of several, as calls are placed on it. */
export class Destination {
  readonly name: string;
  readonly fitness: () => Fitness;
  readonly loadOf: (lane: string) => number;
  readonly #options: DestinationOptions;
  readonly #reads = new Set<(error: GatewayError) => void>();
  #underWay = 0;

  constructor(options: DestinationOptions) {
    this.name = options.name;
    this.fitness = options.fitness;
    this.loadOf = options.lanes.loadOf;
    this.#options = options;
  }

  /** How many calls it has not answered yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** @param invoke the rest of the call's way, this Cuebot's lanes included */
  async send(call: Call, kind: RpcKind, invoke: Invoke): Promise<Reply> {
    if (call.notes !== undefined) call.notes.endpoint = this.name;
    this.#underWay += 1;
    try {
      return await (kind === 'write' ? invoke(call) : this.#sendRead(call, invoke));
    } finally {
      this.#underWay -= 1;
    }
  }

  /** It does not answer any more: whoever waits in its lanes, and every read under way, may go to another one. */
  abandon(): void {
    this.turnAwayWaiting();
    const reads = [...this.#reads];
    this.#reads.clear();
    for (const reject of reads) reject(silentCuebot('reset'));
  }

  /** Whoever waits in its lanes may go to another one. */
  turnAwayWaiting(): void {
    this.#options.lanes.turnAwayWaiting(silentCuebot('unsent'));
  }

  #sendRead(call: Call, invoke: Invoke): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#reads.add(reject);
      invoke(call)
        .finally(() => this.#reads.delete(reject))
        .then(resolve, reject);
    });
  }
}

function silentCuebot(connectionLoss: 'unsent' | 'reset'): GatewayError {
  const fate = connectionLoss === 'unsent' ? 'the call was not sent' : 'it was only to read';
  const message = `Cuebot does not answer, and no other one could be asked in its place; ${fate}, try again`;
  return new GatewayError('UNAVAILABLE', message, { reason: setAside, connectionLoss, retryAfterSeconds: 1 });
}
