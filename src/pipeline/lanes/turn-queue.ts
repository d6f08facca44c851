/**
 * A queue in which callers take turns, and then the operations of each: the next item is the oldest one of the operation that
 * has waited longest since its last turn, of the caller of whom the same is true. One caller's hundred operations cost another
 * one a single place, and so do one operation's hundred calls.
 */
export class TurnQueue<Item> {
  /** In the order of turns; a Map iterates by insertion, so re-inserting a caller sends them to the back. */
  readonly #byCaller = new Map<string, Turns<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(caller: string, operation: string, item: Item): void {
    const turns = this.#byCaller.get(caller) ?? { byOperation: new Map<string, Item[]>(), size: 0 };
    const items = turns.byOperation.get(operation);
    if (items === undefined) turns.byOperation.set(operation, [item]);
    else items.push(item);
    turns.size += 1;
    this.#byCaller.set(caller, turns);
    this.#size += 1;
  }

  shift(): Item | undefined {
    const turn = this.#byCaller.entries().next();
    if (turn.done === true) return undefined;
    const [caller, turns] = turn.value;
    const [operation, items] = turns.byOperation.entries().next().value!;
    const item = items.shift();
    turns.byOperation.delete(operation);
    if (items.length > 0) turns.byOperation.set(operation, items);
    this.#byCaller.delete(caller);
    turns.size -= 1;
    if (turns.size > 0) this.#byCaller.set(caller, turns);
    this.#size -= 1;
    return item;
  }

  /** How many items at most have their turn before one that this operation pushes now. */
  countBefore(caller: string, operation: string): number {
    const own = this.#byCaller.get(caller);
    const ahead = own?.byOperation.get(operation)?.length ?? 0;
    let ownBefore = ahead;
    for (const [other, { length }] of own?.byOperation ?? []) {
      if (other !== operation) ownBefore += Math.min(length, ahead + 1);
    }
    let before = ownBefore;
    for (const [other, { size }] of this.#byCaller) if (other !== caller) before += Math.min(size, ownBefore + 1);
    return before;
  }

  /**
   * Makes room for one more item of a caller by giving up the newest one of whoever has most; undefined when that would be
   * this very caller.
   */
  yieldTo(caller: string): Item | undefined {
    let [longest, most] = ['', (this.#byCaller.get(caller)?.size ?? 0) + 1];
    for (const [other, { size }] of this.#byCaller) if (size > most) [longest, most] = [other, size];
    const [operation, items] = [...(this.#byCaller.get(longest)?.byOperation ?? [])].at(-1) ?? [];
    const item = items?.at(-1);
    if (operation === undefined || item === undefined || longest === caller) return undefined;
    this.remove(longest, operation, item);
    return item;
  }

  /** Takes an item out of the queue; false when it is not in there any more. */
  remove(caller: string, operation: string, item: Item): boolean {
    const turns = this.#byCaller.get(caller);
    const items = turns?.byOperation.get(operation);
    const index = items?.indexOf(item) ?? -1;
    if (turns === undefined || items === undefined || index < 0) return false;
    items.splice(index, 1);
    if (items.length === 0) turns.byOperation.delete(operation);
    turns.size -= 1;
    if (turns.size === 0) this.#byCaller.delete(caller);
    this.#size -= 1;
    return true;
  }
}

/** What one caller has waiting: its operations in the order of their turns, and all their items together. */
interface Turns<Item> {
  readonly byOperation: Map<string, Item[]>;
  size: number;
}
