import { afterEach, describe, expect, it, vi } from 'vitest';

import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { type Door, openDoor } from '../upstream/door.ts';

import { send, startGateway, type TestGateway } from './running-gateway.ts';
import { type SeveralCuebots, startSeveral } from './several-cuebots.ts';

/** Several Cuebots on one farm: who gets which call, and what becomes of calls when one is gone. */

let running: SeveralCuebots;
let single: TestGateway | undefined;
const doors: { close: () => void }[] = [];
afterEach(async () => {
  for (const door of doors.splice(0)) door.close();
  await running?.close();
  await single?.close();
  single = undefined;
});

const patient = { LANE_MAX_WAIT: '1h', GRPC_TIMEOUT: '1h' };
const metrics = { METRICS_PORT: '0' };
const soon = { timeout: 60_000, interval: 20 };
const counts = (rpc: string) => running.cuebots.map(({ calls }) => calls.get(rpc) ?? 0);
const idsOf = async (rpc: string, list: string): Promise<readonly string[]> => {
  const { json } = await running.rest(rpc, rpc.endsWith('GetJobs') ? { r: {} } : {});
  return json[list][list].map(({ id }: { id: string }) => id);
};
const statesOf = async () => {
  const { json } = await send(undefined, `${running.gateway.metricsUrl}/readyz`, 'GET', {});
  return Object.values(json.endpoints);
};

describe('calls, where there are several Cuebots', () => {
  it('are spread, and never mixed up: each has lanes of its own', async () => {
    running = await startSeveral({
      cuebots: [{ servantDefect: true, latencyMs: 1 }, { latencyMs: 1 }, { latencyMs: 1 }],
      settings: patient,
    });
    const jobs = await idsOf('job.JobInterface/GetJobs', 'jobs');
    const wrong: string[] = [];
    let next = 0;
    const worker = async () => {
      while (next < 1_500) {
        const id = jobs[next++ % jobs.length]!;
        const isRead = next % 2 === 0;
        const { json, status } = await (isRead
          ? running.rest('job.JobInterface/GetLayers', { job: { id } })
          : running.rest('job.JobInterface/AddComment', {
              job: { id },
              new_comment: { subject: 'whose', message: id },
            }));
        if (status !== 200) wrong.push(`${status}`);
        if (isRead && json.layers.layers.some(({ parentId }: { parentId: string }) => parentId !== id)) wrong.push(id);
      }
    };
    await Promise.all(Array.from({ length: 24 }, worker));
    for (const id of jobs) {
      const { json } = await running.rest('job.JobInterface/GetComments', { job: { id } });
      for (const { subject, message } of json.comments.comments) {
        if (subject === 'whose' && message !== id) wrong.push(`comment of ${message} on ${id}`);
      }
    }
    expect(wrong).toEqual([]);
    for (const count of counts('job.JobInterface/AddComment')) expect(count).toBeGreaterThan(50);
  });

  it('stay with one where the RPC table says so', async () => {
    running = await startSeveral({ cuebots: [{}, {}, {}], settings: patient });
    const jobs = await idsOf('job.JobInterface/GetJobs', 'jobs');
    const last_check = Math.floor(Date.now() / 1_000);
    const whoAnswers = async (rpc: string, body: object) => {
      const before = counts(rpc);
      for (let round = 0; round < 3; round += 1) await running.rest(rpc, body);
      return counts(rpc).map((count, index) => count - before[index]!);
    };
    const byJob: number[] = [];
    for (const id of jobs) {
      const answered = await whoAnswers('job.JobInterface/GetUpdatedFrames', { job: { id }, last_check });
      const retried = await whoAnswers('job.JobInterface/RetryFrames', {
        job: { id },
        req: { states: { frame_states: ['DEAD'] } },
      });
      expect([...answered].sort()).toEqual([0, 0, 3]);
      expect(retried).toEqual(answered);
      byJob.push(answered.indexOf(3));
    }
    expect(new Set(byJob).size).toBeGreaterThan(1);
    const launches = await whoAnswers('job.JobInterface/LaunchSpec', { spec: '<spec/>' });
    expect(launches.filter((count) => count > 0).length).toBeLessThanOrEqual(1);
  });

  it('that are identical reads still share one', async () => {
    running = await startSeveral({ cuebots: [{ latencyMs: 50 }, { latencyMs: 50 }], settings: patient });
    await Promise.all(Array.from({ length: 12 }, () => running.rest('show.ShowInterface/GetActiveShows')));
    expect(counts('show.ShowInterface/GetActiveShows').reduce((sum, count) => sum + count)).toBeLessThan(12);
  });

  it('that are about one process say which', async () => {
    running = await startSeveral({ cuebots: [{}, {}], settings: { ...patient, REST_SERVICES: '*' } });
    const names = new Set<unknown>();
    for (let round = 0; round < 4; round += 1) {
      const { headers } = await running.rest('cue.CueInterface/GetSystemStats');
      names.add(headers['grpc-metadata-x-cuegate-endpoint']);
    }
    expect(names).toEqual(new Set(running.cuebots.map(({ endpoint }) => endpoint)));
  });

  it('reach no Cuebot of another database', async () => {
    const other = await createDemoCuebot({ seed: 7 });
    doors.push({ close: () => void other.close() });
    running = await startSeveral({ cuebots: [{}], also: [other.endpoint], settings: { ...patient, ...metrics } });
    for (let round = 0; round < 20; round += 1) {
      expect(
        (await running.rest('job.JobInterface/GetJobs', { r: { include_finished: round % 2 === 0 } })).status,
      ).toBe(200);
    }
    expect(other.calls.get('job.JobInterface/GetJobs')).toBeUndefined();
    expect(await statesOf()).toEqual(['ready', 'foreign']);
    expect(running.log).toContainEqual({
      level: 'error',
      fields: { endpoint: other.endpoint, other: running.cuebots[0]!.endpoint, reason: 'OTHER_DATABASE' },
      message: expect.stringContaining('it works on another database'),
    });
  });
});

