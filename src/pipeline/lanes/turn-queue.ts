/**
 * A queue in which callers take turns: the next item is the oldest one of the caller who has waited longest since their last
 * turn, so that one caller's hundred calls cost another one a single place.
 */
export class TurnQueue<Item> {
  /** In the order of turns; a Map iterates by insertion, so re-inserting a caller sends them to the back. */
  readonly #byCaller = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(caller: string, item: Item): void {
    const items = this.#byCaller.get(caller);
    if (items === undefined) this.#byCaller.set(caller, [item]);
    else items.push(item);
    this.#size += 1;
  }

  shift(): Item | undefined {
    const turn = this.#byCaller.entries().next();
    if (turn.done === true) return undefined;
    const [caller, items] = turn.value;
    const item = items.shift();
    this.#byCaller.delete(caller);
    if (items.length > 0) this.#byCaller.set(caller, items);
    this.#size -= 1;
    return item;
  }

  /**
   * Makes room for one more item of a caller by giving up the newest one of whoever has most; undefined when that would be
   * this very caller.
   */
  yieldTo(caller: string): Item | undefined {
    let [longest, length] = ['', (this.#byCaller.get(caller)?.length ?? 0) + 1];
    for (const [other, items] of this.#byCaller) if (items.length > length) [longest, length] = [other, items.length];
    const item = this.#byCaller.get(longest)?.at(-1);
    if (item === undefined || longest === caller) return undefined;
    this.remove(longest, item);
    return item;
  }

  /** Takes an item out of the queue; false when it is not in there any more. */
  remove(caller: string, item: Item): boolean {
    const items = this.#byCaller.get(caller);
    const index = items?.indexOf(item) ?? -1;
    if (items === undefined || index < 0) return false;
    items.splice(index, 1);
    if (items.length === 0) this.#byCaller.delete(caller);
    this.#size -= 1;
    return true;
  }
}
