import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { countJobs } from '../../../src/demo/farm/counts.ts';
import type { Farm } from '../../../src/demo/farm/farm.ts';
import { idleCores, idleGpuMemory, idleGpus, idleMemory } from '../../../src/demo/farm/host-resources.ts';
import type { FrameRow } from '../../../src/demo/farm/rows.ts';
import { seedFarm } from '../../../src/demo/seed/seed-farm.ts';

const NOW = 1_800_000_000;

const onAnyFarm = (check: (farm: Farm) => void) =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => check(seedFarm(seed, () => NOW, {}))),
    { numRuns: 8 },
  );

describe('seedFarm()', () => {
  test('shows every state that people meet', () => {
    const farm = seedFarm(1, () => NOW, {});
    const states = (rows: Iterable<{ readonly state: string }>) => [...new Set([...rows].map(({ state }) => state))];
    expect(states(farm.jobs.values()).sort()).toEqual(['FINISHED', 'PENDING', 'POSTED', 'STARTUP']);
    expect(states(farm.frames.values()).sort()).toEqual([
      'CHECKPOINT',
      'DEAD',
      'DEPEND',
      'EATEN',
      'RUNNING',
      'SETUP',
      'SUCCEEDED',
      'WAITING',
    ]);
    expect(states(farm.hosts.values()).sort()).toEqual(['DOWN', 'REBOOTING', 'REBOOT_WHEN_IDLE', 'REPAIR', 'UP']);
    const locks = new Set([...farm.hosts.values()].map(({ lockState }) => lockState));
    expect([...locks].sort()).toEqual(['LOCKED', 'NIMBY_LOCKED', 'OPEN']);
    expect([...farm.jobs.values()].some(({ isPaused }) => isPaused)).toBe(true);
    expect(new Set([...farm.hosts.values()].map(({ allocation }) => allocation.facility.name)).size).toBe(2);
    expect(new Set([...farm.depends.values()].map(({ type }) => type))).toEqual(
      new Set(['LAYER_ON_LAYER', 'FRAME_BY_FRAME', 'FRAME_ON_FRAME', 'JOB_ON_JOB', 'JOB_ON_LAYER']),
    );
    expect(farm.frames.size).toBeGreaterThan(4_000);
  });

  test('gives every running frame a proc, and no other', () => {
    onAnyFarm((farm) => {
      const wrong = [...farm.frames.values()].filter(
        ({ state, proc }) => (state === 'RUNNING') !== (proc !== undefined),
      );
      expect(wrong.map(describeFrame)).toEqual([]);
      const running = [...farm.frames.values()].filter(({ state }) => state === 'RUNNING');
      expect(running.length).toBe(farm.procs.size);
      expect(running.length).toBeGreaterThan(100);
    });
  });

  test('never books more than a host has', () => {
    onAnyFarm((farm) => {
      for (const host of farm.hosts.values()) {
        const idle = [idleCores(host), idleGpus(host), idleMemory(host), idleGpuMemory(host)];
        expect(Math.min(...idle), host.name).toBeGreaterThanOrEqual(0);
      }
    });
  });

  test('lets a frame depend exactly while something it waits for is active', () => {
    onAnyFarm((farm) => {
      const waiting = framesThatWait(farm);
      const wrong = [...farm.frames.values()].filter(
        (frame) =>
          (frame.state === 'DEPEND' && !waiting.has(frame)) || (frame.state === 'WAITING' && waiting.has(frame)),
      );
      expect(wrong.map(describeFrame)).toEqual([]);
    });
  });

  test('counts what is there', () => {
    onAnyFarm((farm) => {
      for (const job of farm.jobs.values()) {
        const frames = job.layers.flatMap((layer) => layer.frames);
        const count = countJobs([job]);
        expect(count.totalFrames).toBe(frames.length);
        for (const [state, number] of Object.entries(count.frames)) {
          expect(number).toBe(frames.filter((frame) => frame.state === state).length);
        }
        expect(count.renderedFrames).toBe(count.frames.SUCCEEDED);
        expect(job.layers[0]!.counts.totalFrames).toBe(job.layers[0]!.frames.length);
      }
    });
  });

  test('happened in the past, in order', () => {
    onAnyFarm((farm) => {
      const wrong = [...farm.frames.values()].filter(({ startTime, stopTime, layer, updateTime }) => {
        const inOrder =
          startTime === 0 || (startTime > layer.job.startTime && (stopTime === 0 || stopTime >= startTime));
        return !inOrder || Math.max(startTime, stopTime, updateTime) > NOW;
      });
      expect(wrong.map(describeFrame)).toEqual([]);
    });
  });

  test('names jobs, frames and logs as Cuebot does', () => {
    const farm = seedFarm(1, () => NOW, {});
    const job = [...farm.jobs.values()][0]!;
    expect(job.name).toBe('demo-sh010-ann_beauty_v003');
    expect(job.logDir).toBe(`/shots/demo/sh010/logs/demo-sh010-ann_beauty_v003--${job.id}`);
    expect(job.layers[1]!.frames[0]!.name).toBe('1001-beauty');
    expect(job.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const names = [...farm.jobs.values()].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toBe(name.toLowerCase());
  });

  test('seeds a big farm from small knobs', () => {
    const farm = seedFarm(3, () => NOW, { hosts: 200, jobs: 120, framesPerLayer: 10 });
    expect([farm.hosts.size, farm.jobs.size]).toEqual([200, 120]);
  });
});

function describeFrame({ layer, name, state }: FrameRow): string {
  return `${layer.job.name} ${name} ${state}`;
}

function framesThatWait(farm: Farm): Set<FrameRow> {
  const waiting = new Set<FrameRow>();
  for (const { active, type, er } of farm.depends.values()) {
    if (!active || type === 'FRAME_BY_FRAME') continue;
    const frames = er.frame ? [er.frame] : (er.layer?.frames ?? er.job.layers.flatMap((layer) => layer.frames));
    for (const frame of frames) waiting.add(frame);
  }
  return waiting;
}
