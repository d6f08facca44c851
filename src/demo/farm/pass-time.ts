import type { Booking } from './book-frames.ts';
import { createBooking } from './book-frames.ts';
import { completeFrame, failFrame, finishIfComplete } from './change-frames.ts';
import { countLayer } from './count-frames.ts';
import type { Farm } from './farm.ts';
import type { HostRow, JobRow, LayerRow, LimitRow } from './rows.ts';

// What a layer's frames take until one of them is through, in seconds.
const USUAL_SECONDS = 400;
const FAILURE_RATE = 0.02;
// Cuebot books in small portions too, so that one job does not take everything that became free.
const MOST_BOOKINGS_PER_JOB = 8;

/** Lets the farm work for some seconds: running frames end, and waiting ones start where there is room. */
export function passTime(farm: Farm, seconds: number): void {
  const touched = new Set<JobRow>();
  for (const { frame } of [...farm.procs.values()]) {
    const { clockSec, renderedFrames } = countLayer(frame.layer);
    const expected = renderedFrames > 0 ? clockSec / renderedFrames : USUAL_SECONDS;
    if (farm.random.next() > 1 - Math.exp(-seconds / expected)) continue;
    if (farm.random.next() < FAILURE_RATE) failFrame(farm, frame, 1);
    else completeFrame(farm, frame);
    touched.add(frame.layer.job);
  }
  for (const job of touched) finishIfComplete(farm, job);
  bookWaitingFrames(farm);
  farm.touch();
}

/** By priority, then in dispatch order, as far as hosts and limits allow. */
function bookWaitingFrames(farm: Farm): void {
  const booking = createBooking(farm, isOpen);
  const jobs = [...farm.jobs.values()].filter((job) => job.state === 'PENDING' && !job.isPaused);
  jobs.sort((a, b) => b.priority - a.priority);
  const used = countLimits(farm);
  for (const job of jobs) {
    let booked = 0;
    for (const layer of job.layers) booked += bookLayer(farm, layer, booking, used, MOST_BOOKINGS_PER_JOB - booked);
  }
}

function bookLayer(farm: Farm, layer: LayerRow, booking: Booking, used: Map<LimitRow, number>, most: number): number {
  if (countLayer(layer).frames.WAITING === 0 || layer.startAfter > farm.now()) return 0;
  let booked = 0;
  for (const frame of layer.frames) {
    if (booked >= most) break;
    if (frame.state !== 'WAITING') continue;
    if (layer.limits.some((limit) => (used.get(limit) ?? 0) >= limit.maxValue)) break;
    if (!booking.book(frame, farm.now())) break;
    for (const limit of layer.limits) used.set(limit, (used.get(limit) ?? 0) + 1);
    booked += 1;
  }
  return booked;
}

function countLimits(farm: Farm): Map<LimitRow, number> {
  const used = new Map<LimitRow, number>();
  for (const { frame } of farm.procs.values()) {
    for (const limit of frame.layer.limits) used.set(limit, (used.get(limit) ?? 0) + 1);
  }
  return used;
}

function isOpen({ state, lockState }: HostRow): boolean {
  return state === 'UP' && lockState === 'OPEN';
}
