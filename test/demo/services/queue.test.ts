import { afterEach, describe, expect, test, vi } from 'vitest';

import type { DemoCuebot, DemoCuebotOptions } from '../../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createManageQueue, MANAGE_CAPACITY } from '../../../src/demo/farm/manage-queue.ts';
import type { CuebotClient } from '../cuebot-client.ts';
import { createCuebotClient } from '../cuebot-client.ts';
import { jobOf, ref } from '../rpcs/rpc-case.ts';

let demo: DemoCuebot;
let client: CuebotClient;

const start = async (options: DemoCuebotOptions) => {
  demo = await createDemoCuebot(options);
  client = createCuebotClient(demo.endpoint);
};

describe('createManageQueue()', () => {
  test('drops identical work that still waits, and what is too much', () => {
    vi.useFakeTimers();
    try {
      const queue = createManageQueue(50);
      const done: number[] = [];
      for (let key = 0; key < MANAGE_CAPACITY + 3; key++) queue.execute(String(key), () => done.push(key));
      queue.execute('7', () => done.push(-7));
      expect(queue.stats).toEqual({ waiting: MANAGE_CAPACITY, executed: 0, rejected: 4 });
      vi.advanceTimersByTime(50);
      expect([done.length, done.includes(-7)]).toEqual([MANAGE_CAPACITY, false]);
      queue.execute('7', () => done.push(-7));
      queue.close();
      vi.advanceTimersByTime(50);
      expect(done.includes(-7)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a demo with a queue', () => {
  afterEach(async () => {
    client.close();
    await demo.close();
  });

  test('answers OK before queued work is done, and does the rest at once', async () => {
    // So long that no machine is too slow to see it wait.
    await start({ queueMs: 3_600_000 });
    const job = jobOf(demo.farm, 'beauty_v012');
    const dead = job.layers[1]!.frames.filter(({ state }) => state === 'DEAD');
    await client.get('job.JobInterface/RetryFrames', { job: ref(job), req: { states: { frameStates: ['DEAD'] } } });
    expect(dead.map(({ state }) => state)).toEqual(dead.map(() => 'DEAD'));
    await client.get('job.JobInterface/SetPriority', { job: ref(job), val: 3 });
    expect(job.priority).toBe(3);
    const { stats } = await client.get('cue.CueInterface/GetSystemStats');
    expect(stats).toMatchObject({ manageWaiting: 1, manageRemainingCapacity: MANAGE_CAPACITY - 1 });
  });

  test('does queued work when its time has come', async () => {
    await start({ queueMs: 1 });
    const job = jobOf(demo.farm, 'beauty_v012');
    await client.get('job.JobInterface/Kill', { job: ref(job), reason: 'old' });
    await expect.poll(() => job.state).toBe('FINISHED');
  });

  test('refuses at once what it cannot find or read', async () => {
    await start({ queueMs: 3_600_000 });
    const job = ref(jobOf(demo.farm, 'beauty_v012'));
    expect(await client.call('job.JobInterface/ReorderFrames', { job, range: 'abc' })).toMatchObject({ code: 13 });
    expect(await client.call('job.FrameInterface/Eat', { frame: { id: 'nope' } })).toMatchObject({ code: 13 });
  });
});

describe('a demo whose finished jobs are readonly', () => {
  afterEach(async () => {
    client.close();
    await demo.close();
  });

  test('refuses to change them, where Cuebot looks', async () => {
    await start({ finishedJobsReadonly: true });
    const job = jobOf(demo.farm, 'beauty_v009');
    const refused = { code: 9, message: 'Finished jobs are readonly' };
    expect(await client.call('job.JobInterface/SetPriority', { job: ref(job), val: 3 })).toEqual(refused);
    const layer = ref(job.layers[0]!);
    expect(await client.call('job.LayerInterface/RetryFrames', { layer })).toEqual(refused);
    expect(await client.call('job.LayerInterface/GetFrames', { layer })).toMatchObject({ reply: {} });
    expect(await client.call('job.JobInterface/Pause', { job: ref(job) })).toEqual({ reply: {} });
    const live = ref(jobOf(demo.farm, 'beauty_v003'));
    expect(await client.call('job.JobInterface/SetPriority', { job: live, val: 3 })).toEqual({ reply: {} });
  });
});
