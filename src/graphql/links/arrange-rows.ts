import { pauseBetweenSlices } from '../../clock/time-slices.ts';

import type { ReadOrderKey } from './compile-order.ts';
import type { Row } from './compile-row-path.ts';

/** The arguments that say which rows of a list its caller wants to see, and in which order. */
export interface Arrangement {
  readonly orderBy?: readonly { readonly field: string; readonly direction: 'ASC' | 'DESC' }[] | null;
  readonly limit?: number | null;
  /** From 1. */
  readonly page?: number;
  /** The number of the first row, from 1: another way to name a page. */
  readonly start?: number | null;
}

/** Whether a list is to be put in an order of its caller's own: then all of it is needed, whichever page is wanted. */
export function isOrdered({ orderBy }: Arrangement): boolean {
  return orderBy !== undefined && orderBy !== null && orderBy.length > 0;
}

/** Whether a list is to be shown otherwise than as it is. */
export function isArranged(arrangement: Arrangement): boolean {
  const { limit, start } = arrangement;
  return isOrdered(arrangement) || (limit !== undefined && limit !== null) || (start !== undefined && start !== null);
}

/** Puts whole lists in order, in slices, and cuts a page out. Rows that are equal stay as they came. */
export async function arrangeRows(
  rows: readonly Row[],
  keys: ReadonlyMap<string, ReadOrderKey>,
  arrangement: Arrangement,
): Promise<readonly Row[]> {
  const steps = decidingSteps(arrangement);
  if (steps.length === 0 || rows.length < 2) return cutPage(rows, arrangement);
  const pause = pauseBetweenSlices();
  const columns = await readColumns(
    rows,
    steps.map(({ field }) => keys.get(field)!),
    pause,
  );
  const signs = steps.map(({ direction }) => (direction === 'DESC' ? -1 : 1));
  const compare = (one: number, other: number): number => {
    for (const [index, column] of columns.entries()) {
      const difference = compareKeys(column[one], column[other], signs[index]!);
      if (difference !== 0) return difference;
    }
    return one - other;
  };
  const order = await sortInSlices(rows.length, compare, pause);
  return cutPage(order, arrangement).map((index) => rows[index]!);
}

/** Steps that can decide: the first by each field. Others would only cost time. */
function decidingSteps({ orderBy }: Arrangement): NonNullable<Arrangement['orderBy']> {
  const seen = new Set<string>();
  return (orderBy ?? []).filter(({ field }) => !seen.has(field) && seen.add(field));
}

function cutPage<Value>(values: readonly Value[], { limit, page = 1, start }: Arrangement): readonly Value[] {
  if (limit === undefined || limit === null) return (start ?? 1) === 1 ? values : values.slice(start! - 1);
  const from = start === undefined || start === null ? (page - 1) * limit : start - 1;
  return values.slice(from, from + limit);
}

type Pause = ReturnType<typeof pauseBetweenSlices>;
type Key = ReturnType<ReadOrderKey>;

/** How many rows are looked at before the clock is. */
const rowsPerLook = 32;

/** What rows are compared by, read once: rows that are still on the wire are searched through for it. */
async function readColumns(rows: readonly Row[], readers: readonly ReadOrderKey[], pause: Pause) {
  const columns = readers.map((): Key[] => []);
  for (const [index, row] of rows.entries()) {
    if (index % rowsPerLook === 0) await pause();
    for (const [column, read] of readers.entries()) columns[column]!.push(read(row));
  }
  return columns;
}

/** Text by the numbers of its characters: no language, so the same on every machine. */
function compareKeys(one: Key, other: Key, sign: number): number {
  if (one === other) return 0;
  if (one === undefined) return 1;
  if (other === undefined) return -1;
  return one < other ? -sign : sign;
}

/** How many indices are sorted in one go: less than a millisecond's work. */
const runLength = 1_024;

/** Sorts the numbers from 0: short runs at once, then merged, with turns for others in between. */
async function sortInSlices(count: number, compare: (one: number, other: number) => number, pause: Pause) {
  let order = Array.from({ length: count }, (_, index) => index);
  if (count <= runLength) return order.sort(compare);
  const runs: number[] = [];
  for (let at = 0; at < count; at += runLength) {
    runs.push(...order.slice(at, at + runLength).sort(compare));
    await pause();
  }
  order = runs;
  for (let width = runLength; width < count; width *= 2) {
    const merged: number[] = [];
    for (let at = 0; at < count; at += 2 * width) {
      const [middle, end] = [Math.min(at + width, count), Math.min(at + 2 * width, count)];
      for (let left = at, right = middle; left < middle || right < end; ) {
        const takesLeft = right === end || (left < middle && compare(order[left]!, order[right]!) < 0);
        merged.push(order[takesLeft ? left++ : right++]!);
        if (merged.length % runLength === 0) await pause();
      }
    }
    order = merged;
  }
  return order;
}
