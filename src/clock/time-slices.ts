import { nextTurn } from './next-turn.ts';

/** How long work goes on before others have their turn, in milliseconds. */
const sliceMs = 8;

/** Cuts long work in slices, so that one large answer does not keep everybody else waiting. */
export class TimeSlices {
  #endsAt = performance.now() + sliceMs;

  /** Whether it is time to let others go on. Costs as much as a few dozen bytes of an answer: ask every so many rows. */
  isOver(): boolean {
    return performance.now() > this.#endsAt;
  }

  /** Begins a slice, when others had their turn already. */
  restart(): void {
    this.#endsAt = performance.now() + sliceMs;
  }

  /** Lets others go on, then begins the next slice. */
  async pause(): Promise<void> {
    await nextTurn();
    this.restart();
  }
}

/** For work that asks now and then whether to wait: a promise when it is time to let others go on, else undefined. */
export function pauseBetweenSlices(): () => Promise<void> | undefined {
  const slices = new TimeSlices();
  return () => (slices.isOver() ? slices.pause() : undefined);
}
