import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../app/running-gateway.ts';
import type { Json } from '../json.ts';

/**
 * The pages of CueWeb, each as it asks today and as one query, both through the same gateway in front of the same demo Cuebot.
 * What is counted ends up in docs/pages.md: `UPDATE=1` writes the page, otherwise it must not have changed.
 */

const docs = new URL('../../docs/pages.md', import.meta.url);
const folder = new URL('../../examples/pages/', import.meta.url);

/** Calls REST, as CueWeb's server does. */
type Rest = (rpc: string, body?: unknown) => Promise<Json>;

interface Page {
  /** As people call it. */
  readonly title: string;
  /** How often CueWeb asks. */
  readonly interval: string;
  readonly file: string;
  readonly variables: () => unknown;
  /** What CueWeb asks in one tick. */
  readonly today: (rest: Rest) => Promise<void>;
}

let running: TestGateway;
/** Names and ids of the demo, for pages that show something in particular. */
let chosen: {
  readonly jobs: readonly Named[];
  readonly shows: readonly Named[];
  readonly allocations: readonly Named[];
};

interface Named {
  readonly id: string;
  readonly name: string;
  readonly user: string;
}

const pages: readonly Page[] = [
  {
    title: 'Jobs table, 10 jobs watched, grouped by dependency',
    interval: '5 s',
    file: 'jobs-table.graphql',
    variables: () => ({ ids: watched().map(({ id }) => id), users: [chosen.jobs[0]!.user], byDependency: true }),
    today: async (rest) => {
      for (const { id, name } of watched()) {
        await rest('job.JobInterface/GetJobs', { r: { ids: [id], includeFinished: true } });
        await rest('job.JobInterface/GetWhatDependsOnThis', { job: { id, name } });
      }
      await rest('job.JobInterface/GetJobs', { r: { users: [chosen.jobs[0]!.user] } });
    },
  },
  {
    title: 'Job details',
    interval: '5 s',
    file: 'job-details.graphql',
    variables: () => ({ id: chosen.jobs[0]!.id }),
    today: async (rest) => {
      const { id, name } = chosen.jobs[0]!;
      await rest('job.JobInterface/GetLayers', { job: { id, name } });
      await rest('job.JobInterface/GetFrames', {
        job: { id, name },
        req: { includeFinished: true, page: 1, limit: 500 },
      });
    },
  },
  {
    title: 'Monitor, all shows',
    interval: '5 s',
    file: 'monitor.graphql',
    variables: () => ({}),
    today: async (rest) => {
      const { shows } = (await rest('show.ShowInterface/GetActiveShows')).shows;
      for (const { id } of shows) {
        const { groups } = (await rest('show.ShowInterface/GetGroups', { show: { id } })).groups;
        for (const group of groups) await rest('job.GroupInterface/GetJobs', { group: { id: group.id } });
      }
    },
  },
  {
    title: 'Stuck frames',
    interval: '60 s',
    file: 'stuck-frames.graphql',
    variables: () => ({}),
    today: async (rest) => {
      const { jobs } = (await rest('job.JobInterface/GetJobs', { r: {} })).jobs;
      for (const { id, name } of jobs) {
        const req = { states: { frame_states: [2] }, page: 1, limit: 1000 };
        await rest('job.JobInterface/GetFrames', { job: { id, name }, req });
        await rest('job.JobInterface/GetLayers', { job: { id, name } });
      }
    },
  },
  {
    title: 'Dashboard, six widgets about jobs and two about hosts',
    interval: '15 to 60 s',
    file: 'dashboard.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('show.ShowInterface/GetActiveShows');
      for (let widget = 0; widget < 6; widget++)
        await rest('job.JobInterface/GetJobs', { r: { includeFinished: false } });
      for (let widget = 0; widget < 2; widget++) await rest('host.HostInterface/GetHosts', { r: {} });
    },
  },
  {
    title: 'Hosts, and the page of one of them',
    interval: '15 and 30 s',
    file: 'hosts.graphql',
    variables: () => ({}),
    today: async (rest) => {
      const { hosts } = (await rest('host.HostInterface/GetHosts', { r: {} })).hosts;
      await rest('host.HostInterface/GetProcs', { host: { id: hosts[0].id } });
    },
  },
  {
    title: 'Subscription graphs, all shows',
    interval: '15 s',
    file: 'subscription-graphs.graphql',
    variables: () => ({}),
    today: async (rest) => {
      const { shows } = (await rest('show.ShowInterface/GetActiveShows')).shows;
      for (const show of shows) await rest('show.ShowInterface/GetSubscriptions', { show });
    },
  },
  {
    title: 'Redirect search, up to 50 procs',
    interval: 'on demand',
    file: 'redirect-search.graphql',
    variables: () => ({
      shows: chosen.shows.map(({ name }) => name),
      allocations: chosen.allocations.map(({ name }) => name),
      limit: 50,
    }),
    today: async (rest) => {
      const { shows, allocations } = chosen;
      const r = {
        shows: shows.map(({ name }) => name),
        allocs: allocations.map(({ name }) => name),
        max_results: [50],
      };
      const { procs } = (await rest('host.ProcInterface/GetProcs', { r })).procs;
      const byHost = new Map(procs.map((proc: { name: string; jobName: string }) => [hostOf(proc.name), proc.jobName]));
      for (const [name, job] of byHost) {
        await rest('host.HostInterface/FindHost', { name });
        await rest('job.JobInterface/GetJobs', { r: { jobs: [job], includeFinished: true } });
      }
    },
  },
  {
    title: 'Allocations',
    interval: '30 s',
    file: 'allocations.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('facility.AllocationInterface/GetAll');
      await rest('host.HostInterface/GetHosts', { r: {} });
    },
  },
];

