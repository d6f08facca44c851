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

/**
 * How many frames die in a day, to those that run at a time: a farm where nothing dies is not alive, and one where much does is
 * broken.
 */
const DEATHS = [0.04, 0.6] as const;

/** Frames of the pending jobs by state. */
function count(farm: Farm): Readonly<Record<Counted, number>> {
  return countJobs([...farm.jobs.values()].filter(({ state }) => state === 'PENDING')).frames;
}

describe('a week of a farm', () => {
  test.each([
    [1, {}],
    [2, {}],
    [3, {}],
    // With hosts of every kind and licences for four times as much, and shows that have no share of some.
    [4, { shows: 12, hosts: 160, jobs: 107, framesPerLayer: 48 }],
  ])('ends as it began, seed %i, size %o', (seed, size) => {
    let now = START;
    const farm = seedFarm(seed, () => now, size);
    const scheduler = createScheduler(farm);
    const [first, frames] = [count(farm), farm.frames.size];
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
      const [fewest, most] = DEATHS.map((share) => share * first.RUNNING) as [number, number];
      expect(deaths, `deaths on day ${day}`).toBeGreaterThan(fewest);
      expect(deaths, `deaths on day ${day}`).toBeLessThan(most);
      expect(checkFarm(farm), `day ${day}`).toEqual([]);
    }
    // Jobs that are over leave it again, into the numbers of their show; and most hosts are up.
    expect(farm.frames.size).toBeLessThan(frames * 2.5);
    expect(farm.jobs.size).toBeGreaterThan(20);
    expect([...farm.shows.values()].some(({ archived }) => archived.jobs > 0)).toBe(true);
    const up = [...farm.hosts.values()].filter(({ state }) => state === 'UP').length;
    expect(up / farm.hosts.size).toBeGreaterThan(0.75);
  });
});
