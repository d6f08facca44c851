import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { countJobs } from '../../../src/demo/farm/counts.ts';
import type { Farm } from '../../../src/demo/farm/farm.ts';
import { killFrame } from '../../../src/demo/farm/frame-changes.ts';
import { idleCores, idleGpus, idleMemory } from '../../../src/demo/farm/host-resources.ts';
import { redirectProc } from '../../../src/demo/farm/redirects.ts';
import { createLogFiles, logPath } from '../../../src/demo/scheduler/log-files.ts';
import type { SchedulerOptions } from '../../../src/demo/scheduler/scheduler.ts';
import { createScheduler } from '../../../src/demo/scheduler/scheduler.ts';
import { FARM_SIZES, seedFarm } from '../../../src/demo/seed/seed-farm.ts';
import { checkFarm } from './check-farm.ts';

const START = 1_800_000_000;
const STEP_SEC = 120;

const startFarm = (options: SchedulerOptions = {}) => {
  let now = START;
  const farm = seedFarm(5, () => now, {});
  const scheduler = createScheduler(farm, options);
  const work = (steps: number, seconds = STEP_SEC) => {
    for (let step = 0; step < steps; step++) {
      now += seconds;
      scheduler.advance();
    }
  };
  return { farm, work };
};

const jobOf = (farm: Farm, suffix: string) => [...farm.jobs.values()].find(({ name }) => name.endsWith(`_${suffix}`))!;

describe('createScheduler()', () => {
  test('does nothing until time passes', () => {
    const { farm, work } = startFarm();
    const before = farm.version;
    work(3, 0);
    expect(farm.version).toBe(before);
  });

  test('lets frames end and others start, never more than hosts and limits allow', () => {
    const { farm, work } = startFarm({ artists: false });
    const succeededBefore = countJobs(farm.jobs.values()).frames.SUCCEEDED;
    for (let hour = 0; hour < 5; hour++) {
      work(30);
      for (const host of farm.hosts.values()) {
        expect(Math.min(idleCores(host), idleGpus(host), idleMemory(host)), host.name).toBeGreaterThanOrEqual(0);
      }
      expect(checkFarm(farm)).toEqual([]);
      for (const limit of farm.limits.values()) {
        const running = [...farm.procs.values()].filter(
          ({ frame, bookedTime }) => bookedTime > START && frame.layer.limits.some((row) => row.limit === limit),
        );
        expect(running.length, limit.name).toBeLessThanOrEqual(limit.maxValue);
      }
    }
    expect(countJobs(farm.jobs.values()).frames.SUCCEEDED).toBeGreaterThan(succeededBefore + 500);
  });

  test('finishes jobs, and lets those go that waited for them', () => {
    const { farm, work } = startFarm({ artists: false });
    work(900);
    const layers = jobOf(farm, 'pyro_sim_v002').layers.slice(0, 2);
    expect(layers.map(({ counts }) => counts.frames.WAITING)).toEqual([0, 0]);
    expect([...farm.jobs.values()].filter(({ stopTime }) => stopTime > START).length).toBeGreaterThan(3);
  });

  test('leaves paused jobs, dead frames and locked hosts alone', () => {
    const { farm, work } = startFarm({ artists: false });
    const paused = [...farm.jobs.values()].find(({ isPaused }) => isPaused)!;
    const before = { ...countJobs([paused]).frames };
    const dead = [...farm.frames.values()].filter(({ state }) => state === 'DEAD');
    work(200);
    expect(countJobs([paused]).frames).toEqual(before);
    expect(new Set(dead.map(({ state }) => state))).toEqual(new Set(['DEAD']));
    const locked = [...farm.hosts.values()].filter(({ lockState }) => lockState === 'LOCKED');
    expect(locked.flatMap(({ procs }) => [...procs]).filter(({ bookedTime }) => bookedTime > START)).toEqual([]);
  });

  test('books nothing for shows without a subscription, or with booking off', () => {
    const { farm, work } = startFarm({ artists: false });
    const [demo, aurora] = ['demo', 'aurora'].map((name) => [...farm.shows.values()].find((row) => row.name === name)!);
    demo!.bookingEnabled = false;
    for (const row of [...farm.subscriptions.values()]) if (row.show === aurora) farm.subscriptions.delete(row.id);
    work(1);
    const fresh = [...farm.procs.values()].filter(({ bookedTime }) => bookedTime > START);
    const shows = new Set(fresh.map(({ frame }) => frame.layer.job.group.show.name));
    expect([...shows]).toEqual(['testing']);
  });

  test('starts frames of the highest priority first', () => {
    const { farm, work } = startFarm({ artists: false });
    for (const { frame } of [...farm.procs.values()]) killFrame(farm, frame);
    const urgent = jobOf(farm, 'wedge_v001');
    urgent.priority = 10_000;
    work(1, 10);
    const { RUNNING } = countJobs([urgent]).frames;
    expect(RUNNING).toBe(countJobs([urgent]).reservedCores);
    // A pass gives eight frames of a job to a host at most.
    expect(RUNNING).toBeGreaterThan(100);
  });

  test('gives a redirected proc to the job it was meant for', () => {
    const { farm, work } = startFarm({ artists: false });
    const target = jobOf(farm, 'wedge_v001');
    target.priority = 0;
    const proc = [...farm.procs.values()].find(
      ({ host, frame }) => host.name.startsWith('rqd') && frame.layer.minCores > 2,
    )!;
    redirectProc(farm, proc, target, true);
    work(1, 2);
    expect([...proc.host.procs].some(({ frame }) => frame.layer.job === target)).toBe(true);
  });
});

test('a farm as large as a big studio’s is seeded, and lives', () => {
  let now = START;
  const farm = seedFarm(1, () => now, FARM_SIZES.large);
  expect([farm.shows.size, farm.jobs.size, farm.hosts.size]).toEqual([60, 2000, 3000]);
  expect(Math.round(farm.frames.size / 10_000)).toBe(40);
  const scheduler = createScheduler(farm);
  const before = farm.statistics.bookedProcs;
  for (let step = 0; step < 5; step++) {
    now += 2;
    scheduler.advance();
  }
  expect(farm.statistics.bookedProcs).toBeGreaterThan(before);
  expect(checkFarm(farm)).toEqual([]);
});

describe('createLogFiles()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-logs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('writes logs that grow, end and go with their job', () => {
    let now = START;
    const farm = seedFarm(5, () => now, {}, { logRoot: folder });
    const logs = createLogFiles(farm);
    const { frame } = [...farm.procs.values()].find(({ silentSince }) => silentSince === undefined)!;
    const path = logPath(frame);
    const size = statSync(path).size;
    expect(readFileSync(path, 'utf8')).toContain(`frameName            ${frame.name}\n`);
    now += 60;
    logs.write([frame]);
    expect(statSync(path).size).toBeGreaterThan(size);
    killFrame(farm, frame);
    logs.write([]);
    expect(readFileSync(path, 'utf8')).toContain('exitStatus           9\n');
    const { job } = frame.layer;
    logs.removeJob(job);
    expect(existsSync(job.logDir)).toBe(false);
  });

  test('has a log for frames that ended before the farm began', () => {
    const farm = seedFarm(5, () => START, {}, { logRoot: folder });
    createLogFiles(farm);
    const job = jobOf(farm, 'beauty_v009');
    expect(readdirSync(job.logDir).length).toBeGreaterThan(100);
  });
});
