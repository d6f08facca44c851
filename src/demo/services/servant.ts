import type { JobRow, LayerRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference } from '../wire/rpc-handler.ts';

/** Where a service keeps the object of a call while it works on it. */
export interface Servant<Row> {
  /** Takes an object up and gives back the one to work on, which ought to be the same. */
  hold(row: Row): Row | Promise<Row>;
}

/**
 * A servant that works on what it was given or, when defective, one that does as Cuebot does: the object goes into a field
 * of the one shared servant, and is read from there a turn of the event loop later, or after so many milliseconds. Calls that
 * overlap then act on each other's objects and still answer OK.
 */
export function createServant<Row>(defective: boolean, holdMs: (row: Row) => number = () => 0): Servant<Row> {
  return defective ? new SharedServant<Row>(holdMs) : { hold: (row) => row };
}

class SharedServant<Row> implements Servant<Row> {
  readonly #holdMs: (row: Row) => number;
  #current: Row | undefined;

  constructor(holdMs: (row: Row) => number) {
    this.#holdMs = holdMs;
  }

  async hold(row: Row): Promise<Row> {
    this.#current = row;
    const holdMs = this.#holdMs(row);
    await new Promise((resolve) => (holdMs === 0 ? setImmediate(resolve) : setTimeout(resolve, holdMs)));
    return this.#current;
  }
}

/** A request of JobInterface that carries a job; only its id counts. */
export interface OfJob {
  readonly job: EntityReference | null;
}

/** A request of LayerInterface that carries a layer; only its id counts. */
export interface OfLayer {
  readonly layer: EntityReference | null;
}

/** Looks up the request's job, lets the servant hold it, and works on what the servant then holds. */
export type WithJob = <Request extends OfJob>(
  work: (job: JobRow, request: Request) => Message | Promise<Message>,
) => (request: Request) => Promise<Message>;

/** The same for layers. */
export type WithLayer = <Request extends OfLayer>(
  work: (layer: LayerRow, request: Request) => Message,
) => (request: Request) => Promise<Message>;
