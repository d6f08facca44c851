import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { type ByteBudget, createByteBudget, type Hold } from '../../src/http/byte-budget.ts';

afterEach(() => void vi.useRealTimers());

/** What a request needs of its response: to end, and to say how much of it waits. */
function open(
  budget: ByteBudget,
  subject: string,
): { hold: Hold; end: () => void; setWaiting: (bytes: number) => void } {
  const response = Object.assign(new EventEmitter(), { writableLength: 0 });
  const hold = budget.open(response as unknown as ServerResponse);
  hold.assign(subject);
  return {
    hold,
    end: () => void response.emit('close'),
    setWaiting: (bytes) => {
      response.writableLength = bytes;
      budget.refresh();
    },
  };
}

describe('createByteBudget()', () => {
  it('gives one subject half, and everybody the whole', () => {
    const budget = createByteBudget(100);
    const [ann, bob] = [open(budget, 'ann'), open(budget, 'bob')];
    expect(ann.hold.take(30)).toBe(true);
    const anns = open(budget, 'ann');
    expect(anns.hold.take(30)).toBe(false);
    expect(anns.hold.take(20)).toBe(true);
    expect(bob.hold.take(50)).toBe(true);
    expect(open(budget, 'eve').hold.take(1)).toBe(false);
    expect(budget.heldBytes).toBe(100);
  });

  it('lets the largest pass when nothing else is held, and others beside it', () => {
    const budget = createByteBudget(100);
    const large = open(budget, 'ann');
    expect(large.hold.take(1_000)).toBe(true);
    expect(budget.heldBytes).toBe(1_000);
    expect(open(budget, 'bob').hold.take(50)).toBe(true);
    expect(open(budget, 'ann').hold.take(1)).toBe(false);
    expect(open(budget, 'ann').hold.take(0)).toBe(true);
  });

  it('gives back what an ended request held, and no more', () => {
    const budget = createByteBudget(100);
    const { hold, end } = open(budget, 'ann');
    hold.take(40);
    hold.set(10);
    expect(budget.heldBytes).toBe(10);
    end();
    expect(budget.heldBytes).toBe(0);
    hold.set(50);
    expect(budget.heldBytes).toBe(0);
  });

  it('holds what must be held, and then lets nothing more in', () => {
    const budget = createByteBudget(100);
    for (const subject of ['ann', 'bob', 'eve']) open(budget, subject).hold.set(50);
    expect(budget.heldBytes).toBe(150);
    expect(open(budget, 'joe').hold.take(0)).toBe(false);
  });

  it('puts one thing in place of another where there is room for the larger', () => {
    const budget = createByteBudget(100);
    open(budget, 'bob').hold.take(50);
    const { hold } = open(budget, 'ann');
    hold.take(30);
    expect(hold.replace(50)).toBe(true);
    open(budget, 'ann').hold.set(10);
    expect(hold.replace(45)).toBe(false);
    expect(hold.replace(40)).toBe(true);
    expect(budget.heldBytes).toBe(100);
  });

  it('counts what waits in a response that nobody has counted', () => {
    const budget = createByteBudget(100);
    const { hold, setWaiting, end } = open(budget, 'ann');
    hold.take(10);
    setWaiting(30);
    expect(budget.heldBytes).toBe(30);
    setWaiting(5);
    expect(budget.heldBytes).toBe(10);
    end();
    expect(budget.heldBytes).toBe(0);
  });

  it('gives room to those who wait for it, and refuses them after a second', async () => {
    vi.useFakeTimers();
    const budget = createByteBudget(100);
    const first = open(budget, 'ann');
    first.hold.take(40);
    const [second, third] = [open(budget, 'ann').hold.takeSoon(30), open(budget, 'ann').hold.takeSoon(30)];
    first.end();
    expect(await second).toBe(true);
    await vi.advanceTimersByTimeAsync(999);
    expect(await Promise.race([third, 'waiting'])).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1);
    expect(await third).toBe(false);
    expect(budget.heldBytes).toBe(30);
  });
});
