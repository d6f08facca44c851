import { describe, expect, it } from 'vitest';

import { nextTurn } from '../../src/clock/next-turn.ts';

describe('nextTurn()', () => {
  it('lets one of all who wait go on in each turn of the event loop', async () => {
    let turn = 0;
    let isOver = false;
    const count = () => {
      turn += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const goneOn: (readonly [waiter: number, turn: number])[] = [];
    await Promise.all(
      [0, 1, 2, 3, 4].map(async (waiter) => {
        await nextTurn();
        goneOn.push([waiter, turn]);
        // Whoever waits again stands behind the others.
        if (waiter === 0) await nextTurn().then(() => goneOn.push([5, turn]));
      }),
    );
    isOver = true;
    expect(goneOn.map(([waiter]) => waiter)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(goneOn.map(([, at]) => at)).size).toBe(6);
  });
});
