import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { createManageQueue } from '../../src/demo/farm/manage-queue.ts';
import { createHandlers } from '../../src/demo/services/create-handlers.ts';
import { loadProtocol } from '../../src/demo/wire/load-protocol.ts';
import type { CuebotClient } from './cuebot-client.ts';
import { createCuebotClient } from './cuebot-client.ts';

let demo: DemoCuebot;
let client: CuebotClient;

beforeAll(async () => {
  demo = await createDemoCuebot();
  client = createCuebotClient(demo.endpoint);
});

afterAll(async () => {
  client.close();
  await demo.close();
});

describe('createDemoCuebot()', () => {
  test('listens on loopback, on a port of its own', () => {
    expect(demo.endpoint).toBe(`127.0.0.1:${demo.port}`);
    expect(demo.port).toBeGreaterThan(0);
  });

  test('has a handler for every RPC that a real Cuebot answers, and for no other', () => {
    const handlers = createHandlers({ farm: demo.farm, queue: createManageQueue(0), launches: createManageQueue(0) });
    const declared = loadProtocol()
      .filter(({ service }) => !/^(monitoring|rqd|report)\./.test(service))
      .map(({ name }) => name);
    expect([...handlers.keys()].sort()).toEqual(declared.sort());
  });

  test('counts calls and keeps what they said', async () => {
    demo.resetCalls();
    await client.get('show.ShowInterface/FindShow', { name: 'testing' });
    await client.call('job.JobInterface/GetJob', { id: 'nope' });
    expect([...demo.calls]).toEqual([
      ['show.ShowInterface/FindShow', 1],
      ['job.JobInterface/GetJob', 1],
    ]);
    expect(demo.callLog.map(({ method, request }) => [method, request])).toEqual([
      ['show.ShowInterface/FindShow', { name: 'testing' }],
      ['job.JobInterface/GetJob', { id: 'nope' }],
    ]);
    expect(demo.callLog[0]!.metadata['user-agent']).toMatch(/grpc-node-js/);
    demo.resetCalls();
    expect([demo.calls.size, demo.callLog.length]).toEqual([0, 0]);
  });

  test('answers from the present state, although it keeps encoded replies', async () => {
    const show = await client.get('show.ShowInterface/FindShow', { name: 'vault' });
    await client.get('show.ShowInterface/SetActive', { show: show.show, value: true });
    const after = await client.get('show.ShowInterface/FindShow', { name: 'vault' });
    expect([show.show.active, after.show.active]).toEqual([false, true]);
    await client.get('show.ShowInterface/SetActive', { show: show.show, value: false });
  });

  test('is the same farm for the same seed and clock, and another one for another seed', async () => {
    const now = () => 1_800_000_000_000;
    const options = [{ seed: 7 }, { seed: 7 }, { seed: 8 }];
    const farms = await Promise.all(options.map((option) => createDemoCuebot({ ...option, now })));
    const answers = [];
    for (const farm of farms) {
      const other = createCuebotClient(farm.endpoint);
      answers.push(JSON.stringify(await other.get('job.JobInterface/GetJobs', { r: { includeFinished: true } })));
      other.close();
      await farm.close();
    }
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).not.toBe(answers[0]);
  });

  test('waits as long as it is told before it answers', async () => {
    const asked: string[] = [];
    const slow = await createDemoCuebot({
      latencyMs: (method) => {
        asked.push(method);
        return 1;
      },
    });
    const other = createCuebotClient(slow.endpoint);
    await other.get('show.ShowInterface/GetShows');
    other.close();
    await slow.close();
    expect(asked).toEqual(['show.ShowInterface/GetShows']);
  });

  test('says which port is taken', async () => {
    await expect(createDemoCuebot({ port: demo.port })).rejects.toThrow(
      new RegExp(
        `^demo Cuebot: cannot listen on 127\\.0\\.0\\.1:${demo.port} \\(.*\\); choose another port, or 0$`,
        's',
      ),
    );
  });

  test('frees its port when closed, calls without an answer or not', async () => {
    const short = await createDemoCuebot({ tickMs: 50 });
    const other = createCuebotClient(short.endpoint);
    const job = { id: [...short.farm.jobs.keys()][0]! };
    const silent = other.call('job.JobInterface/GetUpdatedFrames', { job, lastCheck: 1 });
    await other.get('show.ShowInterface/GetShows');
    await short.close();
    expect(await silent).toMatchObject({ code: expect.any(Number) });
    other.close();
    const next = await createDemoCuebot({ port: short.port });
    expect(next.port).toBe(short.port);
    await next.close();
  });

  test('grows with its size knobs', async () => {
    const big = await createDemoCuebot({ farm: { hosts: 60, jobs: 30, framesPerLayer: 30 } });
    expect([big.farm.hosts.size, big.farm.jobs.size]).toEqual([60, 30]);
    expect(big.farm.frames.size).toBeGreaterThan(2_000);
    await big.close();
  });
});

describe('the wire', () => {
  const declared = 'job.LayerInterface/SetMinGpu';
  test.each([
    ['a declared method without a servant', declared, `Method ${declared} is unimplemented`],
    ['an unknown method', 'show.ShowInterface/Nope', 'Method not found: show.ShowInterface/Nope'],
    ['an unknown service', 'nope.Nope/Nope', 'Method not found: nope.Nope/Nope'],
    ['a service of the render hosts', 'rqd.RqdInterface/LockAll', 'Method not found: rqd.RqdInterface/LockAll'],
    [
      'a service that nobody serves',
      'monitoring.MonitoringInterface/GetJobHistory',
      'Method not found: monitoring.MonitoringInterface/GetJobHistory',
    ],
  ])('refuses %s', async (_what, method, message) => {
    expect(await client.callBytes(method, new Uint8Array())).toEqual({ code: 12, message });
  });

  test.each([
    ['a truncated string', [0x0a, 0x05, 0x41]],
    ['a string that is not UTF-8', [0x0a, 0x02, 0xc3, 0x28]],
    ['a tag without an end', [0xff]],
  ])('answers UNKNOWN without a text to %s', async (_what, bytes) => {
    const outcome = await client.callBytes('show.ShowInterface/FindShow', Uint8Array.from(bytes));
    expect(outcome).toEqual({ code: 2, message: '' });
  });

  test('shows the statement when a string holds a NUL', async () => {
    const outcome = await client.call('show.ShowInterface/FindShow', { name: 'te\0st' });
    expect(outcome).toEqual({
      code: 13,
      message: expect.stringMatching(/^org\.springframework\.dao\..*0x00\n.*0x00$/s),
    });
  });

  test('refuses a request above 100 MiB', async () => {
    const outcome = await client.callBytes('show.ShowInterface/FindShow', Buffer.alloc(100 * 1024 * 1024 + 1));
    expect(outcome).toMatchObject({ code: 8 });
  });

  test('leaves default values out of replies, but not a user id of zero', async () => {
    const method = loadProtocol().find(({ name }) => name === 'job.JobInterface/GetJob')!;
    const { encodeMessage } = await import('../../src/demo/wire/message-codec.ts');
    const job = { id: '', state: 'PENDING', isPaused: false, uid: 0, layers: [] };
    expect([...encodeMessage(method.responseType, { job })]).toEqual([0x0a, 0x02, 0x50, 0x00]);
  });
});