describe('a Cuebot of several that', () => {
  it('ends costs no read, and no write that was not sent', async () => {
    running = await startSeveral({ cuebots: [{}, {}], settings: { ...patient, ...metrics } });
    const jobs = await idsOf('job.JobInterface/GetJobs', 'jobs');
    const statuses = new Set<number>();
    let isOver = false;
    const reader = async (index: number) => {
      for (let round = 0; !isOver; round += 1) {
        const id = jobs[(index * 5 + round) % jobs.length];
        statuses.add((await running.rest('job.JobInterface/GetLayers', { job: { id } })).status);
        statuses.add((await running.rest('job.JobInterface/GetJob', { id })).status);
      }
    };
    const readers = Array.from({ length: 6 }, (_, index) => reader(index));
    await vi.waitFor(() => expect(Math.min(...counts('job.JobInterface/GetJob'))).toBeGreaterThan(20), soon);
    await running.cuebots[0]!.close();
    const before = counts('job.JobInterface/GetJob')[1]!;
    await vi.waitFor(() => expect(counts('job.JobInterface/GetJob')[1]! - before).toBeGreaterThan(50), soon);
    isOver = true;
    await Promise.all(readers);
    expect([...statuses]).toEqual([200]);
    for (let round = 0; round < 6; round += 1) {
      const body = { job: { id: jobs[round] }, new_comment: { subject: 'still', message: 'here' } };
      expect((await running.rest('job.JobInterface/AddComment', body)).status).toBe(200);
    }
    expect((await send(undefined, `${running.url}/readyz`, 'GET', {})).text).toBe('{"status":"ok"}\n');
    await vi.waitFor(async () => expect(await statesOf()).not.toContain('unchecked'), soon);
    expect((await statesOf())[1]).toBe('ready');
  });

  it('comes back gets calls again', async () => {
    running = await startSeveral({ cuebots: [{}, {}], settings: { ...patient, ...metrics } });
    const [first, second] = running.cuebots;
    await first!.close();
    await vi.waitFor(async () => expect((await statesOf())[0]).not.toBe('ready'), soon);
    const again = await createDemoCuebot({ port: first!.port, sharedFarm: second!.farm });
    doors.push({ close: () => void again.close() });
    await vi.waitFor(async () => expect(await statesOf()).toEqual(['ready', 'ready']), soon);
    await vi.waitFor(async () => {
      await running.rest('show.ShowInterface/GetShows');
      expect(again.calls.get('show.ShowInterface/GetShows')).toBeGreaterThan(1);
    }, soon);
  });

  it('swallows everything is set aside, and its reads are answered by another', async () => {
    const cuebot = await createDemoCuebot();
    const hole = await openDoor(cuebot.port);
    doors.push(hole, { close: () => void cuebot.close() });
    running = await startSeveral({
      cuebots: [{ sharedFarm: cuebot.farm }],
      also: [`127.0.0.1:${hole.port}`],
      settings: { ...patient, ...metrics },
    });
    expect(await statesOf()).toEqual(['ready', 'ready']);
    hole.swallow();
    const jobs = await idsOf('job.JobInterface/GetJobs', 'jobs');
    const reads = Array.from({ length: 16 }, (_, index) =>
      running.rest(index % 2 === 0 ? 'job.JobInterface/GetLayers' : 'job.JobInterface/GetComments', {
        job: { id: jobs[(index >> 1) % jobs.length] },
      }),
    );
    // Nobody's deadline is near: the gateway's own question is what finds out.
    expect(new Set((await Promise.all(reads)).map(({ status }) => status))).toEqual(new Set([200]));
    await vi.waitFor(async () => expect(await statesOf()).toEqual(['ready', 'set-aside']), soon);
    expect(running.log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('is set aside until it does') }),
    );
    // What was connected before stays dead, so a new connection is dialled.
    hole.heal();
    await vi.waitFor(async () => expect(await statesOf()).toEqual(['ready', 'ready']), soon);
  });
});

