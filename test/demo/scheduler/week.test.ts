import { describe, expect, test } from 'vitest';

import { countJobs } from '../../../src/demo/farm/counts.ts';
import type { Farm } from '../../../src/demo/farm/farm.ts';
import { createScheduler } from '../../../src/demo/scheduler/scheduler.ts';
import { seedFarm } from '../../../src/demo/seed/seed-farm.ts';
import { checkFarm } from './check-farm.ts';

const START = 1_800_000_000;
const STEP_SEC = 300;
const STEPS_OF_A_DAY = (24 * 3600) / STEP_SEC;
const DAYS = 7;

/** What is counted, and how far the mean of a day may be from what the farm began with. */
const BOUNDS = {
  RUNNING: [0.6, 2],
  WAITING: [0.5, 1.5],
  DEPEND: [0.3, 1.5],
  DEAD: [0.3, 3],
} as const;
type Counted = keyof typeof BOUNDS;
const COUNTED = Object.keys(BOUNDS) as readonly Counted[];

/** A farm where nothing dies is not alive, and one where much does is broken. */
const DEATHS_OF_A_DAY = [5, 80] as const;

/** Frames of the pending jobs by state. */
function count(farm: Farm): Readonly<Record<Counted, number>> {
  return countJobs([...farm.jobs.values()].filter(({ state }) => state === 'PENDING')).frames;
}

describe('a week of a farm', () => {
  test.each([1, 2, 3, 4])('ends as it began, seed %i', (seed) => {
    let now = START;
    const farm = seedFarm(seed, () => now, {});
    const scheduler = createScheduler(farm);
    const first = count(farm);
    for (let day = 1; day <= DAYS; day++) {
      const sums = { RUNNING: 0, WAITING: 0, DEPEND: 0, DEAD: 0 };
      let [dead, deaths] = [count(farm).DEAD, 0];
      for (let step = 0; step < STEPS_OF_A_DAY; step++) {
        now += STEP_SEC;
        scheduler.advance();
        const counts = count(farm);
        for (const state of COUNTED) sums[state] += counts[state];
        deaths += Math.max(0, counts.DEAD - dead);
        dead = counts.DEAD;
      }
      for (const state of COUNTED) {
        const ratio = sums[state] / STEPS_OF_A_DAY / first[state];
        const [least, most] = BOUNDS[state];
        expect(ratio, `${state} on day ${day}, to the beginning`).toBeGreaterThan(least);
        expect(ratio, `${state} on day ${day}, to the beginning`).toBeLessThan(most);
      }
      expect(deaths, `deaths on day ${day}`).toBeGreaterThanOrEqual(DEATHS_OF_A_DAY[0]);
      expect(deaths, `deaths on day ${day}`).toBeLessThanOrEqual(DEATHS_OF_A_DAY[1]);
      expect(checkFarm(farm), `day ${day}`).toEqual([]);
    }
    // Jobs that are over leave it again, into the numbers of their show; and most hosts are up.
    expect(farm.jobs.size).toBeLessThan(400);
    expect([...farm.shows.values()].some(({ archived }) => archived.jobs > 0)).toBe(true);
    expect([...farm.hosts.values()].filter(({ state }) => state === 'UP').length).toBeGreaterThan(30);
  });
});
