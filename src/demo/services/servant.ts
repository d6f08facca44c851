/** Where a service keeps the object of a call while it works on it. */
export interface Servant<Row> {
  /** Takes an object up and gives back the one to work on, which ought to be the same. */
  hold(row: Row): Row | Promise<Row>;
}

/**
 * A servant that works on what it was given or, when defective, one that does as Cuebot does: the object goes into a field
 * of the one shared servant, and is read from there a turn of the event loop later. Calls that overlap then act on each
 * other's objects and still answer OK.
 */
export function createServant<Row>(defective: boolean): Servant<Row> {
  return defective ? new SharedServant<Row>() : { hold: (row) => row };
}

class SharedServant<Row> implements Servant<Row> {
  #current: Row | undefined;

  async hold(row: Row): Promise<Row> {
    this.#current = row;
    await new Promise((resolve) => setImmediate(resolve));
    return this.#current;
  }
}