describe('no Cuebot at all', () => {
  it('is 503 with Retry-After, and not ready', async () => {
    running = await startSeveral({ cuebots: [{}, {}], settings: metrics });
    await Promise.all(running.cuebots.map((cuebot) => cuebot.close()));
    await vi.waitFor(async () => {
      const { status, json } = await send(undefined, `${running.url}/readyz`, 'GET', {});
      expect([status, json]).toEqual([503, { status: 'unavailable', reason: 'no Cuebot can be reached' }]);
    }, soon);
    expect((await running.rest('show.ShowInterface/GetShows')).status).toBe(503);
  });
});

/** What the audit in the log says of the writes of an RPC. */
const auditOf = ({ log }: TestGateway, rpc: string) =>
  log.flatMap(({ fields }) => {
    const audit = fields['audit'] as Readonly<Record<string, unknown>> | undefined;
    return audit?.['rpc'] === rpc ? [audit] : [];
  });
/** Lists the jobs, and has it explained. */
const explained = ({ url, token }: TestGateway) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const query = '{ jobGetJobs(r: {}) { jobs { jobs { id } } } }';
  return send(undefined, `${url}/graphql`, 'POST', headers, JSON.stringify({ query, extensions: { explain: true } }));
};

describe('a connection that ends before there is an answer', () => {
  /** Two doors to one Cuebot's farm; the door by which the call comes in is slammed. */
  const startBehindDoors = async () => {
    const farm = await createDemoCuebot();
    const other = await createDemoCuebot({ sharedFarm: farm.farm });
    const opened = [await openDoor(farm.port), await openDoor(other.port)];
    doors.push(...opened, { close: () => void farm.close() }, { close: () => void other.close() });
    const also = opened.map(({ port }) => `127.0.0.1:${port}`);
    running = await startSeveral({ cuebots: [], also, settings: { ...patient, ...metrics } });
    await vi.waitFor(async () => expect(await statesOf()).toEqual(['ready', 'ready']), soon);
    return { opened, cuebots: [farm, other], also };
  };
  const slam = (opened: readonly Door[]) => {
    for (const door of opened) {
      door.atNextBytes(() => {
        for (const other of opened) other.atNextBytes(undefined);
        door.reset();
      });
    }
  };

  it('has a read sent to another Cuebot, and the explanation tells', async () => {
    const { opened } = await startBehindDoors();
    slam(opened);
    const { json } = await explained(running);
    expect(json.errors).toBeUndefined();
    expect(json.extensions.explain.fields).toEqual([expect.objectContaining({ field: 'jobGetJobs', retried: 1 })]);
  });

  it('has no write sent again: it may have been carried out', async () => {
    const { opened, cuebots, also } = await startBehindDoors();
    const rpc = 'show.ShowInterface/SetCommentEmail';
    slam(opened);
    expect((await running.rest(rpc, { show: { id: 'x' } })).status).toBe(503);
    expect(cuebots.map(({ calls }) => calls.get(rpc))).toEqual([undefined, undefined]);
    const [record] = auditOf(running, rpc);
    expect(record).toMatchObject({ status: 'UNAVAILABLE', sent: true });
    expect(record).not.toHaveProperty('retried');
    expect(also).toContain(record!['endpoint']);
  });

  it('has a read sent once more to the only Cuebot that there is', async () => {
    const cuebot = await createDemoCuebot();
    const door = await openDoor(cuebot.port);
    doors.push(door, { close: () => void cuebot.close() });
    single = await startGateway({ settings: { CUEBOT_ENDPOINT: `127.0.0.1:${door.port}` } });
    await single.rest('show.ShowInterface/GetShows');
    slam([door]);
    const { json } = await explained(single);
    expect(json.errors).toBeUndefined();
    expect(json.extensions.explain.fields).toEqual([expect.objectContaining({ retried: 1 })]);
    slam([door]);
    expect((await single.rest('show.ShowInterface/SetCommentEmail', { show: { id: 'x' } })).status).toBe(503);
    expect(cuebot.calls.get('show.ShowInterface/SetCommentEmail')).toBeUndefined();
  });
});
