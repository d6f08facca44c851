import type { Farm } from './farm.ts';
import { expandFrameSet } from './frame-set.ts';
import type { FrameRow, LayerRow } from './rows.ts';

/** job.Order by name. */
export type Order = 'FIRST' | 'LAST' | 'REVERSE';

/** Changes the order in which frames of a layer start. Numbers that the layer has no frame for are left out. */
export function reorderFrames(farm: Farm, layer: LayerRow, numbers: readonly number[], order: Order): void {
  if (order === 'FIRST') putFirst(layer, numbers);
  else if (order === 'LAST') putLast(layer, farm.defects.has('reorder-last') ? firstNumbers(numbers) : numbers);
  else reverse(layer, numbers);
  farm.touch();
}

/** Cuebot counts from 0 instead of reading the range. */
function firstNumbers(numbers: readonly number[]): number[] {
  return Array.from({ length: numbers.length + 1 }, (_unused, index) => index);
}

function putFirst(layer: LayerRow, numbers: readonly number[]): void {
  const first = Math.min(...layer.frames.map(({ dispatchOrder }) => dispatchOrder)) - numbers.length;
  const frames = byNumber(layer);
  for (const [index, number] of numbers.entries()) setOrder(frames.get(number), first + index);
}

function putLast(layer: LayerRow, numbers: readonly number[]): void {
  const last = Math.max(...layer.frames.map(({ dispatchOrder }) => dispatchOrder)) + 1;
  const frames = byNumber(layer);
  for (const [index, number] of numbers.entries()) setOrder(frames.get(number), last + index);
}

function reverse(layer: LayerRow, numbers: readonly number[]): void {
  const frames = byNumber(layer);
  for (let low = 0, high = numbers.length - 1; low < high; low++, high--) {
    const [a, b] = [frames.get(numbers[low]!), frames.get(numbers[high]!)];
    if (a && b) [a.dispatchOrder, b.dispatchOrder] = [b.dispatchOrder, a.dispatchOrder];
  }
}

/**
 * Lets every so many frames of a range start before the others. A layer of one frame stays as it is, and so does one that
 * the range does not suit: the work is queued, and nobody hears of it.
 */
export function staggerFrames(farm: Farm, layer: LayerRow, range: string, stagger: number): void {
  if (layer.frames.length <= 1) return;
  let numbers: readonly number[];
  let staggered: readonly number[];
  try {
    staggered = expandFrameSet(`${range}:${stagger}`);
    numbers = expandFrameSet(range);
  } catch {
    return;
  }
  const frames = byNumber(layer);
  const first = frames.get(numbers[0]!);
  if (!first) return;
  const { dispatchOrder } = first;
  const position = new Map(staggered.map((number, index) => [number, index]));
  for (const number of numbers) setOrder(frames.get(number), dispatchOrder + (position.get(number) ?? -1));
  farm.touch();
}

function byNumber({ frames }: LayerRow): Map<number, FrameRow> {
  return new Map(frames.map((frame) => [frame.number, frame]));
}

function setOrder(frame: FrameRow | undefined, order: number): void {
  if (frame) frame.dispatchOrder = order;
}
