import { describe, expect, it } from 'vitest';

import { TurnQueue } from '../../../src/pipeline/lanes/turn-queue.ts';

/** A queue of items that are named after their caller and operation, e.g. `ann/1/a`. */
function queueOf(...names: readonly string[]): TurnQueue<string> {
  const queue = new TurnQueue<string>();
  for (const name of names) push(queue, name);
  return queue;
}

function push(queue: TurnQueue<string>, name: string): void {
  const [caller = '', operation = ''] = name.split('/');
  queue.push(caller, operation, name);
}

function drain(queue: TurnQueue<string>): string[] {
  return Array.from({ length: queue.size }, () => queue.shift()!);
}

describe('TurnQueue', () => {
  it('lets callers take turns, and then the operations of each', () => {
    const queue = queueOf('ann/1/a', 'ann/1/b', 'ann/1/c', 'ann/2/a', 'ben/1/a', 'ben/1/b');
    expect(drain(queue)).toEqual(['ann/1/a', 'ben/1/a', 'ann/2/a', 'ben/1/b', 'ann/1/b', 'ann/1/c']);
    expect([queue.size, queue.shift()]).toEqual([0, undefined]);
  });

  it.each([
    { waiting: [] },
    { waiting: ['ann/1/a', 'ann/1/b', 'ann/2/a'] },
    { waiting: ['ann/2/a', 'ann/2/b', 'ann/3/a', 'ben/1/a', 'ben/2/a', 'cat/1/a'] },
    { waiting: ['ben/1/a', 'ben/1/b', 'ben/1/c', 'ann/1/a', 'ann/1/b', 'ann/2/a'] },
  ])('counts no fewer than have their turn before a newcomer: $waiting', ({ waiting }) => {
    const queue = queueOf(...waiting);
    const most = queue.countBefore('ann', '1');
    push(queue, 'ann/1/new');
    const before = drain(queue).indexOf('ann/1/new');
    expect(before).toBeLessThanOrEqual(most);
    // Of each other caller, one who has just had their turn may be counted once too often.
    expect(most - before).toBeLessThanOrEqual(2);
  });

  it('makes room for a caller by what whoever has most would get last', () => {
    const queue = queueOf('ann/1/a', 'ann/2/a', 'ann/3/a', 'ben/1/a');
    expect(queue.yieldTo('ben')).toBe('ann/3/a');
    expect(queue.yieldTo('ann')).toBeUndefined();
    expect(drain(queue)).toEqual(['ann/1/a', 'ben/1/a', 'ann/2/a']);
  });

  it('takes an item out once', () => {
    const queue = queueOf('ann/1/a', 'ann/1/b');
    expect([queue.remove('ann', '1', 'ann/1/a'), queue.remove('ann', '1', 'ann/1/a')]).toEqual([true, false]);
    expect([queue.remove('ann', '2', 'x'), queue.remove('ben', '1', 'x')]).toEqual([false, false]);
    expect(drain(queue)).toEqual(['ann/1/b']);
  });
});
