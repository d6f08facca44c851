import { TimeSlices } from '../../src/clock/time-slices.ts';

/** Slices that are over whenever somebody asks, so that turns can be counted however fast the machine is. */
export class EagerSlices extends TimeSlices {
  pauses = 0;

  override isOver(): boolean {
    return true;
  }

  override async pause(): Promise<void> {
    this.pauses += 1;
    await super.pause();
  }
}
