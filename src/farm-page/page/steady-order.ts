/** How long an order holds before the list is sorted anew, in milliseconds. */
const holdMs = 30_000;

/**
 * Puts a list in order so that its rows do not run about while the farm moves: an order holds for half a minute, and for as long as
 * somebody points into the list or has the focus there. What is new comes last until then.
 *
 * @param place where the rows are
 */
export function createSteadyOrder<T>(place: Element, keyOf: (item: T) => string) {
  let ranks = new Map<string, number>();
  let [sortedBy, sortedAtMs]: [string | undefined, number] = [undefined, 0];
  /** @param name of the order; another one is followed at once */
  return (items: readonly T[], name: string, compare: (one: T, other: T) => number): readonly T[] => {
    const isHeld = performance.now() < sortedAtMs + holdMs || place.matches(':hover, :focus-within');
    if (name === sortedBy && isHeld && items.some((item) => ranks.has(keyOf(item)))) {
      const rankOf = (item: T) => ranks.get(keyOf(item)) ?? ranks.size;
      return items.toSorted((one, other) => rankOf(one) - rankOf(other) || compare(one, other));
    }
    const sorted = items.toSorted(compare);
    ranks = new Map(sorted.map((item, index) => [keyOf(item), index]));
    [sortedBy, sortedAtMs] = [name, performance.now()];
    return sorted;
  };
}
