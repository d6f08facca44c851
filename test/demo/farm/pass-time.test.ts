import { describe, expect, test } from 'vitest';

import { countJobs } from '../../../src/demo/farm/count-frames.ts';
import { idleCores, idleGpus, idleMemory } from '../../../src/demo/farm/idle-resources.ts';
import { passTime } from '../../../src/demo/farm/pass-time.ts';
import type { FrameRow } from '../../../src/demo/farm/rows.ts';
import { seedFarm } from '../../../src/demo/seed/seed-farm.ts';

const STEP_SEC = 120;

const startFarm = () => {
  let now = 1_800_000_000;
  const farm = seedFarm(5, () => now, {});
  const work = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      now += STEP_SEC;
      passTime(farm, STEP_SEC);
    }
  };
  return { farm, work };
};

describe('passTime()', () => {
  test('lets frames end and others start, never more than hosts and limits allow', () => {
    const { farm, work } = startFarm();
    const succeededBefore = countJobs(farm.jobs.values()).frames.SUCCEEDED;
    for (let hour = 0; hour < 5; hour++) {
      work(30);
      for (const host of farm.hosts.values()) {
        expect(Math.min(idleCores(host), idleGpus(host), idleMemory(host)), host.name).toBeGreaterThanOrEqual(0);
      }
      const wrong = [...farm.frames.values()].filter(({ state, proc }) => (state === 'RUNNING') !== Boolean(proc));
      expect(wrong).toEqual([]);
    }
    expect(countJobs(farm.jobs.values()).frames.SUCCEEDED).toBeGreaterThan(succeededBefore + 500);
  });

  test('finishes jobs, and lets those go that waited for them', () => {
    const { farm, work } = startFarm();
    const jobOf = (suffix: string) => [...farm.jobs.values()].find(({ name }) => name.endsWith(`_${suffix}`))!;
    work(600);
    expect(jobOf('pyro_sim_v002')).toMatchObject({ state: 'FINISHED', stopTime: expect.any(Number) });
    expect(countJobs([jobOf('pyro_sim_v002')]).frames.SUCCEEDED).toBe(137);
    expect(countJobs([jobOf('beauty_v001')]).frames.DEPEND).toBeLessThan(290);
  });

  test('leaves paused jobs, dead frames and locked hosts alone', () => {
    const { farm, work } = startFarm();
    const paused = [...farm.jobs.values()].find(({ isPaused }) => isPaused)!;
    const before = countJobs([paused]).frames;
    const dead: FrameRow[] = [...farm.frames.values()].filter(({ state }) => state === 'DEAD');
    work(200);
    expect(countJobs([paused]).frames).toEqual(before);
    expect(new Set(dead.map(({ state }) => state))).toEqual(new Set(['DEAD']));
    const locked = [...farm.hosts.values()].filter(({ lockState }) => lockState !== 'OPEN');
    expect(locked.flatMap(({ procs }) => [...procs]).filter(({ bookedTime }) => bookedTime > 1_800_000_000)).toEqual(
      [],
    );
  });
});