const watched = () => chosen.jobs.slice(0, 10);
/** `host7/1/2` → `host7` */
const hostOf = (proc: string) => proc.split('/')[0]!;
const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const callsMade = () => [...running.cuebot.calls.values()].reduce((sum, calls) => sum + calls, 0);

/** The demo by other means than what is measured. */
async function choose(rest: Rest): Promise<typeof chosen> {
  const { jobs } = (await rest('job.JobInterface/GetJobs', { r: {} })).jobs;
  const { shows } = (await rest('show.ShowInterface/GetActiveShows')).shows;
  const { allocations } = (await rest('facility.AllocationInterface/GetAll')).allocations;
  return { jobs, shows, allocations };
}

const rest: Rest = async (rpc, body = {}) => {
  const { status, text, json } = await running.rest(rpc, body);
  if (status !== 200) throw new Error(`${rpc}: ${status} ${text}`);
  return json;
};

beforeAll(async () => {
  running = await startGateway({ cuebot: { now: () => Date.UTC(2026, 0, 31) } });
  chosen = await choose(rest);
});
afterAll(() => running.close());

interface Row {
  readonly page: Page;
  readonly requestsToday: number;
  readonly callsToday: number;
  readonly calls: number;
}

async function measure(page: Page): Promise<Row> {
  running.cuebot.resetCalls();
  let requestsToday = 0;
  await page.today((rpc, body) => {
    requestsToday += 1;
    return rest(rpc, body);
  });
  const callsToday = callsMade();
  running.cuebot.resetCalls();
  const { json } = await running.graphql(textOf(page.file), page.variables());
  if (json.errors !== undefined) throw new Error(`${page.file}: ${JSON.stringify(json.errors)}`);
  return { page, requestsToday, callsToday, calls: callsMade() };
}

function format(rows: readonly Row[]): string {
  const lines = rows.map(({ page: { title, interval, file }, requestsToday, callsToday, calls }) => {
    const query = `[${file}](../examples/pages/${file})`;
    return `| ${title} | ${interval} | ${query} | ${requestsToday} | ${callsToday} | 1 | ${calls} |`;
  });
  return `# CueWeb's pages as queries

What CueWeb asks for in one tick of a page, and the one query that answers the same, both measured through cuegate in front of the
demo farm, which has ${chosen.jobs.length} pending jobs and ${chosen.shows.length} active shows. Written by \`UPDATE=1 npx vitest run test/docs/pages.test.ts\`.

| page | how often | query | requests today | calls to Cuebot today | requests | calls to Cuebot |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

Today every open tab costs this much again. A query that is a subscription is looked at once for all who have it open, and is sent
only when its answer has changed. A page with more than a few of them opens a [WebSocket](operating.md#websockets): over HTTP/1.1 a
browser has six connections to a server, for all its tabs together, and each stream of events keeps one.
`;
}

describe('the pages of CueWeb', () => {
  it('are all there, and nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual(pages.map(({ file }) => file).sort());
  });

  it.each(pages)('$title: one query shows something of everything', async ({ file, variables }) => {
    const { json } = await running.graphql(textOf(file), variables());
    expect(json.errors).toBeUndefined();
    expect(emptyPlaces(json.data)).toEqual([]);
  });

  it('cost what docs/pages.md says', async () => {
    const rows: Row[] = [];
    for (const page of pages) rows.push(await measure(page));
    const text = format(rows);
    if (process.env['UPDATE'] === '1') writeFileSync(docs, text);
    expect(text).toBe(readFileSync(docs, 'utf8'));
  });
});

/** Lists that are empty wherever they occur, by their folded paths: a query that shows none of them proves nothing. */
function emptyPlaces(data: unknown): readonly string[] {
  const longest = new Map<string, number>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      longest.set(path, Math.max(longest.get(path) ?? 0, value.length));
      for (const element of value) visit(element, path);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${name}`);
    } else if (value === null && path.split('.').length === 2) longest.set(path, 0);
  };
  visit(data, '');
  return [...longest].filter(([, length]) => length === 0).map(([path]) => path);
}
