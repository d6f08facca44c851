import { describe, expect, it } from 'vitest';

import { shareGateway } from './running-gateway.ts';

// With the defect on, any two calls of one lane that overlap may answer about each other's objects.
const farm = shareGateway({ cuebot: { servantDefect: true, farm: { jobs: 200, hosts: 120 } } });

/** Runs a query that must succeed, and counts what it asked upstream. */
async function ask(query: string) {
  const { cuebot, graphql } = farm();
  cuebot.resetCalls();
  const { json } = await graphql(query);
  expect(json.errors).toBeUndefined();
  const calls = Object.fromEntries(cuebot.calls);
  return { data: json.data, calls, total: Object.values(calls).reduce((sum, count) => sum + count, 0) };
}

describe('the nested graph behind the whole gateway', () => {
  it('joins 200 jobs, their layers and 20 frames of each by at most 1 + 200 + 200 calls, without a wrong row', async () => {
    const { data, total } = await ask(
      '{ jobs(where: { includeFinished: true }) { id jobStats { totalLayers } layers { id name parentId frames(limit: 20) { layerName } } } }',
    );
    expect(data.jobs.length).toBe(200);
    expect(total).toBeLessThanOrEqual(1 + 200 + 200);
    for (const { id, layers, jobStats } of data.jobs) {
      expect(layers.length).toBe(jobStats.totalLayers);
      for (const { parentId, name, frames } of layers) {
        expect(parentId).toBe(id);
        expect(frames.length).toBeGreaterThan(0);
        for (const { layerName } of frames) expect(layerName).toBe(name);
      }
    }
  });

  it('joins all hosts, their procs and the jobs of those by 3 calls', async () => {
    const { data, total } = await ask('{ hosts { name procs { name jobName job { name state } } } }');
    expect(total).toBe(3);
    const procs = data.hosts.flatMap((host: { procs: object[] }) => host.procs);
    expect(procs.length).toBe(farm().cuebot.farm.procs.size);
    for (const { jobName, job } of procs) expect(job).toEqual({ name: jobName, state: 'PENDING' });
  });

  it('joins shows, their groups and the jobs of those by 2 + shows', async () => {
    const { data, total } = await ask('{ shows { name groups { name jobs { name show group } } } }');
    expect(total).toBe(2 + data.shows.length);
    for (const show of data.shows) {
      for (const group of show.groups) {
        for (const job of group.jobs) expect([job.show, job.group]).toEqual([show.name, group.name]);
      }
    }
  });

  it('joins shows, their subscriptions and the allocations of those by 2 + shows', async () => {
    const { data, total } = await ask('{ shows { subscriptions { allocationName allocation { name } } } }');
    expect(total).toBe(2 + data.shows.length);
    for (const { subscriptions } of data.shows) {
      for (const { allocationName, allocation } of subscriptions) expect(allocation).toEqual({ name: allocationName });
    }
  });

  it('answers friendly values beside the raw ones', async () => {
    const { data } = await ask(
      '{ jobs { startTime submittedAt layers { minMemory minMemoryBytes limits limitNames } frames(limit: 5) { lastResource hostName } } }',
    );
    for (const { startTime, submittedAt, layers, frames } of data.jobs) {
      expect(Date.parse(submittedAt)).toBe(startTime * 1000);
      for (const { minMemory, minMemoryBytes, limits, limitNames } of layers) {
        expect(BigInt(minMemoryBytes)).toBe(BigInt(minMemory) * 1024n);
        expect(limitNames).toEqual(limits.filter((name: string) => name !== ''));
      }
      for (const { lastResource, hostName } of frames) {
        expect(hostName).toBe(lastResource.startsWith('/') ? null : lastResource.split('/')[0]);
      }
    }
  });
});
